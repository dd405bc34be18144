/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The core's way to memory: struct luo_mem_ops on what U-Boot maps one to one. Caches are on and
 * coherent when commands run; what a compaction writes is written back line by line.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../luo/error.h"
#if defined(__x86_64__)
#include "../../arch/x86_64/store16.h"
#elif defined(__aarch64__)
#include "../../arch/aarch64/store16.h"
#endif

#if defined(CONFIG_ARM64)
/* Normal memory in the board's table of mappings, from which the page tables are made. */
static bool mapped(u64 pa, u64 len)
{
	for (const struct mm_region *m = mem_map; m->size; m++) {
		struct luo_range range = { m->phys, m->size };

		if (m->virt == m->phys && luo_range_holds(&range, pa, len) &&
		    (m->attrs & PMD_ATTRINDX_MASK) == PTE_BLOCK_MEMTYPE(MT_NORMAL))
			return true;
	}
	return false;
}

static void write_back(u64 pa, u64 len)
{
	flush_dcache_range(pa, pa + len);
}
#elif defined(CONFIG_X86_64)
/* The page tables of 64-bit U-Boot cover 4 GiB (arch/x86/cpu/i386/cpu.c, 2025.01). */
static bool mapped(u64 pa, u64 len)
{
	return pa < 1ULL << 32 && len <= (1ULL << 32) - pa;
}

static void write_back(u64 pa, u64 len)
{
	u64 line = cpuid_line(), end = pa + len;

	for (pa -= pa % line; pa < end; pa += line)
		__asm__ volatile("clflush %0" : : "m"(*(const u8 *)pa) : "memory");
	__asm__ volatile("sfence" : : : "memory");
}
#else
static bool mapped(__always_unused u64 pa, __always_unused u64 len)
{
	return true;
}

static void write_back(__always_unused u64 pa, __always_unused u64 len)
{
}
#endif

static const void *op_map(void *ctx, u64 pa, u64 len)
{
	struct uboot_run *run = ctx;

	if (mapped(pa, len))
		return map_sysmem(pa, len);
	run->unmapped = true;
	return NULL;
}

static int op_store(__always_unused void *ctx, u64 pa, u64 value, u32 width)
{
	void *p = mapped(pa, width) && pa % width == 0 ? map_sysmem(pa, width) : NULL;

	if (!p)
		return LUO_E_STORE;
	if (width == 8)
		*(volatile u64 *)p = value;
	else if (width == 4)
		*(volatile u32 *)p = (u32)value;
	else
		return LUO_E_STORE;
	return 0;
}

static int op_store16(__always_unused void *ctx, u64 pa, const u64 value[2])
{
	if (!mapped(pa, 16) || pa % 16 || !store16((unsigned long long *)map_sysmem(pa, 16), value))
		return LUO_E_STORE;
	return 0;
}

static void op_persist(__always_unused void *ctx, u64 pa, u64 len)
{
	if (mapped(pa, len))
		write_back(pa, len);
}

const struct luo_mem_ops uboot_mem_ops = {
	.map = op_map,
	.store = op_store,
	.store16 = op_store16,
	.persist = op_persist,
};

/**
 * uboot_mapped_ram() - the RAM that can be read
 * @ram: filled in, UBOOT_MAX_RAM ranges at most
 *
 * Return: how many.
 */
u32 uboot_mapped_ram(const struct uboot_run *run, struct luo_range *ram)
{
	u32 nr = 0;

	for (u32 i = 0; i < run->phys.nr_ram; i++) {
		struct luo_range r = run->phys.ram[i];

		while (r.size && !mapped(r.start, r.size))
			r.size /= 2;
		if (r.size)
			ram[nr++] = r;
	}
	return nr;
}

/** uboot_store16_works() - has this CPU the 16-byte store that a compaction rests on? */
bool uboot_store16_works(void)
{
	return store16_works();
}
