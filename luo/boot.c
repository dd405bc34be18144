/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Reading of the x86 setup_data list and of the scratch list. */
#include "boot.h"

#include "error.h"

/**
 * luo_setup_next() - read one node of the setup_data list
 * @phys: the view; only RAM is needed
 * @pa:   address of the node's header, not 0
 * @node: filled in
 *
 * Source: struct setup_data, arch/x86/include/uapi/asm/setup_data.h, unchanged 6.16 to 7.3.
 *
 * Return: 0, or LUO_E_RAM when header or payload are not RAM.
 */
int luo_setup_next(const struct luo_phys *phys, u64 pa, struct luo_setup_node *node)
{
	const u8 *p = luo_map(phys, pa, LUO_SETUP_HEADER);

	if (!p)
		return LUO_E_RAM;
	node->pa = pa;
	node->next = luo_get64(p);
	node->type = luo_get32(p + 8);
	node->len = luo_get32(p + 12);
	if (!luo_in_ram(phys, pa, LUO_SETUP_HEADER + (u64)node->len))
		return LUO_E_RAM;
	return 0;
}

/**
 * luo_setup_find_kho() - find KHO's node in the setup_data list
 * @phys:     the view; only RAM is needed
 * @first:    boot_params.hdr.setup_data, 0 for an empty list
 * @handover: filled in from the first node of type 10
 * @found:    that node, for whoever must leave it out of a list; may be NULL
 *
 * Return: 0; LUO_E_NONE when there is no such node; LUO_E_RAM, LUO_E_LIMIT (a list longer than
 * LUO_MAX_SETUP_NODES, or one that loops) or LUO_E_FORMAT (the node is too short, or an
 * address in it is 0).
 */
int luo_setup_find_kho(const struct luo_phys *phys, u64 first, struct luo_handover *handover,
		       struct luo_setup_node *found)
{
	struct luo_setup_node node;
	u64 pa = first;

	for (u32 i = 0; pa; i++, pa = node.next) {
		int err = i < LUO_MAX_SETUP_NODES ? luo_setup_next(phys, pa, &node) : LUO_E_LIMIT;
		const u8 *p;

		if (err)
			return err;
		if (node.type != LUO_SETUP_KEXEC_KHO)
			continue;
		if (node.len < sizeof(struct luo_kho_setup))
			return LUO_E_FORMAT;
		p = luo_map(phys, pa + LUO_SETUP_HEADER, sizeof(struct luo_kho_setup));
		if (!p)
			return LUO_E_RAM;
		handover->fdt_pa = luo_get64(p);
		handover->fdt_size = luo_get64(p + offsetof(struct luo_kho_setup, fdt_size));
		handover->scratch_pa = luo_get64(p + offsetof(struct luo_kho_setup, scratch_addr));
		handover->scratch_size =
			luo_get64(p + offsetof(struct luo_kho_setup, scratch_size));
		if (found)
			*found = node;
		/* The producer fills in all four (kexec-bzimage64.c, setup_kho()). */
		return handover->fdt_pa && handover->scratch_pa ? 0 : LUO_E_FORMAT;
	}
	return LUO_E_NONE;
}

/**
 * luo_scratch_load() - read the scratch list
 * @phys:     the view; only RAM is needed
 * @handover: says where the list lies
 * @area:     filled in, in the order handed over
 * @max:      how many @area holds
 * @nr:       how many were filled in
 *
 * Source: struct kho_scratch {u64 addr, u64 size}, include/asm-generic/kexec_handover.h (7.3).
 *
 * Return: 0; LUO_E_RAM when the list is not RAM; LUO_E_FORMAT when its size is 0 or no multiple of
 * 16, or an area wraps or is not RAM; LUO_E_LIMIT when it has more than @max areas.
 */
int luo_scratch_load(const struct luo_phys *phys, const struct luo_handover *handover,
		     struct luo_range *area, u32 max, u32 *nr)
{
	const u8 *p;
	u64 n = handover->scratch_size / 16;

	*nr = 0;
	if (!n || handover->scratch_size % 16)
		return LUO_E_FORMAT;
	if (n > max)
		return LUO_E_LIMIT;
	p = luo_map(phys, handover->scratch_pa, handover->scratch_size);
	if (!p)
		return LUO_E_RAM;
	for (u64 i = 0; i < n; i++, p += 16) {
		area[i].start = luo_get64(p);
		area[i].size = luo_get64(p + 8);
		if (area[i].size && !luo_in_ram(phys, area[i].start, area[i].size))
			return LUO_E_FORMAT;
	}
	*nr = (u32)n;
	return 0;
}

/**
 * luo_page_shift_of() - page shift of the kernel that handed over
 * @size: the size handed over with the KHO FDT, which is that kernel's page size
 *
 * Return: 12, 14 or 16, or 0 when @size is no page size that Linux has.
 */
u32 luo_page_shift_of(u64 size)
{
	for (u32 shift = 12; shift <= 16; shift += 2)
		if (size == 1ULL << shift)
			return shift;
	return 0;
}
