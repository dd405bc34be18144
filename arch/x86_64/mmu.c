/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Own page tables: an identity map of RAM, filled in as memory is asked for.
 *
 * The incoming tables would do for reading, but they lie in RAM that belongs to nobody after the
 * jump, and kexec rounds them out to 2 MiB and 1 GiB, over whatever is not RAM. Here a large page
 * is used only where all of it is RAM, so that no speculative access can reach a device. There is
 * no page-fault handler: luo_mmu_map() is asked before a pointer is handed out.
 */
#include "x86.h"

#include "../../luo/error.h"

#define PTE_P	   0x001ULL
#define PTE_RW	   0x002ULL
#define PTE_PWT	   0x008ULL
#define PTE_PCD	   0x010ULL
#define PTE_A	   0x020ULL
#define PTE_D	   0x040ULL
#define PTE_PS	   0x080ULL
#define PTE_ADDR   0x000ffffffffff000ULL
#define PTE_TABLE  (PTE_P | PTE_RW | PTE_A)
#define PTE_RAM	   (PTE_P | PTE_RW | PTE_A | PTE_D)
#define PTE_DEVICE (PTE_RAM | PTE_PWT | PTE_PCD)
#define CR4_LA57   (1ULL << 12)
#define PAGE	   4096ULL

static struct {
	u64 *root;
	u8 levels;
	bool on;
	bool full;
	u64 pool;
	u64 pool_end;
	struct luo_range last; /* mapped already: what was asked for last */
} mmu;

/* Bytes that one entry of a table of a level covers; level 1 is the lowest. */
static u64 span(u32 level)
{
	return PAGE << 9 * (level - 1);
}

static u64 *entry_of(u64 *table, u64 pa, u32 level)
{
	return &table[pa / span(level) & 511];
}

static u64 *new_table(void)
{
	u64 *table = (u64 *)mmu.pool;

	if (mmu.pool_end - mmu.pool < PAGE) {
		mmu.full = true;
		return NULL;
	}
	mmu.pool += PAGE;
	__builtin_memset(table, 0, PAGE);
	return table;
}

/* The next lower table, made when it is missing. */
static u64 *descend(u64 *entry)
{
	u64 *table;

	if (*entry & PTE_P)
		return (u64 *)(*entry & PTE_ADDR);
	table = new_table();
	if (table)
		*entry = (u64)table | PTE_TABLE;
	return table;
}

static bool all_ram(u64 pa, u64 len)
{
	const struct luo_range *r = luo_ram_holding(pa);

	return r && luo_range_holds(r, pa, len);
}

/* Map the largest page around @pa that is all RAM. Answers its size, or 0. */
static u64 map_one(u64 pa)
{
	u64 *table = mmu.root;

	for (u32 level = mmu.levels;; level--) {
		u64 *entry = entry_of(table, pa, level), size = span(level);
		bool leaf = level == 1 || level == 2 || (level == 3 && luo_cpu.gb_pages);

		if ((*entry & PTE_P) && (level == 1 || (*entry & PTE_PS)))
			return size;
		if (leaf && !(*entry & PTE_P) && (level == 1 || all_ram(pa & -size, size))) {
			*entry = (pa & -size) | PTE_RAM | (level == 1 ? 0 : PTE_PS);
			return size;
		}
		if (level == 1)
			return 0;
		table = descend(entry);
		if (!table)
			return 0;
	}
}

static bool reachable(u64 pa, u64 len)
{
	u64 limit = 1ULL << (mmu.levels == 5 ? 56 : 47);

	return pa < limit && len <= limit - pa;
}

/**
 * luo_mmu_map() - make physical memory accessible at its own address
 * @pa:  start, inside RAM or the image; the caller has checked that
 * @len: bytes, at least 1
 *
 * Return: the pointer, or NULL when there are no pages left for tables (luo_mmu_full()) or the
 * address is beyond what an identity map can reach.
 */
const void *luo_mmu_map(u64 pa, u64 len)
{
	u64 at = pa, size;

	if (!mmu.on || luo_range_holds(&mmu.last, pa, len))
		return (const void *)pa;
	if (!len || !reachable(pa, len))
		return NULL;
	for (;; at += size) {
		size = map_one(at);
		if (!size)
			return NULL;
		at &= -size;
		if (size > pa + len - 1 - at)
			break;
	}
	if (at <= pa)
		mmu.last = (struct luo_range){ at, size };
	return (const void *)pa;
}

/**
 * luo_mmu_map_device() - map the 4 KiB around a device's registers, uncached
 *
 * Return: false when that touches RAM or there is no room.
 */
bool luo_mmu_map_device(u64 pa)
{
	u64 *table = mmu.root;

	pa &= -PAGE;
	if (!mmu.on || !reachable(pa, PAGE) || luo_ram_hits(pa, PAGE))
		return false;
	for (u32 level = mmu.levels; level > 1; level--) {
		table = descend(entry_of(table, pa, level));
		if (!table)
			return false;
	}
	*entry_of(table, pa, 1) = pa | PTE_DEVICE;
	return true;
}

/**
 * luo_mmu_pages_for() - tables that mapping all of RAM can take at most
 *
 * Each range costs tables of 4 KiB and 2 MiB pages at both ends; without 1 GiB pages every GiB
 * costs one more; then come the levels above, and three tables for a device.
 */
u64 luo_mmu_pages_for(const struct luo_range *ram, u32 nr)
{
	u64 pages = 8;

	for (u32 i = 0; i < nr; i++) {
		pages += 4 + 2 + (ram[i].size >> 39);
		if (!luo_cpu.gb_pages)
			pages += ram[i].size >> 30;
	}
	return pages;
}

/**
 * luo_mmu_init() - switch to own page tables
 * @pool:     pages for them: start, page aligned, inside the image
 * @pool_end: and end
 *
 * The image itself is mapped first: code, stack, working memory and these tables. The number of
 * levels is the incoming one; it cannot be changed in long mode.
 *
 * Return: 0, or LUO_E_LIMIT when the pool does not do even for that; then nothing has changed.
 */
int luo_mmu_init(u64 pool, u64 pool_end)
{
	mmu.pool = pool;
	mmu.pool_end = pool_end;
	mmu.levels = read_cr4() & CR4_LA57 ? 5 : 4;
	mmu.root = new_table();
	mmu.on = mmu.root && reachable(luo_base(), luo_info.init_size);
	if (!mmu.on || !luo_mmu_map(luo_base(), luo_info.init_size)) {
		mmu.on = false;
		return LUO_E_LIMIT;
	}
	__asm__ volatile("movq %0, %%cr3" : : "r"(mmu.root) : "memory");
	return 0;
}

/** luo_mmu_on() - are own tables in use? */
bool luo_mmu_on(void)
{
	return mmu.on;
}

/** luo_mmu_full() - has a mapping failed because there was no page for a table? */
bool luo_mmu_full(void)
{
	return mmu.full;
}
