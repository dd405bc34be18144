/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Output on an 8250 or a PL011. Waiting is bounded: a UART that takes nothing for some 0.1 s is given
 * up, since guests stand still meanwhile.
 *
 * Sources: National Semiconductor PC16550D data sheet (THR, IIR, LSR); Arm PrimeCell UART PL011
 * Technical Reference Manual, 3.3 (UARTDR, UARTFR).
 */
#include "uart.h"

#include "port.h"

#define THR	 0 /* transmit holding register */
#define IIR	 2 /* bits 7:6 both set: FIFOs are on */
#define LSR	 5
#define LSR_THRE 0x20 /* transmitter empty: room for one byte, with FIFOs for 16 */
#define PL_DR	 0x00
#define PL_FR	 0x18
#define FR_TXFF	 0x20	/* transmit FIFO full */
#define SPIN	 200000	/* reads of a status register; some 0.1 s, 16 bytes at 9600 baud take 17 ms */
#define PATIENT	 10	/* times that, for whoever takes the console over a network or a socket */

static struct luo_uart uart;
static u32 burst; /* bytes that may go out without looking */
static u32 room;  /* bytes left of it */
static u32 spin = SPIN;

static u32 read_mmio(u64 at)
{
	if (uart.shift == 2)
		return *(volatile u32 *)at;
	if (uart.shift == 1)
		return *(volatile u16 *)at;
	return *(volatile u8 *)at;
}

static void write_mmio(u64 at, u8 value)
{
	if (uart.shift == 2)
		*(volatile u32 *)at = value;
	else if (uart.shift == 1)
		*(volatile u16 *)at = value;
	else
		*(volatile u8 *)at = value;
}

static u32 read_8250(u32 reg)
{
	u64 at = uart.base + ((u64)reg << uart.shift);

	return uart.kind == LUO_UART_IO ? port_in((u16)at) : read_mmio(at);
}

static bool ready(void)
{
	if (uart.kind == LUO_UART_PL011)
		return !(read_mmio(uart.base + PL_FR) & FR_TXFF);
	return read_8250(LSR) & LSR_THRE;
}

static void put_byte(u8 byte)
{
	for (u32 i = 0; !room && uart.kind != LUO_UART_NONE; i++) {
		if (ready())
			room = burst;
		else if (i == spin)
			luo_arch_console_close();
	}
	if (uart.kind == LUO_UART_NONE)
		return;
	if (uart.kind == LUO_UART_IO)
		port_out((u16)uart.base, byte);
	else
		write_mmio(uart.base, byte); /* THR and UARTDR are both at offset 0 */
	room--;
}

/** luo_uart_start() - write to this UART from now on; its registers can be reached already. */
void luo_uart_start(const struct luo_uart *found)
{
	uart = *found;
	if (uart.kind == LUO_UART_PL011)
		burst = 1;
	else
		burst = (read_8250(IIR) & 0xc0) == 0xc0 ? 16 : 1;
	room = 0;
}

/** luo_arch_console_close() - say nothing any more. */
void luo_arch_console_close(void)
{
	uart.kind = LUO_UART_NONE;
}

/** luo_arch_console_patient() - wait longer for the UART, as whoever asks for much to read does. */
void luo_arch_console_patient(void)
{
	spin = SPIN * PATIENT;
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
