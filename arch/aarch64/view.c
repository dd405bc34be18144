/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Physical memory as the device tree, or UEFI's map, describes it: RAM, and what is in use. */
#include "cpu.h"

#include "../../fdt/cells.h"
#include "../../luo/error.h"

static struct luo_range arena;
static u64 arena_used;

/* One (address, size) pair of the root's cells. */
static bool take_pair(const u8 **p, u32 *len, u64 *start, u64 *size)
{
	u32 ac = luo_dtb()->cells[0], sc = luo_dtb()->cells[1];

	if (ac < 1 || ac > 2 || sc < 1 || sc > 2 || *len < (ac + sc) * 4)
		return false;
	*start = fdt_cells(*p, ac);
	*size = fdt_cells(*p + ac * 4, sc);
	*p += (ac + sc) * 4;
	*len -= (ac + sc) * 4;
	return true;
}

static bool has(const struct fdt_walk *node, const char *name)
{
	u32 len;

	return fdt_walk_prop(node, name, &len);
}

static bool disabled(const struct fdt_walk *node)
{
	return has(node, "status") && !fdt_walk_text(node, "status", "okay") &&
	       !fdt_walk_text(node, "status", "ok");
}

/* As early_init_dt_scan_memory() of drivers/of/fdt.c (7.3) has it. */
static bool add_memory_nodes(void)
{
	struct fdt_walk node;
	u64 start, size;

	if (!fdt_root_child(luo_dtb(), FDT_MEMORY, &node))
		return true;
	do {
		const u8 *p;
		u32 len;

		if (!fdt_walk_text(&node, "device_type", "memory") || disabled(&node))
			continue;
		p = fdt_walk_prop(&node, "linux,usable-memory", &len);
		if (!p)
			p = fdt_walk_prop(&node, "reg", &len);
		while (p && take_pair(&p, &len, &start, &size))
			if (!luo_ram_add(start, size))
				return false;
	} while (node.at < luo_dtb()->at[FDT_MEMORY_LAST] && fdt_walk_child(&node, 1));
	return true;
}

/* As is_usable_memory() of drivers/firmware/efi/efi-init.c (7.3). */
static bool add_uefi_range(u32 type, u64 start, u64 size, u64 attr)
{
	/* loader, boot services, conventional; ACPI reclaim; persistent */
	bool ram = (type >= 1 && type <= 4) || type == 7 || type == 9 || type == 14;

	return !ram || !(attr & 8) || luo_ram_add(start, size);
}

/* Memory that firmware keeps: not even mapped when the tree says so. */
static bool take_reserved(void)
{
	struct fdt_walk node;
	u64 start, size;

	if (!fdt_root_child(luo_dtb(), FDT_RESERVED, &node))
		return true;
	while (fdt_walk_child(&node, 2)) {
		u32 len;
		const u8 *p = fdt_walk_prop(&node, "reg", &len);
		bool no_map = has(&node, "no-map"), reusable = has(&node, "reusable");

		if (disabled(&node))
			continue;
		while (p && take_pair(&p, &len, &start, &size)) {
			if (no_map && !luo_ram_remove(start, size))
				return false;
			if (!reusable)
				luo_busy_add(start, size);
		}
	}
	return true;
}

static void find_busy(void)
{
	u64 start, end, size;
	const u8 *p;
	u32 len;

	luo_busy_add(luo_base(), luo_info.image_size);
	luo_busy_add(luo_in_boot, luo_dtb()->size);
	if (luo_dtb_number("linux,initrd-start", &start) &&
	    luo_dtb_number("linux,initrd-end", &end) && end > start)
		luo_busy_add(start, end - start);
	p = luo_dtb_chosen("linux,ima-kexec-buffer", &len);
	if (p && take_pair(&p, &len, &start, &size))
		luo_busy_add(start, size);
	for (u32 i = 0; i < 32 && fdt_root_reserved(luo_dtb(), i, &start, &size); i++)
		luo_busy_add(start, size);
	luo_uefi_busy();
}

#define MAX_PAGE 65536

/** luo_view_top_page() - 64 KiB right in front of the next kernel, kept free for a KHO tree. */
u64 luo_view_top_page(void)
{
	return ((luo_base() + luo_info.next) & ~(MAX_PAGE - 1ULL)) - MAX_PAGE;
}

/*
 * Free of use in the image: what is left of its front, and the next kernel's .bss. Page tables go
 * into the front; the core gets the larger of the two remains.
 */
static void share_image(void)
{
	struct luo_range copy = luo_dtb_copy_room();
	u64 start = copy.start + copy.size, end = luo_view_top_page();
	u64 tail = (luo_base() + luo_info.next_end + 4095) & ~4095ULL;
	u64 tail_end = (luo_base() + luo_info.image_size) & ~4095ULL;
	const struct luo_range *ram;
	u64 tables;
	u32 nr;

	ram = luo_ram_list(&nr);
	tables = luo_mmu_pages_for(ram, nr) * 4096;
	if (tables > (end - start) / 2)
		tables = ((end - start) / 2) & ~4095ULL;
	luo_mmu_pool(start, start + tables);
	arena = (struct luo_range){ start + tables, end - start - tables };
	if (tail_end > tail && tail_end - tail > arena.size)
		arena = (struct luo_range){ tail, tail_end - tail };
	if (!luo_mmu_map(arena.start, arena.size))
		arena.size = 0;
}

/**
 * luo_arch_view() - find out about memory
 * @phys: filled in, but for scratch areas and page size
 *
 * Return: 0; LUO_E_NONE without a device tree; LUO_E_LIMIT when the memory map is too large.
 */
int luo_arch_view(struct luo_phys *phys)
{
	bool ok;

	if (!luo_dtb())
		return LUO_E_NONE;
	luo_ram_reset();
	ok = luo_uefi_present() ? !luo_uefi_each(add_uefi_range) : add_memory_nodes();
	luo_ram_normalize();
	ok = ok && take_reserved();
	luo_ram_normalize();
	if (!ok)
		return LUO_E_LIMIT;
	find_busy();
	luo_ram_fill(phys, &luo_arm64_mem_ops);
	share_image();
	return 0;
}

/** luo_arch_arena() - working memory for the core, 16-byte aligned. */
void *luo_arch_arena(size_t *size)
{
	arena_used = arena.size;
	*size = arena.size;
	return (void *)arena.start;
}

/** luo_arch_arena_used() - only this much of it was written, so no more has to be written back. */
void luo_arch_arena_used(size_t size)
{
	arena_used = size;
}

/** luo_arch_unmapped() - was there RAM that could not be mapped? */
bool luo_arch_unmapped(void)
{
	return luo_mmu_full();
}

/** luo_view_leave() - write back what was written behind payload_mem; the rest is entry.S's. */
void luo_view_leave(void)
{
	struct luo_range copy = luo_dtb_copy_room();
	u64 start = copy.start + copy.size, end = luo_mmu_pool_used();

	if (luo_hand_on == copy.start)
		start = copy.start;
	if (end > start)
		luo_cache_flush(start, end - start);
	if (arena_used)
		luo_cache_flush(arena.start, arena_used);
	luo_mmu_leave();
}
