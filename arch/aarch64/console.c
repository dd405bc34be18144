/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which UART a name means, and whether one can be reached; arch/uart.c writes to it. Names come
 * from the device tree (aliases, stdout-path) or, without a UART there, from ACPI's SPCR.
 */
#include <libfdt.h>

#include "../uart.h"
#include "cpu.h"

/* Serial Port Console Redirection Table, revision 4 (Microsoft). */
#define SPCR_TYPE    36
#define SPCR_SPACE   40 /* 0: memory */
#define SPCR_WIDTH   41 /* of a register, in bits */
#define SPCR_ADDRESS 44
#define SPCR_BYTES   52
#define SPCR_PL011   0x03
#define SPCR_SBSA_32 0x0d
#define SPCR_SBSA    0x0e

static const char *const pl011[] = { "arm,pl011", "arm,sbsa-uart" };
static const char *const like_8250[] = { "ns16550a", "ns16550", "ns8250", "snps,dw-apb-uart" };

static u32 number(int node, const char *name, u32 otherwise)
{
	int len;
	const fdt32_t *p = fdt_getprop(luo_dtb(), node, name, &len);

	return p && len == 4 ? fdt32_ld(p) : otherwise;
}

static bool is_one_of(int node, const char *const *name, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		if (!fdt_node_check_compatible(luo_dtb(), node, name[i]))
			return true;
	return false;
}

static bool from_node(int node, struct luo_uart *uart)
{
	u32 shift = number(node, "reg-shift", 0);

	if (node < 0 || !luo_dtb_address(node, &uart->base))
		return false;
	if (is_one_of(node, pl011, LUO_ARRAY_SIZE(pl011))) {
		uart->kind = LUO_UART_PL011;
		uart->shift = 2;
		return true;
	}
	uart->kind = LUO_UART_MMIO;
	uart->shift = (u8)shift;
	return shift <= 2 && is_one_of(node, like_8250, LUO_ARRAY_SIZE(like_8250));
}

/* stdout-path is a path or an alias, and what is behind a colon is for the driver. */
static int stdout_node(void)
{
	const u8 *p;
	int len = luo_dtb_chosen("stdout-path", &p), n = 0;

	while (n < len && p[n] && p[n] != ':')
		n++;
	return n ? fdt_path_offset_namelen(luo_dtb(), (const char *)p, n) : -1;
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
	return luo_dtb() && (from_node(stdout_node(), found) || from_spcr(found));
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
	int node;

	if (!luo_dtb() || (!ama && !(len == 5 && !__builtin_memcmp(name, "ttyS", 4))))
		return false;
	alias[6] = name[len - 1];
	node = fdt_path_offset(luo_dtb(), alias);
	if (!(node >= 0 && from_node(node, found)) && !luo_arch_uart_default(found))
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
