/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * An 8250 UART, by port or memory-mapped, as the old kernel left it: no rate is set, no register
 * but the transmitter's is written. Waiting for it is bounded, a UART that never gets ready is
 * given up.
 */
#include "x86.h"

#define THR	 0 /* transmit holding register */
#define IIR	 2 /* bits 7:6 both set: FIFOs are on */
#define LSR	 5
#define LSR_THRE 0x20	/* transmitter empty: room for one byte, with FIFOs for 16 */
#define SPIN	 200000 /* reads of LSR; some 0.1 s, 16 bytes at 9600 baud take 17 ms */

static struct luo_uart uart;
static u32 burst; /* bytes that may go out without looking */
static u32 room;  /* bytes left of it */

static u8 read_reg(u32 reg)
{
	u64 at = uart.base + ((u64)reg << uart.shift);

	if (uart.kind == LUO_UART_IO)
		return inb((u16)at);
	if (uart.shift == 2)
		return (u8) * (volatile u32 *)at;
	if (uart.shift == 1)
		return (u8) * (volatile u16 *)at;
	return *(volatile u8 *)at;
}

static void write_thr(u8 byte)
{
	if (uart.kind == LUO_UART_IO)
		outb((u16)uart.base, byte);
	else if (uart.shift == 2)
		*(volatile u32 *)uart.base = byte;
	else if (uart.shift == 1)
		*(volatile u16 *)uart.base = byte;
	else
		*(volatile u8 *)uart.base = byte;
}

/** luo_arch_uart_named() - the UART behind a PC's console name, ttyS0 to ttyS3. */
bool luo_arch_uart_named(const char *name, size_t len, struct luo_uart *found)
{
	static const u16 port[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

	if (len != 5 || __builtin_memcmp(name, "ttyS", 4) || name[4] < '0' || name[4] > '3')
		return false;
	*found = (struct luo_uart){ .kind = LUO_UART_IO, .base = port[name[4] - '0'] };
	return true;
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
	if (found->kind == LUO_UART_MMIO && !luo_mmu_map_device(found->base))
		return false;
	if (found->kind == LUO_UART_IO && found->base > 0xfff8)
		return false;
	uart = *found;
	burst = (read_reg(IIR) & 0xc0) == 0xc0 ? 16 : 1;
	room = 0;
	return true;
}

/** luo_arch_console_close() - say nothing any more. */
void luo_arch_console_close(void)
{
	uart.kind = LUO_UART_NONE;
}

static void put_byte(u8 byte)
{
	for (u32 i = 0; !room && uart.kind != LUO_UART_NONE; i++) {
		if (read_reg(LSR) & LSR_THRE)
			room = burst;
		else if (i == SPIN)
			luo_arch_console_close();
	}
	if (uart.kind == LUO_UART_NONE)
		return;
	write_thr(byte);
	room--;
}

/** luo_arch_console_write() - struct luo_out's write; a line feed gets its carriage return. */
void luo_arch_console_write(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	for (; len; len--, text++) {
		if (*text == '\n')
			put_byte('\r');
		put_byte((u8)*text);
	}
}
