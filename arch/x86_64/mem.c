/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The core's way to memory: struct luo_mem_ops on own page tables. */
#include "cpu.h"
#include "store16.h"

#include "../../luo/error.h"

static int op_store16(void *ctx, u64 pa, const u64 value[2])
{
	u64 *p = (u64 *)(size_t)luo_mmu_map(pa, 16);

	(void)ctx;
	return p && pa % 16 == 0 && store16(p, value) ? 0 : LUO_E_STORE;
}

static void write_back(const u8 *line)
{
	if (luo_cpu.clwb)
		__asm__ volatile("clwb %0" : : "m"(*line) : "memory");
	else if (luo_cpu.clflushopt)
		__asm__ volatile("clflushopt %0" : : "m"(*line) : "memory");
	else if (luo_cpu.clflush)
		__asm__ volatile("clflush %0" : : "m"(*line) : "memory");
}

static void op_persist(void *ctx, u64 pa, u64 len)
{
	u64 end = pa + len;

	(void)ctx;
	if (!luo_mmu_map(pa, len))
		return;
	for (pa -= pa % luo_cpu.line; pa < end; pa += luo_cpu.line)
		write_back((const u8 *)pa);
	__asm__ volatile("sfence" : : : "memory");
}

const struct luo_mem_ops luo_x86_mem_ops = {
	.map = luo_mem_map,
	.store = luo_mem_store,
	.store16 = op_store16,
	.persist = op_persist,
};

/* For a CPU without cmpxchg16b: what needs it must not be begun. */
const struct luo_mem_ops luo_x86_mem_ops_no_cx16 = {
	.map = luo_mem_map,
	.store = luo_mem_store,
	.persist = op_persist,
};
