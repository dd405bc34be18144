/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The next kernel's command line, as far as live update depends on it: kho= and liveupdate=, and
 * what changes its memory map. Of several the last counts, and what follows " -- " is init's.
 *
 * Source: kho_parse_enable(), early_liveupdate_param(), kstrtobool(), memparse(); parse_memopt()
 * and parse_memmap_one(), arch/x86/kernel/e820.c; early_mem(), arch/arm64/mm/init.c, and
 * memblock_mem_limit_remove_map(), mm/memblock.c; all of Linux 7.3, the same since 6.19.
 */
#include "next.h"

/* What is read of a word or value; one byte of it at a time. */
struct cursor {
	const char *s;
	const char *end;
};

static char peek(const struct cursor *c)
{
	return c->s < c->end ? *c->s : '\0';
}

static u32 digit(char c, u32 base)
{
	u32 v = c >= '0' && c <= '9' ? (u32)(c - '0') : (u32)((c | 0x20) - 'a') + 10;

	return v < base ? v : base;
}

/* A number as memparse() takes it: 0x, 0 or decimal, and K, M, G, T, P or E. False without one. */
static bool take_size(struct cursor *c, u64 *value)
{
	static const char unit[] = "kmgtpe";
	const char *start = c->s;
	u32 base = 10, shift = 0;

	*value = 0;
	if (peek(c) == '0' && c->end - c->s > 2 && (c->s[1] | 0x20) == 'x' &&
	    digit(c->s[2], 16) < 16) {
		base = 16;
		c->s += 2;
	} else if (peek(c) == '0') {
		base = 8;
	}
	for (; digit(peek(c), base) < base; c->s++)
		*value = *value * base + digit(*c->s, base);
	for (u32 i = 0; c->s > start && i < sizeof(unit) - 1; i++)
		if ((peek(c) | 0x20) == unit[i])
			shift = 10 * (i + 1);
	c->s += !!shift;
	*value <<= shift;
	return c->s > start;
}

static void remove(struct luo_next *next, u64 start, u64 size)
{
	struct luo_range hole = { start, size };

	if (!luo_range_valid(&hole))
		hole.size = ~0ULL - start;
	if (!luo_ranges_remove(next->ram, &next->nr_ram, LUO_NEXT_RAM, &hole))
		next->full = true;
}

/* x86 takes an address, arm64 how much memory there may be in all. */
static void limit(struct luo_next *next, u64 size)
{
	if (!size)
		return;
	if (next->x86) {
		remove(next, size, ~0ULL - size);
		return;
	}
	next->nr_ram = luo_ranges_normalize(next->ram, next->nr_ram);
	for (u32 i = 0; i < next->nr_ram; i++) {
		if (size <= next->ram[i].size) {
			remove(next, next->ram[i].start + size, ~0ULL - next->ram[i].start - size);
			return;
		}
		size -= next->ram[i].size;
	}
}

/* One of memmap='s. Memory of a type that is turned into another: "%start-from+to", RAM is 1. */
static void one_memmap(struct luo_next *next, const struct luo_text *text)
{
	struct cursor c = { text->s, text->s + text->len };
	u64 size, start = 0, from = 0, to = 0;
	char sign;

	if (text->len >= 8 && !__builtin_memcmp(text->s, "exactmap", 8)) {
		next->nr_ram = 0;
		return;
	}
	take_size(&c, &size); /* without a number 0, which changes nothing */
	sign = peek(&c);
	if (sign != '@' && sign != '#' && sign != '$' && sign != '!' && sign != '%') {
		limit(next, size);
		return;
	}
	c.s++;
	take_size(&c, &start);
	if (sign == '%' && peek(&c) == '-' && c.s++)
		take_size(&c, &from);
	if (sign == '%' && peek(&c) == '+' && c.s++)
		take_size(&c, &to);
	if (sign == '@' || (to == 1 && sign == '%'))
		luo_next_ram(next, start, size);
	else if (sign != '%' || from <= 1)
		remove(next, start, size);
}

static void memmap(struct luo_next *next, const struct luo_text *value)
{
	struct luo_text rest = *value, one;

	while (rest.len) {
		one = (struct luo_text){ rest.s, 0 };
		while (one.len < rest.len && one.s[one.len] != ',')
			one.len++;
		one_memmap(next, &one);
		rest.s += one.len;
		rest.len -= one.len;
		if (rest.len) {
			rest.s++;
			rest.len--;
		}
	}
}

/* 1: on, 0: off; @was when it is neither. Without a value: neither. */
static int take_bool(const struct luo_text *v, int was)
{
	char a = v->len ? (char)(v->s[0] | 0x20) : '\0';
	char b = v->len > 1 ? (char)(v->s[1] | 0x20) : '\0';

	if (a == 'e' || a == 'y' || a == 't' || (v->len && v->s[0] == '1') ||
	    (a == 'o' && b == 'n'))
		return 1;
	if (a == 'd' || a == 'n' || a == 'f' || (v->len && v->s[0] == '0') ||
	    (a == 'o' && b == 'f'))
		return 0;
	return was;
}

/** struct switches - kho= and liveupdate=: -1 absent, 0 off, 1 on; @mem: mem= or memmap= is there.
 */
struct switches {
	int kho;
	int liveupdate;
	bool mem;
};

static void take_word(struct luo_next *next, const struct luo_token *t, struct switches *sw)
{
	struct cursor c = { t->value.s, t->value.s + t->value.len };
	u64 size;

	if (luo_name_is(&t->name, "kho")) {
		sw->kho = take_bool(&t->value, sw->kho);
	} else if (luo_name_is(&t->name, "liveupdate")) {
		sw->liveupdate = take_bool(&t->value, sw->liveupdate);
	} else if (luo_name_is(&t->name, "mem") && take_size(&c, &size)) {
		sw->mem = true;
		limit(next, size);
	} else if (luo_name_is(&t->name, "memmap") && t->value.len && next->x86) {
		sw->mem = true;
		memmap(next, &t->value);
	}
}

/**
 * luo_next_cmdline() - look at the command line, and change the memory map as it says
 * @next:   its memory map need not be normalized
 * @report: findings LUO_B08 to LUO_B11 are added
 */
void luo_next_cmdline(struct luo_next *next, struct luo_report *report)
{
	struct luo_text rest = next->cmdline;
	struct switches sw = { .kho = -1, .liveupdate = -1 };
	struct luo_token token;

	if (!next->cmdline.s)
		return;
	while (luo_next_token(&rest, &token) && !luo_text_is(&token.all, "--"))
		take_word(next, &token, &sw);
	if (!sw.kho)
		luo_next_say(report, LUO_B08, LUO_SEV_LOSE, 0, 0, "command line");
	if (sw.kho < 0 && !next->kho_default)
		luo_next_say(report, LUO_B09, LUO_SEV_LOSE, 0, 0, "command line");
	if (sw.liveupdate < 1)
		luo_next_say(report, LUO_B10, LUO_SEV_LOSE, 0, 0, "command line");
	if (sw.mem)
		luo_next_say(report, LUO_B11, LUO_SEV_NOTE, 0, 0, "command line");
}
