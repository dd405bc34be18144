/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which UART the command line means. Forms, of Documentation/admin-guide/kernel-parameters.txt:
 *
 *	ttyS0[,...]				console=
 *	ttyAMA0[,...]				console=
 *	uart[8250],io|mmio|mmio16|mmio32,ADDR	console=, earlycon=
 *	pl011,[mmio|mmio32,]ADDR		console=, earlycon=
 *	(nothing)				earlycon=: what firmware names
 *	serial[,ttyS0|,PORT][,...], ttyS0	earlyprintk=
 */
#include "payload.h"

/* Take the text up to the next comma off @rest. */
static struct luo_text field(struct luo_text *rest)
{
	struct luo_text f = { rest->s, 0 };

	while (f.len < rest->len && f.s[f.len] != ',')
		f.len++;
	rest->s += f.len;
	rest->len -= f.len;
	if (rest->len) {
		rest->s++;
		rest->len--;
	}
	return f;
}

static bool parse_hex(const struct luo_text *t, u64 *value)
{
	*value = 0;
	if (t->len < 3 || t->len > 18 || t->s[0] != '0' || (t->s[1] | 0x20) != 'x')
		return false;
	for (size_t i = 2; i < t->len; i++) {
		char c = t->s[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (u64)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*value = *value << 4 | (u64)(lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

static bool parse_8250(struct luo_text *rest, struct luo_uart *uart)
{
	static const struct {
		char word[7];
		u8 kind;
		u8 shift;
	} way[] = {
		{ "io", LUO_UART_IO, 0 },
		{ "mmio", LUO_UART_MMIO, 0 },
		{ "mmio16", LUO_UART_MMIO, 1 },
		{ "mmio32", LUO_UART_MMIO, 2 },
	};
	struct luo_text word = field(rest), addr = field(rest);

	for (u32 i = 0; i < LUO_ARRAY_SIZE(way); i++) {
		if (!luo_text_is(&word, way[i].word))
			continue;
		uart->kind = way[i].kind;
		uart->shift = way[i].shift;
		return parse_hex(&addr, &uart->base);
	}
	return false;
}

static bool parse_pl011(struct luo_text *rest, struct luo_uart *uart)
{
	struct luo_text word = field(rest);

	*uart = (struct luo_uart){ .kind = LUO_UART_PL011, .shift = 2 };
	if (luo_text_is(&word, "mmio32") || luo_text_is(&word, "mmio"))
		word = field(rest);
	return parse_hex(&word, &uart->base);
}

static bool parse(struct luo_text value, struct luo_uart *uart)
{
	struct luo_text word = field(&value);

	*uart = (struct luo_uart){ .kind = LUO_UART_NONE };
	if (luo_text_is(&word, "uart8250") || luo_text_is(&word, "uart"))
		return parse_8250(&value, uart);
	if (luo_text_is(&word, "pl011"))
		return parse_pl011(&value, uart);
	if (luo_text_is(&word, "serial")) {
		word = field(&value);
		if (parse_hex(&word, &uart->base)) {
			uart->kind = LUO_UART_IO;
			return true;
		}
		if (!word.len)
			word = (struct luo_text){ "ttyS0", 5 };
	}
	return luo_arch_uart_named(word.s, word.len, uart);
}

/**
 * luo_uart_pick() - find the console
 * @cmdline: the command line
 * @uart:    filled in; LUO_UART_NONE when none is named or luo_payload.console=off
 *
 * luo_payload.console= decides alone when it is there. Else the last one that is understood of
 * console=, earlycon= and earlyprintk= counts, in this order, else what firmware names.
 */
void luo_uart_pick(const struct luo_text *cmdline, struct luo_uart *uart)
{
	static const char names[][20] = { "luo_payload.console", "console", "earlycon",
					  "earlyprintk" };
	struct luo_uart found[LUO_ARRAY_SIZE(names)] = { 0 }, one;
	struct luo_text rest = *cmdline;
	struct luo_token token;
	bool own = false;

	while (luo_next_token(&rest, &token) && !luo_text_is(&token.all, "--")) {
		for (u32 i = 0; i < LUO_ARRAY_SIZE(names); i++) {
			if (!luo_name_is(&token.name, names[i]))
				continue;
			own |= i == 0;
			if (parse(token.value, &one) || i == 0)
				found[i] = one;
		}
	}
	*uart = found[0];
	for (u32 i = 1; !own && uart->kind == LUO_UART_NONE && i < LUO_ARRAY_SIZE(names); i++)
		*uart = found[i];
	if (!own && uart->kind == LUO_UART_NONE && !luo_arch_uart_default(uart))
		uart->kind = LUO_UART_NONE;
}
