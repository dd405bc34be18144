/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* One copy of what everybody who reads a device tree asks. */
#include "cells.h"

/** fdt_cells() - the number in @nr cells at @at; of more than two the last two count. */
u64 fdt_cells(const void *at, u32 nr)
{
	const u8 *p = at;
	u64 v = 0;

	for (; nr; nr--, p += 4)
		v = v << 32 | __builtin_bswap32(luo_get32(p));
	return v;
}
