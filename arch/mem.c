/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The core's way to memory, as far as it is the same everywhere: struct luo_mem_ops. */
#include "mem.h"

#include "../luo/error.h"

/** luo_mem_map() - struct luo_mem_ops' map: luo_mmu_map(). */
const void *luo_mem_map(void *ctx, u64 pa, u64 len)
{
	(void)ctx;
	return luo_mmu_map(pa, len);
}

/**
 * luo_mem_store() - struct luo_mem_ops' store
 *
 * One instruction, aligned, so it cannot tear: Intel SDM vol. 3, 9.1.1; Arm ARM, B2 "Single-copy
 * atomicity".
 *
 * Return: 0, or LUO_E_STORE.
 */
int luo_mem_store(void *ctx, u64 pa, u64 value, u32 width)
{
	void *p = (void *)(size_t)luo_mmu_map(pa, width);

	(void)ctx;
	if (!p || pa % width)
		return LUO_E_STORE;
	if (width == 8)
		*(volatile u64 *)p = value;
	else if (width == 4)
		*(volatile u32 *)p = (u32)value;
	else
		return LUO_E_STORE;
	return 0;
}
