/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Which UARTs there are on a PC, and whether one can be reached; arch/uart.c writes to it. */
#include "../uart.h"
#include "cpu.h"

/** luo_arch_uart_named() - the UART behind a PC's console name, ttyS0 to ttyS3. */
bool luo_arch_uart_named(const char *name, size_t len, struct luo_uart *found)
{
	static const u16 port[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

	if (len != 5 || __builtin_memcmp(name, "ttyS", 4) || name[4] < '0' || name[4] > '3')
		return false;
	*found = (struct luo_uart){ .kind = LUO_UART_IO, .base = port[name[4] - '0'] };
	return true;
}

/** luo_arch_uart_default() - what firmware names as console: nothing that we would look at. */
bool luo_arch_uart_default(struct luo_uart *found)
{
	(void)found;
	return false;
}

/**
 * luo_arch_console_open() - write to this UART from now on
 *
 * Return: false when it cannot be reached: encrypted guests get no devices, and a memory-mapped
 * one needs own page tables.
 */
bool luo_arch_console_open(const struct luo_uart *found)
{
	if (found->kind == LUO_UART_NONE || luo_cpu.crypt == LUO_CRYPT_GUEST)
		return false;
	if (found->kind == LUO_UART_IO ? found->base > 0xfff8 : !luo_mmu_map_device(found->base))
		return false;
	luo_uart_start(found);
	return true;
}
