/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* From boot data to the report: everything the core needs is put together here. */
#include "payload.h"

#include "../../fdt/walk.h"
#include "../../luo/error.h"

static struct luo_range scratch[LUO_MAX_SCRATCH] LUO_NOINIT;

static void refuse(struct luo_report *report, const char *why)
{
	luo_say(why);
	report->refused = true;
	luo_report_close(report);
}

/* What cannot be read stays empty; the core reports that with its address. */
static void add_scratch(struct luo_job_state *job)
{
	u32 nr = 0;

	if (!luo_scratch_load(&job->phys, &job->handover, scratch, LUO_MAX_SCRATCH, &nr)) {
		job->phys.scratch = scratch;
		job->phys.nr_scratch = nr;
	}
	job->phys.page_shift = luo_page_shift_of(job->handover.fdt_size);
}

/* With SME enabled, did the old kernel encrypt? Then its tree reads as noise. */
static bool tree_is_plain(const struct luo_job_state *job)
{
	const u8 *p = luo_map(&job->phys, job->handover.fdt_pa, 4);

	return p && fdt_walk_magic(p);
}

static void run(struct luo_job_state *job)
{
	struct luo_job order = { .mode = LUO_MODE_VERIFY, .clock = luo_arch_clock };
	struct luo_plan plan;

	if (job->params.mode == LUO_PARAM_COMPACT) {
		if (job->phys.ops->store16)
			order.mode = LUO_MODE_COMPACT;
		else
			luo_say("compact refused: this CPU has no 16-byte atomic store");
	}
	job->arena = luo_arch_arena(&job->arena_size);
	order.arena = job->arena;
	order.arena_size = job->arena_size;
	luo_arch_key(order.key);
	job->found = luo_arch_clock(NULL);
	luo_run(&job->phys, &job->handover, &order, &job->state, &job->report, &plan);
	luo_arch_arena_used(job->report.arena_peak);
	if (order.mode == LUO_MODE_COMPACT && job->report.abi && !job->report.abi->sessions.linked)
		luo_say("nothing to compact: " LUO_NO_CHAIN);
}

static void find_and_run(struct luo_job_state *job)
{
	struct luo_owner boot = { .kind = LUO_OWNER_BOOT };
	int err = luo_arch_find_kho(&job->phys, &job->handover);

	if (err == LUO_E_NONE) {
		job->report.none = true;
		luo_report_close(&job->report);
		return;
	}
	if (err) {
		luo_report_add(&job->report, LUO_B04, LUO_SEV_LOSE, 0, 0, &boot);
		luo_report_close(&job->report);
		return;
	}
	job->have_kho = true;
	if (luo_arch_crypt() == LUO_CRYPT_HOST && !tree_is_plain(job)) {
		refuse(&job->report, "memory is encrypted (SME): the state is not looked at");
		return;
	}
	add_scratch(job);
	run(job);
	if (luo_arch_unmapped())
		refuse(&job->report, "not all of the state can be mapped, so it is not judged");
}

/**
 * luo_inspect() - look at the state, mend it if asked to, and fill in @job's report
 *
 * A function of its own also when everything is optimised at once: debuggers stop here.
 */
LUO_OWN_FUNCTION void luo_inspect(struct luo_job_state *job)
{
	luo_report_init(&job->report);
	if (luo_arch_crypt() == LUO_CRYPT_GUEST)
		refuse(&job->report, "memory is encrypted (SEV, TDX): the state is not looked at");
	else if (!job->have_phys)
		refuse(&job->report, "memory map too large, or no room for page tables");
	else
		find_and_run(job);
	if (!job->found)
		job->found = luo_arch_clock(NULL);
}
