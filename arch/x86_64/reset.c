/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The two ways not to go on. */
#include "cpu.h"

/** luo_arch_can_reset() - there is always the triple fault. */
bool luo_arch_can_reset(void)
{
	return true;
}

/** luo_arch_halt() - stop here for good. */
_Noreturn void luo_arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void pause_a_little(void)
{
	for (u32 i = 0; i < 100000; i++)
		__asm__ volatile("pause");
}

/**
 * luo_arch_reset() - reset the machine: chipset's reset register, keyboard controller, triple
 * fault, in the order of what is least likely to hang
 */
_Noreturn void luo_arch_reset(void)
{
	static const struct __attribute__((packed)) {
		u16 limit;
		u64 base;
	} none;

	port_out(0xcf9, 0x02); /* which kind: hard */
	port_out(0xcf9, 0x06); /* do it */
	pause_a_little();
	port_out(0x64, 0xfe); /* pulse the CPU's reset line */
	pause_a_little();
	__asm__ volatile("lidt %0; int3" : : "m"(none));
	luo_arch_halt();
}
