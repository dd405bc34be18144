/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Time since the entry, for the report, from the generic timer's virtual count: it can be read at
 * EL1 and EL2 alike. Where firmware left CNTFRQ at 0 its rate is not known.
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

/** luo_arch_clock() - ticks since luo_clock_start(). */
u64 luo_arch_clock(void *ctx)
{
	(void)ctx;
	return count() - start;
}

/**
 * luo_arch_us() - make microseconds of ticks
 *
 * Return: false, and nothing done, when no rate is known.
 */
bool luo_arch_us(u64 *ticks)
{
	u64 hz = read_sysreg(cntfrq_el0) & 0xffffffff;

	if (!hz)
		return false;
	*ticks = *ticks / hz * 1000000 + *ticks % hz * 1000000 / hz;
	return true;
}
