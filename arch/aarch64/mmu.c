/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Own page tables: an identity map of RAM, cacheable, filled in as memory is asked for
 * (arch/pt.h). luo_mmu_start() runs with the MMU off; see entry.S for the caches.
 *
 * Only our part of the image can be executed. There is no page-fault handler: luo_mmu_map() is
 * asked before a pointer is handed out.
 */
#include "cpu.h"

#include "../pt.h"

/* Arm ARM, D8 "VMSAv8-64 translation table format descriptors", 4 KiB granule. */
#define DESC_VALID   0x001ULL
#define DESC_TABLE   0x002ULL	     /* above the lowest level: leads to a table; there: a page */
#define DESC_ATTR(n) ((u64)(n) << 2) /* index into MAIR, which entry.S sets */
#define DESC_AP1     0x040ULL	     /* RES1 with one range; else it would let EL0 in */
#define DESC_INNER   0x300ULL
#define DESC_AF	     0x400ULL
#define DESC_PXN     (1ULL << 53)
#define DESC_XN	     (1ULL << 54)
#define DESC_ADDR    0x0000fffffffff000ULL
#define ATTR_NORMAL  0
#define ATTR_DEVICE  1

/* Our part takes 7 at most, root and two of each level below: luo_early_end in payload.lds. */
#define TABLES 24

static struct luo_pt pt LUO_EARLY;
static u8 tables[TABLES * 4096] __attribute__((section(".noinit.tables"), aligned(4096)));

static void choose_format(struct luo_pt_format *f)
{
	u64 common = DESC_VALID | DESC_AF | (luo_one_range() ? DESC_AP1 : 0);
	u64 ram = common | DESC_ATTR(ATTR_NORMAL) | DESC_INNER;

	f->table = DESC_VALID | DESC_TABLE;
	f->page = ram | DESC_TABLE;
	f->block = ram;
	f->device = common | DESC_TABLE | DESC_ATTR(ATTR_DEVICE) | DESC_XN | DESC_PXN;
	f->addr = DESC_ADDR;
	f->block_mask = DESC_TABLE;
	f->block_is = 0;
	f->limit = 1ULL << 48;
	f->levels = 4;
	f->max_block = 3;
}

/**
 * luo_mmu_start() - make tables that map our part of the image
 * @next: its bytes, up to the next kernel, which is not looked at
 *
 * Return: the root. The pool is large enough, so this cannot fail.
 */
u64 luo_mmu_start(u64 next)
{
	luo_ram_reset();
	pt.own = (struct luo_range){ luo_base(), next };
	choose_format(&pt.format);
	luo_pt_init(&pt, (u64)tables, (u64)tables + sizeof(tables));
	luo_pt_map(&pt, luo_base(), next);
	pt.format.page |= DESC_XN | DESC_PXN;
	pt.format.block |= DESC_XN | DESC_PXN;
	return (u64)pt.root;
}

/* Behind what entry.S takes back out of the caches, the tables that were made before the pool. */
static u64 first_used;

/** luo_mmu_pool() - further tables are made here: [@pool, @pool_end), page aligned. */
void luo_mmu_pool(u64 pool, u64 pool_end)
{
	first_used = pt.pool;
	pt.pool = pool;
	pt.pool_end = pool_end;
}

/** luo_mmu_pool_used() - where the next table would be made: nothing was written from here on. */
u64 luo_mmu_pool_used(void)
{
	return pt.pool;
}

/** luo_mmu_leave() - write back the tables that were made in the image's own room. */
void luo_mmu_leave(void)
{
	u64 start = (u64)luo_early_end, end = first_used ? first_used : pt.pool;

	if (end > start)
		luo_cache_flush(start, end - start);
}

/** luo_mmu_pages_for() - tables that mapping all of RAM can take at most. */
u64 luo_mmu_pages_for(const struct luo_range *ram, u32 nr)
{
	return luo_pt_pages_for(&pt.format, ram, nr);
}

/* Entries were not valid before, so no TLB holds them: the walker only has to see them. */
static void publish(void)
{
	__asm__ volatile("dsb ishst; isb" : : : "memory");
}

/**
 * luo_mmu_map() - make physical memory accessible at its own address
 * @pa:  start, memory of any kind; the caller has checked that
 * @len: bytes, at least 1
 *
 * Return: the pointer, or NULL when there are no pages left for tables (luo_mmu_full()) or the
 * address is beyond 48 bits.
 */
const void *luo_mmu_map(u64 pa, u64 len)
{
	if (luo_range_holds(&pt.last, pa, len))
		return (const void *)pa;
	if (!luo_pt_map(&pt, pa, len))
		return NULL;
	publish();
	return (const void *)pa;
}

/**
 * luo_mmu_map_device() - map the 4 KiB around a device's registers
 *
 * Return: false when that touches RAM or there is no room.
 */
bool luo_mmu_map_device(u64 pa)
{
	if (!luo_pt_map_device(&pt, pa))
		return false;
	publish();
	return true;
}

/** luo_mmu_full() - has a mapping failed because there was no page for a table? */
bool luo_mmu_full(void)
{
	return pt.full;
}
