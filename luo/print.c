/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Small pieces of text, and the verdict line. */
#include "print.h"

#include "str.h"

/** luo_put() - write a terminated string. */
LUO_NOINLINE void luo_put(const struct luo_out *out, const char *text)
{
	out->write(out->ctx, text, luo_strnlen(text, 4096));
}

static LUO_NOINLINE void put_number(const struct luo_out *out, u64 value, u32 base)
{
	char buf[20];
	u32 at = sizeof(buf);

	do {
		buf[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	out->write(out->ctx, buf + at, sizeof(buf) - at);
}

/** luo_put_dec() - write a number in decimal. */
LUO_NOINLINE void luo_put_dec(const struct luo_out *out, u64 value)
{
	put_number(out, value, 10);
}

/** luo_put_hex() - write a number in hex, 0x in front. */
void luo_put_hex(const struct luo_out *out, u64 value)
{
	luo_put(out, "0x");
	put_number(out, value, 16);
}

/**
 * luo_put_escaped() - write text of unknown origin
 *
 * Everything but printable ASCII, and quotes and backslashes, comes out as \u00XX, which is legal
 * inside a JSON string and harmless on a terminal.
 */
void luo_put_escaped(const struct luo_out *out, const char *text)
{
	static const char hex[] = "0123456789abcdef";

	for (; *text; text++) {
		u8 c = (u8)*text;
		char esc[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		out->write(out->ctx, plain ? text : esc, plain ? 1 : sizeof(esc));
	}
}

static void put_pair(const struct luo_out *out, const char *label, u64 before, u64 after)
{
	luo_put(out, label);
	luo_put_dec(out, before);
	luo_put(out, "->");
	luo_put_dec(out, after);
}

static void put_count(const struct luo_out *out, const char *label, u64 value)
{
	luo_put(out, label);
	luo_put_dec(out, value);
}

/**
 * luo_print_line() - the verdict line, the same words everywhere
 * @out:    where to
 * @report: a closed report
 * @nonce:  echoed at the end, so that a log can tell runs apart; NULL or empty for none
 */
void luo_print_line(const struct luo_out *out, const struct luo_report *report, const char *nonce)
{
	const struct luo_totals *a = &report->before, *b = &report->after;

	luo_put(out, "luo: ");
	luo_put(out, luo_verdict_word(report->verdict));
	luo_put(out, " abi=");
	luo_put_escaped(out, report->abi_name);
	luo_put(out, " kho=");
	luo_put_escaped(out, report->kho_name);
	put_count(out, " sessions=", b->sessions);
	put_count(out, " files=", b->files);
	put_pair(out, " blocks=", a->blocks, b->blocks);
	put_pair(out, " fblocks=", a->fblocks, b->fblocks);
	put_count(out, " pages=", a->pages);
	put_count(out, " findings=", report->nr_findings);
	put_count(out, " us=", luo_report_us(report));
	if (nonce && *nonce) {
		luo_put(out, " nonce=");
		luo_put_escaped(out, nonce);
	}
	luo_put(out, "\n");
}
