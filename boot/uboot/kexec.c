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
#include "../../fdt/next.h"
#include "../../fdt/tree.h"

DECLARE_GLOBAL_DATA_PTR;

#define TREE_MAX  (2U << 20)
#define STACK	  0x100000 /* below everything else that U-Boot keeps at its top */
#define TABLES	  0x100000 /* page tables, aligned */
#define MAX_FREE  (UBOOT_MAX_BUSY + LUO_MAX_SCRATCH)
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

static const void *identity(__always_unused void *ctx, u64 pa, __always_unused u64 len)
{
	return (const void *)(uintptr_t)pa;
}

/**
 * struct early - the little that is known before U-Boot moves
 * @run:  its view has the RAM of the device tree, because U-Boot's own list of banks is not made
 * yet
 * @next: what the device tree tells
 */
struct early {
	struct uboot_run run;
	struct luo_next next;
	struct luo_mem_ops ops;
	struct luo_range ram[UBOOT_MAX_RAM];
	struct luo_range free[MAX_FREE];
};

/* False without RAM. The tree is read once as all the memory that there is, for its memory nodes.
 */
static bool open_view(struct early *e, u64 tree)
{
	struct luo_range all = { tree, fdt_totalsize(gd->fdt_blob) };
	struct uboot_run *run = &e->run;
	u32 nr;

	e->ops = (struct luo_mem_ops){ .map = identity };
	run->phys = (struct luo_phys){ .ops = &e->ops, .ram = &all, .nr_ram = 1 };
	run->next = &e->next;
	luo_report_init(&run->report);
	fdt_next(run->next, &run->phys, tree, 0, &run->report);
	nr = luo_ranges_normalize(run->next->ram, run->next->nr_ram);
	if (nr > UBOOT_MAX_RAM)
		nr = UBOOT_MAX_RAM;
	for (u32 i = 0; i < nr; i++)
		e->ram[i] = run->next->ram[i];
	run->phys.ram = e->ram;
	run->phys.nr_ram = nr;
	return nr;
}

/* What kexec has loaded: this U-Boot, scratch list, tree, initrd, IMA buffer. */
static void add_segments(struct uboot_run *run, const struct luo_handover *h, u64 tree)
{
	uboot_busy(run, (u64)(uintptr_t)_start, gd->mon_len + CONFIG_SYS_INIT_SP_BSS_OFFSET,
		   "U-Boot");
	uboot_busy(run, h->scratch_pa, h->scratch_size, "scratch list");
	uboot_tree_busy(run, tree);
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

/* 0 after a line. */
static u64 top_in_scratch(struct early *e, const struct luo_handover *h)
{
	u64 need = gd->mon_len + TOTAL_MALLOC_LEN + fdt_totalsize(gd->fdt_blob) + STACK + TABLES;
	u64 tree = get_prev_bl_fdt_addr(), top;
	struct uboot_run *run = &e->run;
	u32 nr;

	if (!open_view(e, tree) || luo_scratch_load(&run->phys, h, run->found.area, LUO_MAX_SCRATCH,
						    &run->found.nr_areas)) {
		puts("luo: the list of scratch areas is damaged, so that no memory is known to be "
		     "free for U-Boot\n");
		return 0;
	}
	add_segments(run, h, tree);
	top = uboot_free(run, e->free, MAX_FREE, &nr) ? find_top(e->free, nr, need) : 0;
	if (!top)
		puts("luo: no room for U-Boot in the scratch areas; a larger one is needed "
		     "(kho_scratch=)\n");
	return top;
}

/**
 * uboot_kexec_top() - where U-Boot moves to when kexec has started it with a state
 * @top: end of the room in scratch; 0 when the device tree names no state
 *
 * Return: false after a line when there is no safe place for U-Boot; nothing was written.
 */
bool uboot_kexec_top(u64 *top)
{
	struct early early;
	struct luo_handover h;

	*top = 0;
	if (!gd->fdt_blob || fdt_chosen_handover(gd->fdt_blob, fdt_totalsize(gd->fdt_blob), &h))
		return true;
	memset(&early, 0, sizeof(early));
	*top = top_in_scratch(&early, &h);
	return *top;
}

/** uboot_given_tree() - where the device tree lies that this U-Boot was given, 0 for none. */
u64 uboot_given_tree(void)
{
	const void *tree = (const void *)(uintptr_t)get_prev_bl_fdt_addr();

	if (!tree || (uintptr_t)tree % 8 || fdt_magic(tree) != FDT_MAGIC ||
	    fdt_totalsize(tree) != fdt_totalsize(gd->fdt_blob) ||
	    memcmp(tree, gd->fdt_blob, fdt_totalsize(tree)))
		return 0;
	return get_prev_bl_fdt_addr();
}
