/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Big-endian cells of a device tree: numbers of one or two of them, and (address, size) pairs. */
#ifndef FDT_CELLS_H
#define FDT_CELLS_H

#include "../luo/types.h"

u64 fdt_cells(const void *at, u32 nr);

/**
 * fdt_take_pair() - take one (address, size) pair off a property
 * @p, @len: what is left of it; libfdt's length is negative without one
 * @nr:    cells of a pair, 1 or 2 for each of the two
 * @ac:    cells of the address
 * @start, @size: filled in
 *
 * Return: false when no whole pair is left.
 */
static inline bool fdt_take_pair(const u32 **p, int *len, int nr, int ac, u64 *start, u64 *size)
{
	if (*len < nr * 4)
		return false;
	*start = fdt_cells(*p, (u32)ac);
	*size = fdt_cells(*p + ac, (u32)(nr - ac));
	*p += nr;
	*len -= nr * 4;
	return true;
}

#endif
