/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Reads linux,kho-fdt and linux,kho-scratch. Each is one (address, size) pair of big-endian cells
 * whose numbers are the root node's; any other length makes the kernel ignore the property
 * without a word (drivers/of/fdt.c, 6.18 to 7.3), so both must be right or there is no KHO.
 */
#include "cells.h"
#include "chosen.h"

#include "../luo/error.h"

static int read_pair(const struct fdt_root *root, const char *name, u64 *addr, u64 *size)
{
	u32 ac = root->cells[0], sc = root->cells[1], len;
	struct fdt_walk chosen;
	const u8 *cell = fdt_root_child(root, FDT_CHOSEN, &chosen)
				 ? fdt_walk_prop(&chosen, name, &len)
				 : NULL;

	if (!cell)
		return LUO_E_NONE;
	if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || len != (ac + sc) * 4)
		return LUO_E_FORMAT;
	*addr = fdt_cells(cell, ac);
	*size = fdt_cells(cell + ac * 4, sc);
	return 0;
}

/**
 * fdt_chosen_in() - find KHO in a device tree that has been gone through
 * @root:     of fdt_root_open()
 * @handover: filled in
 *
 * Return: as fdt_chosen_handover().
 */
int fdt_chosen_in(const struct fdt_root *root, struct luo_handover *handover)
{
	int err = read_pair(root, "linux,kho-fdt", &handover->fdt_pa, &handover->fdt_size);
	int other = read_pair(root, "linux,kho-scratch", &handover->scratch_pa,
			      &handover->scratch_size);

	if ((err == LUO_E_NONE) != (other == LUO_E_NONE))
		return LUO_E_FORMAT;
	return err ? err : other;
}

/**
 * fdt_chosen_handover() - find KHO in a device tree, and see that libfdt can be let at it
 * @dtb:      the tree, aligned to 8 bytes
 * @size:     bytes that may be read there
 * @handover: filled in
 *
 * Return: 0; LUO_E_NONE when /chosen or both properties are missing; LUO_E_FORMAT when the tree is
 * malformed, one property stands alone, which no kernel writes, or one is not one pair of the
 * root's cells.
 */
int fdt_chosen_handover(const void *dtb, u64 size, struct luo_handover *handover)
{
	struct fdt_root root;

	if (!fdt_root_open(&root, dtb, size))
		return LUO_E_FORMAT;
	return fdt_chosen_in(&root, handover);
}
