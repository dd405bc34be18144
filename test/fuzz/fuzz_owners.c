/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The owners of all pages: files, memfds, vmalloc chunks, FLBs, sub-nodes. */
#include <stdlib.h>

#include "../../fdt/owners.h"
#include "whole.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct luo_owners owners;
	static struct whole w;
	struct luo_arena arena;
	u64 need;

	if (!whole_run(&w, data, size, LUO_MODE_VERIFY))
		return 0;
	need = luo_owners_need(&w.image.phys, &w.report.before);
	/* as many leaves as the map has, which the input bounds */
	arena = (struct luo_arena){ .base = need < 256 << 20 ? malloc(need) : NULL };
	arena.size = arena.base ? need : 0;
	luo_follow(&w.image.phys, &w.state, &w.report, &arena, 1, NULL, &owners);
	free(arena.base);
	image_close(&w.image);
	return 0;
}
