/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Physical memory as boot_params describes it: RAM, and what is in use. */
#include "bootdata.h"
#include "cpu.h"

#include "../../luo/error.h"

static struct luo_range arena;

static int add_e820(const u8 *entry, u32 nr)
{
	for (; nr; nr--, entry += E820_ENTRY)
		if (luo_get32(entry + 16) == E820_RAM &&
		    !luo_ram_add(luo_get64(entry), luo_get64(entry + 8)))
			return LUO_E_LIMIT;
	return 0;
}

static int add_node(const struct luo_setup_node *node)
{
	const u8 *p = (const u8 *)node->pa + LUO_SETUP_HEADER;

	luo_busy_add(node->pa, LUO_SETUP_HEADER + (u64)node->len);
	if (node->type == SETUP_IMA && node->len >= 16)
		luo_busy_add(luo_get64(p), luo_get64(p + 8));
	if (node->type == SETUP_INDIRECT && node->len >= 24)
		luo_busy_add(luo_get64(p + 16), luo_get64(p + 8));
	if (node->type == SETUP_E820_EXT)
		return add_e820(p, node->len / E820_ENTRY);
	return 0;
}

/* A list that is damaged further on is the core's to report; what comes before still counts. */
static int walk_setup_data(const struct luo_phys *phys)
{
	u64 pa = luo_get64(luo_zero_page + HDR_SETUP_DATA);
	struct luo_setup_node node;

	for (u32 i = 0; pa && i < LUO_MAX_SETUP_NODES; i++, pa = node.next) {
		if (luo_setup_next(phys, pa, &node))
			break;
		if (add_node(&node))
			return LUO_E_LIMIT;
	}
	return 0;
}

static void find_busy(void)
{
	const u8 *zp = luo_zero_page;
	size_t len, max;
	const char *text = luo_arch_cmdline(&len, &max);

	luo_busy_add(luo_base(), luo_info.init_size);
	luo_busy_add(luo_in_boot, BP_SIZE);
	luo_busy_add(bp_get(zp, HDR_RAMDISK_IMAGE, BP_EXT_RAMDISK_IMAGE),
		     bp_get(zp, HDR_RAMDISK_SIZE, BP_EXT_RAMDISK_SIZE));
	luo_busy_add(bp_get(zp, BP_EFI_MEMMAP, BP_EFI_MEMMAP_HI),
		     luo_get32(zp + BP_EFI_MEMMAP_SIZE));
	if (len)
		luo_busy_add((u64)text, len + 1);
}

/*
 * The tail of the image: page tables at its end, the core's working memory in front of them. No
 * more tables than all of RAM can take, and at most half.
 */
static int share_tail(void)
{
	u64 start = (luo_base() + luo_info.next_end + 4095) & ~4095ULL;
	u64 end = (luo_base() + luo_info.init_size) & ~4095ULL;
	u64 tables;
	u32 nr;
	const struct luo_range *ram = luo_ram_list(&nr);

	if (end <= start)
		return LUO_E_LIMIT;
	tables = luo_mmu_pages_for(ram, nr) * 4096;
	if (tables > (end - start) / 2)
		tables = ((end - start) / 2) & ~4095ULL;
	arena = (struct luo_range){ start, end - tables - start };
	return luo_mmu_init(end - tables, end);
}

/**
 * luo_arch_view() - find out about memory and switch to own page tables
 * @phys: filled in, but for scratch areas and page size
 *
 * The incoming tables map all RAM (init_pgtable() in arch/x86/kernel/machine_kexec_64.c), so the
 * list is walked on them.
 *
 * Return: 0; LUO_E_LIMIT when the memory map is too large, or the image has no
 * room for page tables.
 */
int luo_arch_view(struct luo_phys *phys)
{
	const struct luo_mem_ops *ops = luo_cpu.cx16 ? &luo_x86_mem_ops : &luo_x86_mem_ops_no_cx16;
	u32 entries = luo_zero_page[BP_E820_ENTRIES];

	luo_ram_reset();
	if (add_e820(luo_zero_page + BP_E820_TABLE, entries > E820_MAX ? E820_MAX : entries))
		return LUO_E_LIMIT;
	luo_ram_normalize();
	luo_ram_fill(phys, ops);
	find_busy();
	if (walk_setup_data(phys))
		return LUO_E_LIMIT;
	luo_ram_normalize();
	luo_ram_fill(phys, ops);
	return share_tail();
}

/** luo_arch_arena() - working memory for the core, 16-byte aligned. */
void *luo_arch_arena(size_t *size)
{
	*size = arena.size;
	return (void *)arena.start;
}

/** luo_arch_arena_used() - caches are coherent here, also with what runs uncached. */
void luo_arch_arena_used(size_t size)
{
	(void)size;
}

/** luo_arch_unmapped() - was there RAM that could not be mapped? */
bool luo_arch_unmapped(void)
{
	return luo_mmu_full();
}

/** luo_arch_find_kho() - luo_setup_find_kho() on our boot data. */
int luo_arch_find_kho(const struct luo_phys *phys, struct luo_handover *handover)
{
	return luo_setup_find_kho(phys, luo_get64(luo_zero_page + HDR_SETUP_DATA), handover, NULL);
}
