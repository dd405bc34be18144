/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The core's way to memory: struct luo_mem_ops on own page tables, and cache maintenance. */
#include "cpu.h"
#include "store16.h"

#include "../../luo/error.h"

static u64 line_bytes(void)
{
	return 4ULL << (read_sysreg(ctr_el0) >> 16 & 0xf); /* DminLine */
}

/* Write lines back to the point of coherency; they stay in the cache. */
static void cache_clean(u64 pa, u64 len)
{
	u64 line = line_bytes(), end = pa + len;

	for (pa -= pa % line; pa < end; pa += line)
		__asm__ volatile("dc cvac, %0" : : "r"(pa) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}

/** luo_cache_flush() - write lines back and drop them. */
void luo_cache_flush(u64 pa, u64 len)
{
	u64 line = line_bytes(), end = pa + len;

	for (pa -= pa % line; pa < end; pa += line)
		__asm__ volatile("dc civac, %0" : : "r"(pa) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}

static int op_store16(void *ctx, u64 pa, const u64 value[2])
{
	u64 *p = (u64 *)(size_t)luo_mmu_map(pa, 16);

	(void)ctx;
	return p && pa % 16 == 0 && store16(p, value) ? 0 : LUO_E_STORE;
}

static void op_persist(void *ctx, u64 pa, u64 len)
{
	(void)ctx;
	if (luo_mmu_map(pa, len))
		cache_clean(pa, len);
}

const struct luo_mem_ops luo_arm64_mem_ops = {
	.map = luo_mem_map,
	.store = luo_mem_store,
	.store16 = op_store16,
	.persist = op_persist,
};
