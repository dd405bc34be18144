/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the architectures' struct luo_mem_ops have in common, and a function for their keys. */
#ifndef ARCH_MEM_H
#define ARCH_MEM_H

#include "../luo/types.h"

/* The architecture's: memory at its own address, NULL when it cannot be mapped. */
const void *luo_mmu_map(u64 pa, u64 len);

const void *luo_mem_map(void *ctx, u64 pa, u64 len);
int luo_mem_store(void *ctx, u64 pa, u64 value, u32 width);

/** luo_spread() - finaliser of splitmix64: every bit of the result depends on every bit of @x. */
static inline u64 luo_spread(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

#endif
