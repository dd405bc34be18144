/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The 16-byte store that is seen whole or not at all, for payload and firmware. */
#ifndef LUO_AARCH64_STORE16_H
#define LUO_AARCH64_STORE16_H

#include "../../luo/types.h"

/**
 * store16() - store to @p, which is 16-byte aligned
 *
 * A store-exclusive pair that succeeds is single-copy atomic; STP is only with FEAT_LSE2. Nobody
 * else runs, so the loop ends unless an exclusive never succeeds here: hence its bound.
 *
 * Return: false when it never succeeded.
 */
static inline bool store16(u64 *p, const u64 value[2])
{
	u64 lo, hi;
	u32 failed;

	for (u32 i = 0; i < 1000; i++) {
		__asm__ volatile("ldxp %0, %1, %3\n\t"
				 "stxp %w2, %4, %5, %3"
				 : "=&r"(lo), "=&r"(hi), "=&r"(failed), "+Q"(*(u64(*)[2])p)
				 : "r"(value[0]), "r"(value[1])
				 : "memory");
		if (!failed)
			return true;
	}
	return false;
}

/** store16_works() - every arm64 CPU has it. */
static inline bool store16_works(void)
{
	return true;
}

#endif
