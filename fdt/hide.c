/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Nodes and properties are blotted out. NOPs keep every offset, so nothing can grow. */
#include <libfdt.h>

#include "hide.h"
#include "tree.h"

#include "../luo/error.h"

/**
 * fdt_hide_luo() - hide LUO's node in a copy of a KHO root FDT
 * @kho_fdt: the copy; the memory that it preserves stays reserved in the next kernel
 * @size:    its bytes
 *
 * Only a state whose map is sound (luo_report_map_clean()) may be handed on like that.
 *
 * Return: 0; LUO_E_FORMAT when the tree is malformed; LUO_E_NONE when it has no such node.
 */
int fdt_hide_luo(void *kho_fdt, u64 size)
{
	int node;

	if (!fdt_tree_sound(kho_fdt, size))
		return LUO_E_FORMAT;
	node = fdt_subnode_offset(kho_fdt, 0, "LUO");
	return node < 0 || fdt_nop_node(kho_fdt, node) ? LUO_E_NONE : 0;
}

/**
 * fdt_hide_kho() - hide KHO in a copy of a device tree
 * @dtb: the copy, a sound one
 *
 * Both properties are blotted out. A kernel with one of them only would do without KHO as well
 * (early_init_dt_check_kho(), drivers/of/fdt.c, 6.18 to 7.3), so the order does not matter.
 *
 * Return: 0, or LUO_E_NONE when there is nothing to hide.
 */
int fdt_hide_kho(void *dtb)
{
	int node = fdt_subnode_offset(dtb, 0, "chosen"), first, second;

	if (node < 0)
		return LUO_E_NONE;
	first = fdt_nop_property(dtb, node, "linux,kho-fdt");
	second = fdt_nop_property(dtb, node, "linux,kho-scratch");
	return first && second ? LUO_E_NONE : 0;
}
