/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the files of this folder know of each other, and instructions that C has no words for. */
#ifndef LUO_X86_64_CPU_H
#define LUO_X86_64_CPU_H

#include "../arch.h"
#include "../mem.h"
#include "../ram.h"
#include "image.h"
#include "port.h"

extern u8 luo_image[]; /* the load address */
extern u8 luo_mem_end[];
extern const struct luo_wrap_info luo_info;
extern u64 luo_in_cr3;
extern u64 luo_in_boot; /* the incoming boot_params */
extern u64 luo_jump_to; /* the next kernel's entry, 0 until it can be entered */
extern u8 luo_zero_page[4096];
extern const u8 luo_trap_stubs[];
_Noreturn void luo_bail_out(void);
_Noreturn void luo_exit(void);

/** luo_base() - the load address. */
static inline u64 luo_base(void)
{
	return (u64)luo_image;
}

/** struct luo_cpuid - answer of the CPUID instruction. */
struct luo_cpuid {
	u32 eax, ebx, ecx, edx;
};

static inline struct luo_cpuid cpuid(u32 leaf, u32 subleaf)
{
	struct luo_cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

static inline u64 read_cr2(void)
{
	u64 v;

	__asm__ volatile("movq %%cr2, %0" : "=r"(v));
	return v;
}

static inline u64 read_cr4(void)
{
	u64 v;

	__asm__ volatile("movq %%cr4, %0" : "=r"(v));
	return v;
}

/**
 * struct luo_cpu - what this CPU has
 * @gb_pages:  1 GiB pages
 * @cx16:      cmpxchg16b
 * @clwb, @clflushopt, @clflush: ways to write a line back, best first
 * @rdrand:    random numbers
 * @line:      bytes of a cache line
 * @tsc_khz:   the TSC's rate where CPUID tells it, else 0
 * @crypt:     enum luo_crypt
 */
struct luo_cpu {
	bool gb_pages;
	bool cx16;
	bool clwb;
	bool clflushopt;
	bool clflush;
	bool rdrand;
	u32 line;
	u32 tsc_khz;
	u8 crypt;
};

extern struct luo_cpu luo_cpu;

void luo_cpu_init(void);
void luo_clock_start(void);
void luo_trap_init(void);

void luo_zero_page_build(const u8 *boot_params);

int luo_mmu_init(u64 pool, u64 pool_end);
bool luo_mmu_full(void);
bool luo_mmu_map_device(u64 pa);
u64 luo_mmu_pages_for(const struct luo_range *ram, u32 nr);
extern const struct luo_mem_ops luo_x86_mem_ops;
extern const struct luo_mem_ops luo_x86_mem_ops_no_cx16;

#endif
