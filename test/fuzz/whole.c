/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* See whole.h. */
#include "whole.h"

static int see(void *ctx, const struct luo_op *op)
{
	(void)ctx;
	(void)op;
	return 0;
}

/** whole_run() - luo_run() on an input, which is then to be closed; false when it is too short. */
bool whole_run(struct whole *w, const u8 *data, size_t size, enum luo_mode mode)
{
	static u8 memory[1 << 20] __attribute__((aligned(16)));
	struct luo_job job = { .mode = mode,
			       .arena = memory,
			       .arena_size = sizeof(memory),
			       .key = { 1, 2 },
			       .each = see };

	if (!image_open(&w->image, data, size))
		return false;
	/* small working memory, too, which takes several passes */
	if (w->image.head.select >> 16 & 1)
		job.arena_size = LUO_ARENA_MIN;
	luo_run(&w->image.phys, &w->image.handover, &job, &w->state, &w->report, &w->plan);
	return true;
}
