/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Writes linux,kho-fdt and linux,kho-scratch, for whoever starts the next kernel with a device
 * tree of its own making; see chosen.c. Old ones go first, as the kernel's own producer does it:
 * stale values are not "no KHO" (drivers/of/kexec.c, 7.3).
 */
#include <libfdt.h>

#include "chosen.h"

#include "../luo/error.h"

static const char *const names[] = { "linux,kho-fdt", "linux,kho-scratch" };

static bool put_cells(fdt32_t *to, int cells, u64 value)
{
	if (cells == 1 && value >> 32)
		return false;
	for (int i = cells; i-- > 0; value >>= 32)
		fdt32_st(&to[i], (u32)value);
	return true;
}

/**
 * fdt_set_pair() - set a property to one (address, size) pair, in the root's cells
 * @dtb:  a sound tree with room
 * @node: of the property
 * @name: of the property
 * @addr, @size: the pair
 *
 * Return: 0; LUO_E_LIMIT when there is no room; LUO_E_FORMAT when the cells cannot hold it.
 */
int fdt_set_pair(void *dtb, int node, const char *name, u64 addr, u64 size)
{
	int ac = fdt_address_cells(dtb, 0), sc = fdt_size_cells(dtb, 0);
	fdt32_t cell[4];

	if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || !put_cells(cell, ac, addr) ||
	    !put_cells(cell + ac, sc, size))
		return LUO_E_FORMAT;
	return fdt_setprop(dtb, node, name, cell, (ac + sc) * 4) ? LUO_E_LIMIT : 0;
}

/**
 * fdt_chosen_set_handover() - name KHO in a device tree, or take its name out
 * @dtb:      a sound tree, in a buffer with room: some 200 bytes
 * @handover: what to name; NULL for nothing
 *
 * Return: 0; LUO_E_LIMIT when there is no room; LUO_E_FORMAT when the root's cells cannot hold the
 * numbers. After an error the tree is not to be used.
 */
int fdt_chosen_set_handover(void *dtb, const struct luo_handover *handover)
{
	int node = fdt_path_offset(dtb, "/chosen"), err;

	if (node < 0 && !handover)
		return 0;
	if (node < 0)
		node = fdt_add_subnode(dtb, 0, "chosen");
	if (node < 0)
		return LUO_E_LIMIT;
	for (int i = 0; i < 2; i++) {
		err = fdt_delprop(dtb, node, names[i]);
		if (err && err != -FDT_ERR_NOTFOUND)
			return LUO_E_FORMAT;
	}
	if (!handover)
		return 0;
	err = fdt_set_pair(dtb, node, names[0], handover->fdt_pa, handover->fdt_size);
	if (err)
		return err;
	return fdt_set_pair(dtb, node, names[1], handover->scratch_pa, handover->scratch_size);
}
