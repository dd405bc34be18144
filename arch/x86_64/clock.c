/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Time since the entry, for the report. The TSC counts; its rate comes from CPUID, or else from
 * channel 2 of the PIT, which is started once and looked at whenever somebody asks for the time.
 * Nothing here waits: a run that was too short for the PIT has no rate.
 */
#include "cpu.h"

#define PIT_HZ	 1193182
#define PIT_CH2	 0x42
#define PIT_MODE 0x43
#define PORT_B	 0x61 /* bit 0: gate of channel 2, bit 1: speaker, bit 5: its output */
#define PIT_MIN	 256  /* ticks from which on the rate is good to half a percent */

static struct {
	bool pit;
	u8 port_b;
	u64 tsc;     /* at the start */
	u64 tsc_run; /* the longest pair of counts seen while the PIT had not run out */
	u32 tick_run;
} clock;

/** luo_clock_start() - from here on time counts. */
void luo_clock_start(void)
{
	clock.tsc = rdtsc();
	if (luo_cpu.tsc_khz || luo_cpu.crypt == LUO_CRYPT_GUEST)
		return;
	clock.port_b = port_in(PORT_B);
	port_out(PORT_B, (u8)((clock.port_b & ~2) | 1));
	port_out(PIT_MODE,
		 0xb0); /* channel 2, low then high byte, mode 0: output rises at the end */
	port_out(PIT_CH2, 0xff);
	port_out(PIT_CH2, 0xff);
	clock.tsc = rdtsc();
	clock.pit = true;
}

static void look_at_pit(u64 tsc)
{
	u32 left;

	if (port_in(PORT_B) & 0x20) { /* ran out, 55 ms: what was seen so far has to do */
		luo_arch_clock_stop();
		return;
	}
	port_out(PIT_MODE, 0x80); /* latch channel 2 */
	left = port_in(PIT_CH2);
	left |= (u32)port_in(PIT_CH2) << 8;
	if (0xffff - left <= clock.tick_run)
		return;
	clock.tick_run = 0xffff - left;
	clock.tsc_run = tsc - clock.tsc;
}

/** luo_arch_clock_stop() - put the speaker's port back. */
void luo_arch_clock_stop(void)
{
	if (clock.pit)
		port_out(PORT_B, (u8)(clock.port_b & 3));
	clock.pit = false;
}

/** luo_arch_clock() - ticks since luo_clock_start(). */
u64 luo_arch_clock(void *ctx)
{
	u64 tsc = rdtsc();

	(void)ctx;
	if (clock.pit)
		look_at_pit(tsc);
	return tsc - clock.tsc;
}

/**
 * luo_arch_us() - make microseconds of ticks
 *
 * The PIT's rate gets better with time, so all that is to be compared is converted at the end.
 *
 * Return: false, and nothing done, when no rate is known.
 */
bool luo_arch_us(u64 *ticks)
{
	u64 tsc = *ticks, khz = luo_cpu.tsc_khz;

	if (khz)
		*ticks = tsc / khz * 1000 + tsc % khz * 1000 / khz;
	else if (clock.tick_run >= PIT_MIN && clock.tsc_run)
		*ticks = tsc * clock.tick_run / clock.tsc_run * 1000000 / PIT_HZ;
	else
		return false;
	return true;
}
