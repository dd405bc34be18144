/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Physical memory as U-Boot knows it: the banks of RAM, what U-Boot itself has written to before
 * any command runs, and what the previous kernel has loaded.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/cells.h"
#include "../../fdt/next.h"

DECLARE_GLOBAL_DATA_PTR;

static bool known(const struct uboot_run *run, const struct luo_range *r)
{
	for (u32 i = 0; i < run->nr_busy; i++)
		if (luo_range_holds(&run->busy[i].range, r->start, r->size))
			return true;
	return false;
}

/**
 * uboot_busy() - a range in use by something alive
 * @run:   gets it; when there is no room for it, run->crowded says so, and nothing may be placed or
 *         written any more
 * @start: first byte
 * @size:  bytes; a range that is empty or wraps is left out, and one inside of another
 * @what:  for messages
 */
void uboot_busy(struct uboot_run *run, u64 start, u64 size, const char *what)
{
	struct luo_range r = { start, size };

	if (!size || !luo_range_valid(&r) || known(run, &r))
		return;
	if (run->nr_busy < UBOOT_MAX_BUSY)
		run->busy[run->nr_busy++] = (struct luo_busy){ r, what };
	else
		run->crowded = true;
}

#ifndef CONFIG_SANDBOX
#define STACK_SLACK 0x20000 /* below the stack pointer of now: commands that run later */

static u64 own_start(void)
{
	u64 sp = (u64)(uintptr_t)__builtin_frame_address(0);

	return (sp - STACK_SLACK) & ~0xfffULL;
}

#ifdef CONFIG_EFI_LOADER
#define MAX_EFI 64

/*
 * U-Boot's UEFI keeps its tables anywhere below U-Boot, from before any command on. The range that
 * U-Boot itself lies in is larger than what it uses; that is known better.
 */
static void add_efi(struct uboot_run *run)
{
	struct efi_mem_desc desc[MAX_EFI];
	efi_uintn_t size = sizeof(desc), key, step;
	u32 version;

	if (efi_get_memory_map(&size, desc, &key, &step, &version)) {
		run->crowded = true;
		return;
	}
	for (efi_uintn_t i = 0; i < size / sizeof(desc[0]); i++) {
		u64 start = desc[i].physical_start, bytes = desc[i].num_pages << EFI_PAGE_SHIFT;

		if (desc[i].type >= EFI_LOADER_CODE && desc[i].type <= EFI_RUNTIME_SERVICES_DATA &&
		    !luo_range_hits(&run->busy[0].range, start, bytes))
			uboot_busy(run, start, bytes, "UEFI in U-Boot");
	}
}
#else
static void add_efi(__always_unused struct uboot_run *run)
{
}
#endif

/*
 * What U-Boot writes. Behind the stack's end lie stack, global data, heap and code in a row up to
 * ram_top (common/board_f.c, 2025.01); where it was loaded it has run from and kept its first
 * stack, as the image header of arm64 counts it; x86 has tables and start-up code in low memory.
 */
static void add_own(struct uboot_run *run)
{
	u64 size = gd->mon_len;

#ifdef CONFIG_SYS_INIT_SP_BSS_OFFSET
	size += CONFIG_SYS_INIT_SP_BSS_OFFSET;
#endif
	uboot_busy(run, own_start(), gd->ram_top - own_start(), "U-Boot's stack, heap and code");
	uboot_busy(run, uboot_loaded(), size, "U-Boot before it moved");
#ifdef CONFIG_PRE_CONSOLE_BUFFER
	uboot_busy(run, CONFIG_PRE_CON_BUF_ADDR, CONFIG_PRE_CON_BUF_SZ, "early console output");
#endif
	add_efi(run);
#ifdef CONFIG_X86_64
	uboot_busy(run, 0, 0x120000, "firmware's low memory");
#endif
	run->nr_own = run->nr_busy;
}
#else
/* A program of the host: nothing of it lies in the memory that it shows. */
static void add_own(__always_unused struct uboot_run *run)
{
}
#endif

/**
 * uboot_tree_busy() - what a device tree says is in use, and the tree itself
 * @run: with RAM, and room for what the tree tells
 * @pa:  a tree; of one that is not sound nothing counts
 */
void uboot_tree_busy(struct uboot_run *run, u64 pa)
{
	fdt_next(run->next, &run->phys, pa, 0, &run->report);
	if (run->next->nr_parts == LUO_NEXT_PARTS)
		run->crowded = true;
	for (u32 i = 0; i < run->next->nr_parts; i++) {
		const struct luo_part *p = &run->next->part[i];

		uboot_busy(run, p->range.start, p->range.size, p->what);
	}
}

/* Memory that must not even be mapped is none. False when there are too many ranges. */
static bool remove_no_map(struct uboot_run *run, const void *tree, u32 *nr)
{
	int ac = fdt_address_cells(tree, 0), sc = fdt_size_cells(tree, 0), node, len;
	int parent = fdt_path_offset(tree, "/reserved-memory");

	if (parent < 0 || ac < 1 || sc < 1)
		return true;
	fdt_for_each_subnode(node, tree, parent)
	{
		const fdt32_t *p = fdt_getprop(tree, node, "reg", &len);
		struct luo_range r;

		while (fdt_getprop(tree, node, "no-map", NULL) &&
		       fdt_take_pair(&p, &len, ac + sc, ac, &r.start, &r.size))
			if (!luo_ranges_remove(run->ram, nr, UBOOT_MAX_RAM, &r))
				return false;
	}
	return true;
}

/** uboot_ram_top() - the end of the memory that U-Boot has to itself. */
u64 uboot_ram_top(void)
{
	return gd->ram_top;
}

/** uboot_entry_of() - where this U-Boot was entered with the device tree at @pa; 0: it was not. */
u64 uboot_entry_of(u64 pa)
{
	if (IS_ENABLED(CONFIG_CMD_LUO_KEXEC) && pa == uboot_given_tree())
		return uboot_loaded();
	return 0;
}

/**
 * uboot_view() - fill in RAM and U-Boot's own ranges
 * @run: cleared; scratch areas and page size stay the finder's
 */
void uboot_view(struct uboot_run *run)
{
	const void *tree = IS_ENABLED(CONFIG_SANDBOX) ? NULL : gd->fdt_blob;
	u32 nr = 0;

	for (u32 i = 0; i < CONFIG_NR_DRAM_BANKS && nr < UBOOT_MAX_RAM; i++)
		if (gd->bd->bi_dram[i].size)
			run->ram[nr++] = (struct luo_range){ gd->bd->bi_dram[i].start,
							     gd->bd->bi_dram[i].size };
	nr = luo_ranges_normalize(run->ram, nr);
	add_own(run);
	if (tree && !remove_no_map(run, tree, &nr))
		run->crowded = true;
	nr = luo_ranges_normalize(run->ram, nr);
	run->phys = (struct luo_phys){
		.ops = &uboot_mem_ops,
		.ctx = run,
		.ram = run->ram,
		.nr_ram = nr,
		.busy = run->busy,
	};
	if (tree)
		uboot_tree_busy(run, map_to_sysmem(tree));
}
