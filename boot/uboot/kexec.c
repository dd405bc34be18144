/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * U-Boot as the next kernel of a kexec, on arm64. It is entered at the start of u-boot.bin, whose
 * header is a Linux Image's: at EL1 or EL2, MMU and data cache off, x0 = device tree, which
 * save_boot_params() keeps (arch/arm/lib/save_prev_bl_data.c). Everything here runs before U-Boot
 * moves, on its first stack, with caches off: no global variable is written.
 *
 * All that kexec loaded lies in scratch areas and was written back to memory; U-Boot moves to a
 * part of them that nothing of it is in.
 */
#include "firmware.h"

#include "given_fdt.h"
#include "uboot.h"

#include "../../fdt/chosen.h"
#include "../../fdt/tree.h"

DECLARE_GLOBAL_DATA_PTR;

#define TREE_MAX  (2U << 20)
#define STACK	  0x100000 /* below everything else that U-Boot keeps at its top */
#define TABLES	  0x100000 /* page tables, aligned */
#define MAX_BANKS 64	   /* pairs of a memory node that are looked at */
#define MAX_AREAS 64
#define ALIGN_TOP 0x10000

phys_addr_t get_prev_bl_fdt_addr(void);

/**
 * luo_given_fdt() - the device tree in x0
 *
 * With it the data cache is cleaned: the old kernel's last writes may still be in it, and U-Boot
 * throws away what is there when it switches the cache on (dcache_enable(), cache_v8.c).
 *
 * Return: NULL when there is none.
 */
void *luo_given_fdt(void)
{
	void *tree = (void *)(uintptr_t)get_prev_bl_fdt_addr();

	if (!tree || (uintptr_t)tree % 8 || fdt_magic(tree) != FDT_MAGIC ||
	    fdt_totalsize(tree) > TREE_MAX || !fdt_tree_sound(tree, fdt_totalsize(tree)))
		return NULL;
	flush_dcache_all();
	return tree;
}

/* Is this RAM by the device tree's word? U-Boot's own list of banks is not made yet. */
static bool in_ram(u64 pa, u64 len)
{
	const void *tree = gd->fdt_blob;
	int ac = fdt_address_cells(tree, 0), sc = fdt_size_cells(tree, 0), node = -1;

	while ((node = fdt_node_offset_by_prop_value(tree, node, "device_type", "memory",
						     sizeof("memory"))) >= 0)
		for (int i = 0; i < MAX_BANKS; i++) {
			struct luo_range bank;
			fdt_size_t size = 0;

			bank.start = fdtdec_get_addr_size_fixed(tree, node, "reg", i, ac, sc, &size,
								false);
			if (bank.start == FDT_ADDR_T_NONE)
				break;
			bank.size = size;
			if (luo_range_valid(&bank) && luo_range_holds(&bank, pa, len))
				return true;
		}
	return false;
}

/* A list of scratch areas, read where kexec has put it; areas outside of RAM do not count. */
static u32 read_areas(const struct luo_handover *h, struct luo_range *area)
{
	u32 nr = 0;

	/* unaligned reads fault while the MMU is off */
	if (h->scratch_pa % 8 || !h->scratch_size || !in_ram(h->scratch_pa, h->scratch_size))
		return 0;
	for (u64 at = 0; at + 16 <= h->scratch_size && nr < MAX_AREAS; at += 16) {
		const u64 *p = (const u64 *)(uintptr_t)(h->scratch_pa + at);

		if (p[1] && in_ram(p[0], p[1]))
			area[nr++] = (struct luo_range){ p[0], p[1] };
	}
	return nr;
}

/* What kexec has loaded there: this U-Boot, the tree, the scratch list, initrd, IMA buffer. */
static void add_segments(struct uboot_run *run, const struct luo_handover *h)
{
	u64 loaded = (u64)(uintptr_t)_start;
	u64 size = gd->mon_len + CONFIG_SYS_INIT_SP_BSS_OFFSET;

	uboot_busy(run, loaded, size, "U-Boot");
	uboot_busy(run, get_prev_bl_fdt_addr(), fdt_totalsize(gd->fdt_blob), "device tree");
	uboot_busy(run, h->scratch_pa, h->scratch_size, "scratch list");
	uboot_tree_busy(run, gd->fdt_blob);
}

/* Top of the highest free stretch that holds U-Boot, 0 when there is none. */
static u64 find_top(const struct luo_range *range, u32 nr, u64 need)
{
	u64 top = 0;

	for (u32 i = 0; i < nr; i++) {
		u64 end = (range[i].start + range[i].size) & ~(ALIGN_TOP - 1ULL);

		if (end > range[i].start && end - range[i].start >= need && end > top)
			top = end;
	}
	return top;
}

static u64 top_in_scratch(const struct luo_handover *h)
{
	u64 need = gd->mon_len + TOTAL_MALLOC_LEN + fdt_totalsize(gd->fdt_blob) + STACK + TABLES;
	struct luo_range range[UBOOT_MAX_BUSY + MAX_AREAS];
	struct uboot_run run;
	u32 nr = read_areas(h, run.found.area);

	run.found.nr_areas = nr;
	run.nr_busy = 0;
	run.crowded = false;
	add_segments(&run, h);
	if (!uboot_free(&run, range, UBOOT_MAX_BUSY + MAX_AREAS, &nr))
		return 0;
	return find_top(range, nr, need);
}

/**
 * uboot_kexec_top() - where U-Boot moves to when kexec has started it with a state
 * @top: end of the room in scratch; 0 when the device tree names no state
 *
 * Return: false after a line when scratch has no room for U-Boot; nothing was written.
 */
bool uboot_kexec_top(u64 *top)
{
	struct luo_handover h;

	*top = 0;
	if (!gd->fdt_blob || fdt_chosen_handover(gd->fdt_blob, fdt_totalsize(gd->fdt_blob), &h))
		return true;
	*top = top_in_scratch(&h);
	if (!*top)
		puts("luo: no room for U-Boot in the scratch areas; a larger one is needed "
		     "(kho_scratch=)\n");
	return *top;
}
