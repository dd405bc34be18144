/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* KHO in /chosen: found in the incoming tree, hidden or replaced in the outgoing one. */
#include "cpu.h"

#include "../../fdt/chosen.h"
#include "../../fdt/edit.h"
#include "../../fdt/hide.h"
#include "../../luo/error.h"

#define MAX_PAGE 65536

static u64 own_size; /* of the tree at luo_view_top_page() */

/** luo_arch_find_kho() - fdt_chosen_in() on our boot data. */
int luo_arch_find_kho(const struct luo_phys *phys, struct luo_handover *handover)
{
	(void)phys;
	if (!luo_dtb())
		return LUO_E_NONE;
	return fdt_chosen_in(luo_dtb(), handover);
}

/** luo_arch_drop_kho() - hide KHO from the next kernel; LUO_E_NONE without a tree of ours. */
int luo_arch_drop_kho(const struct luo_phys *phys)
{
	(void)phys;
	return luo_dtb_copy() ? fdt_hide_kho(luo_dtb_copy()) : LUO_E_NONE;
}

/**
 * luo_arch_swap_kho_fdt() - prepare a KHO tree of our own, a copy of the incoming one
 * @handover: what /chosen says
 * @fdt:      where the copy lies; the caller edits it in place, then luo_arch_swap_commit()
 *
 * Return: 0; LUO_E_LIMIT when the tree is larger than 64 KiB or cannot be put into /chosen.
 */
int luo_arch_swap_kho_fdt(const struct luo_phys *phys, const struct luo_handover *handover,
			  void **fdt)
{
	void *own = (void *)luo_view_top_page();
	const void *tree;

	own_size = handover->fdt_size;
	if (own_size > MAX_PAGE || !luo_dtb_copy())
		return LUO_E_LIMIT;
	tree = luo_map(phys, handover->fdt_pa, own_size);
	if (!tree)
		return LUO_E_RAM;
	__builtin_memcpy(own, tree, own_size);
	/* Reserved for good, as a page that is preserved would be: nothing else keeps it. */
	if (!fdt_edit_reserve(luo_dtb_copy(), (u64)own, own_size))
		return LUO_E_LIMIT;
	*fdt = own;
	return 0;
}

/** luo_arch_swap_commit() - hand over the tree that luo_arch_swap_kho_fdt() has made. */
void luo_arch_swap_commit(void)
{
	u64 address = __builtin_bswap64(luo_view_top_page());
	u32 len, bytes = luo_dtb()->cells[0] * 4;
	u8 *value = fdt_edit_chosen(luo_dtb_copy(), "linux,kho-fdt", &len);

	__builtin_memcpy(value, (u8 *)&address + sizeof(address) - bytes, bytes);
	luo_cache_flush(luo_view_top_page(), own_size);
}
