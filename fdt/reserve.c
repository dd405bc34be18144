/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Takes memory away from the kernel that a device tree is for, and from all that it kexecs: nodes
 * below /reserved-memory. A kernel that UEFI starts reads them, too, while its stub drops the
 * tree's memory reservations (early_init_fdt_scan_reserved_mem(), drivers/of/fdt.c, and
 * update_fdt(), libstub/fdt.c; 7.3).
 */
#include <libfdt.h>

#include "chosen.h"

#include "../luo/error.h"

static const char name[] = "/reserved-memory";

/* The kernel wants the node's cells to be those of the root, and an empty "ranges". */
static int reserved_memory(void *dtb)
{
	int node = fdt_path_offset(dtb, name);

	if (node >= 0)
		return node;
	node = fdt_add_subnode(dtb, 0, name + 1);
	if (node < 0 ||
	    fdt_setprop_u32(dtb, node, "#address-cells", (u32)fdt_address_cells(dtb, 0)) ||
	    fdt_setprop_u32(dtb, node, "#size-cells", (u32)fdt_size_cells(dtb, 0)) ||
	    fdt_setprop_empty(dtb, node, "ranges"))
		return -1;
	return node;
}

static void put_hex(char *to, u64 value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[value >> shift & 15];
	*to = 0;
}

/**
 * fdt_reserve() - add a node for a range
 * @dtb: a sound tree, in a buffer with room: some 200 bytes for the first, 100 for each
 * @r:   valid, and not empty
 *
 * Return: 0; LUO_E_LIMIT when there is no room, or a node of that name; LUO_E_FORMAT when the
 * root's cells cannot hold the numbers.
 */
int fdt_reserve(void *dtb, const struct luo_range *r)
{
	char child[32] = "luo-firmware@";
	int node = reserved_memory(dtb);

	put_hex(child + sizeof("luo-firmware@") - 1, r->start);
	node = node < 0 ? node : fdt_add_subnode(dtb, node, child);
	if (node < 0)
		return LUO_E_LIMIT;
	return fdt_set_pair(dtb, node, "reg", r->start, r->size);
}
