/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Nodes and properties are blotted out. NOPs keep every offset, so nothing can grow. */
#include "hide.h"

#include "edit.h"

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
	struct fdt_root root;
	const char *token;

	if (!fdt_root_open(&root, kho_fdt, size))
		return LUO_E_FORMAT;
	if (!fdt_walk_into(&root.start, "LUO", 3))
		return LUO_E_NONE;
	token = root.start.name - 4;
	while (fdt_walk_child(&root.start, 2))
		;
	fdt_edit_nop(token, root.tree + root.start.at);
	return 0;
}

/* A property of /chosen: its token, two words and the value. */
static bool hide(void *dtb, const char *name)
{
	u32 len;
	const u8 *value = fdt_edit_chosen(dtb, name, &len);

	if (value)
		fdt_edit_nop(value - 12, value + len);
	return value;
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
	bool first = hide(dtb, "linux,kho-fdt"), second = hide(dtb, "linux,kho-scratch");

	return first || second ? 0 : LUO_E_NONE;
}
