/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Reads linux,kho-fdt and linux,kho-scratch. Each is one (address, size) pair of big-endian cells
 * whose numbers are the root node's; any other length makes the kernel ignore the property
 * without a word (drivers/of/fdt.c, 6.18 to 7.3), so both must be right or there is no KHO.
 */
#include <libfdt.h>

#include "cells.h"
#include "chosen.h"
#include "tree.h"

#include "../luo/error.h"

static int read_pair(const void *dtb, int node, const char *name, u64 *addr, u64 *size)
{
	int ac = fdt_address_cells(dtb, 0), sc = fdt_size_cells(dtb, 0), len;
	const fdt32_t *cell = fdt_getprop(dtb, node, name, &len);

	if (!cell)
		return LUO_E_NONE;
	if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || len != (ac + sc) * 4)
		return LUO_E_FORMAT;
	*addr = fdt_cells(cell, ac);
	*size = fdt_cells(cell + ac, sc);
	return 0;
}

/**
 * fdt_chosen_handover() - find KHO in a device tree
 * @dtb:      the tree
 * @size:     bytes that may be read there
 * @handover: filled in
 *
 * Return: 0; LUO_E_NONE when /chosen or both properties are missing; LUO_E_FORMAT when the tree is
 * malformed, one property stands alone, which no kernel writes, or one is not one pair of the
 * root's cells.
 */
int fdt_chosen_handover(const void *dtb, u64 size, struct luo_handover *handover)
{
	int node, err, other;

	if (!fdt_tree_sound(dtb, size))
		return LUO_E_FORMAT;
	node = fdt_path_offset(dtb, "/chosen");
	if (node < 0)
		return LUO_E_NONE;
	err = read_pair(dtb, node, "linux,kho-fdt", &handover->fdt_pa, &handover->fdt_size);
	other = read_pair(dtb, node, "linux,kho-scratch", &handover->scratch_pa,
			  &handover->scratch_size);
	if ((err == LUO_E_NONE) != (other == LUO_E_NONE))
		return LUO_E_FORMAT;
	return err ? err : other;
}
