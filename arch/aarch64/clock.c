/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Microseconds since the entry, for the report, from the generic timer's virtual count: it can be
 * read at EL1 and EL2 alike. Where firmware left CNTFRQ at 0 the answer is 0.
 */
#include "cpu.h"

static u64 start;

static u64 count(void)
{
	__asm__ volatile("isb" : : : "memory");
	return read_sysreg(cntvct_el0);
}

/** luo_clock_start() - from here on time counts. */
void luo_clock_start(void)
{
	start = count();
}

/** luo_arch_clock_stop() - nothing to put back. */
void luo_arch_clock_stop(void)
{
}

/** luo_arch_clock() - microseconds since luo_clock_start(), 0 when no rate is known. */
u64 luo_arch_clock(void *ctx)
{
	u64 hz = read_sysreg(cntfrq_el0) & 0xffffffff, ticks = count() - start;

	(void)ctx;
	return hz ? ticks / hz * 1000000 + ticks % hz * 1000000 / hz : 0;
}
