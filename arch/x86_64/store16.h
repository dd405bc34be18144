/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The 16-byte store that is seen whole or not at all, for payload and firmware. */
#ifndef LUO_X86_64_STORE16_H
#define LUO_X86_64_STORE16_H

#include "../../luo/types.h"

/** store16() - store to @p, which is 16-byte aligned; always true. */
static inline bool store16(u64 *p, const u64 value[2])
{
	u64 lo = p[0], hi = p[1];
	bool done;

	do {
		__asm__ volatile("lock cmpxchg16b %1"
				 : "=@ccz"(done), "+m"(*(u64(*)[2])p), "+a"(lo), "+d"(hi)
				 : "b"(value[0]), "c"(value[1])
				 : "memory");
	} while (!done);
	return true;
}

/* CPUID leaf 1: ECX and EBX. Intel SDM vol. 2A, CPUID. */
static inline void cpuid_leaf1(u32 *ebx, u32 *ecx)
{
	u32 eax = 1, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(*ebx), "=c"(*ecx), "=d"(edx));
}

/** store16_works() - is CMPXCHG16B there? */
static inline bool store16_works(void)
{
	u32 ebx, ecx;

	cpuid_leaf1(&ebx, &ecx);
	return ecx >> 13 & 1;
}

/** cpuid_line() - bytes that CLFLUSH writes back. */
static inline u32 cpuid_line(void)
{
	u32 ebx, ecx;

	cpuid_leaf1(&ebx, &ecx);
	return ebx >> 8 & 0xff ? (ebx >> 8 & 0xff) * 8 : 64;
}

#endif
