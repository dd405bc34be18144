/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo_payload.then=reset: what is left behind for firmware's side. The anchor goes where the core
 * had its working memory: in our own image, so in a scratch area, and nobody else's.
 */
#include "payload.h"

#include "../../fdt/anchor.h"

static u64 write(const struct luo_job_state *job, bool all)
{
	u64 start = (u64)job->arena, at = (start + LUO_ANCHOR_ALIGN - 1) & -LUO_ANCHOR_ALIGN;
	struct luo_anchor_writer w = { .phys = &job->phys, .base = (u8 *)at, .all = all };

	if (job->arena_size > at - start)
		w.room = job->arena_size - (at - start);
	if (!fdt_anchor_write(&w, &job->state, at))
		return 0;
	luo_put(&luo_console, all ? "luo: anchor of all pages at " : "luo: anchor at ");
	luo_put_hex(&luo_console, at);
	luo_put(&luo_console, "\n");
	return at;
}

/**
 * luo_leave_anchor() - write the anchor, and all that is preserved back to memory
 * @job: the run, verified and reported
 *
 * Without an anchor firmware's side has to look through all memory, and cannot tell what was
 * trodden on; the machine is reset all the same.
 */
void luo_leave_anchor(const struct luo_job_state *job)
{
	bool all = job->params.digest == LUO_DIGEST_ALL;

	if (!job->report.abi || !luo_report_map_clean(&job->report)) {
		luo_say("no anchor: the state was not understood");
		return;
	}
	if (all && write(job, true))
		return;
	if (all)
		luo_say("no room for sums of all pages");
	if (!write(job, false))
		luo_say("no anchor: no room");
}
