/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Building of page tables. arm64 runs this with the MMU off too: aligned accesses only, no data
 * that has to be relocated.
 */
#include "pt.h"

#include "ram.h"

#define PAGE	4096ULL
#define PRESENT 1ULL

/* Bytes that one entry of a table of a level covers; level 1 is the lowest. */
static u64 span(u32 level)
{
	return PAGE << 9 * (level - 1);
}

static u64 *entry_of(u64 *table, u64 pa, u32 level)
{
	return &table[pa / span(level) & 511];
}

static u64 *new_table(struct luo_pt *pt)
{
	u64 *table = (u64 *)pt->pool;

	if (pt->pool_end - pt->pool < PAGE) {
		pt->full = true;
		return NULL;
	}
	pt->pool += PAGE;
	__builtin_memset(table, 0, PAGE);
	return table;
}

/* The next lower table, made when it is missing. */
static u64 *descend(struct luo_pt *pt, u64 *entry)
{
	u64 *table;

	if (*entry & PRESENT)
		return (u64 *)(*entry & pt->format.addr);
	table = new_table(pt);
	if (table)
		*entry = (u64)table | pt->format.table;
	return table;
}

static bool all_ram(const struct luo_pt *pt, u64 pa, u64 len)
{
	const struct luo_range *r = luo_ram_holding(pa);

	if (luo_range_holds(&pt->own, pa, len))
		return true;

	return r && luo_range_holds(r, pa, len);
}

static bool is_leaf(const struct luo_pt *pt, u64 entry, u32 level)
{
	return (entry & PRESENT) &&
	       (level == 1 || (entry & pt->format.block_mask) == pt->format.block_is);
}

/* Map the largest page around @pa that is all RAM. Answers its size, or 0. */
static u64 map_one(struct luo_pt *pt, u64 pa)
{
	u64 *table = pt->root;

	for (u32 level = pt->format.levels;; level--) {
		u64 *entry = entry_of(table, pa, level), size = span(level);

		if (is_leaf(pt, *entry, level))
			return size;
		if (level == 1) {
			*entry = (pa & -size) | pt->format.page;
			return size;
		}
		if (level <= pt->format.max_block && !(*entry & PRESENT) &&
		    all_ram(pt, pa & -size, size)) {
			*entry = (pa & -size) | pt->format.block;
			return size;
		}
		table = descend(pt, entry);
		if (!table)
			return 0;
	}
}

static bool reachable(const struct luo_pt *pt, u64 pa, u64 len)
{
	return pa < pt->format.limit && len <= pt->format.limit - pa;
}

/**
 * luo_pt_map() - make memory accessible at its own address
 * @pt:  the tables
 * @pa:  start; the caller has checked that this is memory
 * @len: bytes, at least 1
 *
 * Return: false when there are no pages left for tables or the address is beyond what an identity
 * map can reach; @pt->full is set then.
 */
bool luo_pt_map(struct luo_pt *pt, u64 pa, u64 len)
{
	u64 at = pa, size;

	if (luo_range_holds(&pt->last, pa, len))
		return true;
	if (!len || !reachable(pt, pa, len)) {
		pt->full |= len;
		return false;
	}
	for (;; at += size) {
		size = map_one(pt, at);
		if (!size)
			return false;
		at &= -size;
		if (size > pa + len - 1 - at)
			break;
	}
	if (at <= pa)
		pt->last = (struct luo_range){ at, size };
	return true;
}

/**
 * luo_pt_map_device() - map the 4 KiB around a device's registers
 *
 * Return: false when that touches RAM or there is no room.
 */
bool luo_pt_map_device(struct luo_pt *pt, u64 pa)
{
	u64 *table = pt->root, *entry;

	pa &= -PAGE;
	if (!reachable(pt, pa, PAGE) || luo_ram_hits(pa, PAGE))
		return false;
	for (u32 level = pt->format.levels; level > 1; level--) {
		entry = entry_of(table, pa, level);
		if (is_leaf(pt, *entry, level))
			return false;
		table = descend(pt, entry);
		if (!table)
			return false;
	}
	entry = entry_of(table, pa, 1);
	if (!(*entry & PRESENT))
		*entry = pa | pt->format.device;
	return *entry == (pa | pt->format.device);
}

/**
 * luo_pt_pages_for() - tables that mapping all of RAM can take at most
 *
 * Each range costs tables of 4 KiB and 2 MiB pages at both ends; without 1 GiB pages every GiB
 * costs one more; then come the levels above, and three tables for a device.
 */
u64 luo_pt_pages_for(const struct luo_pt_format *format, const struct luo_range *ram, u32 nr)
{
	u64 pages = 8;

	for (u32 i = 0; i < nr; i++) {
		pages += 4 + 2 + (ram[i].size >> 39);
		if (format->max_block < 3)
			pages += ram[i].size >> 30;
	}
	return pages;
}

/**
 * luo_pt_init() - start with an empty root
 * @pt:       tables; @format and @own are filled in already
 * @pool:     pages for tables: start, page aligned
 * @pool_end: and end
 *
 * Return: false when there is not even room for the root.
 */
bool luo_pt_init(struct luo_pt *pt, u64 pool, u64 pool_end)
{
	pt->pool = pool;
	pt->pool_end = pool_end;
	pt->full = false;
	pt->last.start = 0;
	pt->last.size = 0;
	pt->root = new_table(pt);
	return pt->root;
}
