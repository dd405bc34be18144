/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which UART a name means, and whether one can be reached; arch/uart.c writes to it. Names come
 * from the device tree (aliases, stdout-path) or, without a UART there, from ACPI's SPCR.
 */
#include "../uart.h"
#include "cpu.h"

#include "../../luo/str.h"

/* Serial Port Console Redirection Table, revision 4 (Microsoft). */
#define SPCR_TYPE    36
#define SPCR_SPACE   40 /* 0: memory */
#define SPCR_WIDTH   41 /* of a register, in bits */
#define SPCR_ADDRESS 44
#define SPCR_BYTES   52
#define SPCR_PL011   0x03
#define SPCR_SBSA_32 0x0d
#define SPCR_SBSA    0x0e

/* An empty one ends. */
#define PL011	  "arm,pl011\0arm,sbsa-uart\0"
#define LIKE_8250 "ns16550a\0ns16550\0ns8250\0snps,dw-apb-uart\0"

static bool is_one_of(const struct fdt_walk *node, const char *name)
{
	for (; *name; name = luo_word(name, 1))
		if (fdt_walk_text(node, "compatible", name))
			return true;
	return false;
}

/* The device that a path or an alias names. */
static bool from_tree(const char *text, u32 len, struct luo_uart *uart)
{
	struct luo_dtb_path path;
	const struct fdt_walk *node;
	u32 shift;

	if (!luo_dtb_find(text, len, &path) || !luo_dtb_address(&path, &uart->base))
		return false;
	node = &path.node[path.depth - 1];
	shift = luo_dtb_cell(node, "reg-shift", 0);
	if (is_one_of(node, PL011)) {
		uart->kind = LUO_UART_PL011;
		uart->shift = 2;
		return true;
	}
	uart->kind = LUO_UART_MMIO;
	uart->shift = (u8)shift;
	return shift <= 2 && is_one_of(node, LIKE_8250);
}

/* stdout-path is a path or an alias, and what is behind a colon is for the driver. */
static bool from_stdout(struct luo_uart *uart)
{
	u32 len, n = 0;
	const char *p = (const char *)luo_dtb_chosen("stdout-path", &len);

	while (n < len && p[n] && p[n] != ':')
		n++;
	return n && from_tree(p, n, uart);
}

static bool from_spcr(struct luo_uart *uart)
{
	const u8 *t = luo_acpi_table("SPCR", SPCR_BYTES);
	u8 type;

	if (!t || t[SPCR_SPACE])
		return false;
	type = t[SPCR_TYPE];
	uart->base = luo_get64(t + SPCR_ADDRESS);
	uart->shift = 2;
	uart->kind = LUO_UART_PL011;
	if (type == SPCR_PL011 || type == SPCR_SBSA_32 || type == SPCR_SBSA)
		return uart->base;
	uart->kind = LUO_UART_MMIO;
	uart->shift = t[SPCR_WIDTH] == 32 ? 2 : 0;
	return uart->base && (type == 0 || type == 1 || type == 0x12);
}

/** luo_arch_uart_default() - what firmware names as console. */
bool luo_arch_uart_default(struct luo_uart *found)
{
	*found = (struct luo_uart){ .kind = LUO_UART_NONE };
	return luo_dtb() && (from_stdout(found) || from_spcr(found));
}

/**
 * luo_arch_uart_named() - the UART behind a console name: ttyAMA (PL011) or ttyS (8250) with one
 * digit, which is that of an alias serialN; without such an alias firmware's console when it is of
 * that kind
 */
bool luo_arch_uart_named(const char *name, size_t len, struct luo_uart *found)
{
	bool ama = len == 7 && !__builtin_memcmp(name, "ttyAMA", 6);
	char alias[] = "serialN";

	if (!luo_dtb() || (!ama && !(len == 5 && !__builtin_memcmp(name, "ttyS", 4))))
		return false;
	alias[6] = name[len - 1];
	if (!from_tree(alias, 7, found) && !luo_arch_uart_default(found))
		return false;
	return (found->kind == LUO_UART_PL011) == ama;
}

/** luo_arch_console_open() - write to this UART from now on; false when it cannot be reached. */
bool luo_arch_console_open(const struct luo_uart *found)
{
	if (found->kind == LUO_UART_NONE || !luo_mmu_map_device(found->base))
		return false;
	luo_uart_start(found);
	return true;
}
