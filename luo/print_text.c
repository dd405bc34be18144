/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Findings for people. */
#include "print.h"
#include "str.h"

/** luo_put_code() - a code of the catalogue, "LUO-S06". */
void luo_put_code(const struct luo_out *out, enum luo_code code)
{
	luo_put(out, "LUO-");
	out->write(out->ctx, luo_code_short(code), LUO_CODE_LEN);
}

/* Phrases end, because one only holds those in front of it. */
static void put_cause(const struct luo_out *out, const char *s, enum luo_code code,
		      const u64 *value)
{
	for (; *s; s++) {
		if ((u8)*s < ' ')
			put_cause(out, luo_phrase(*s), code, value);
		else if (*s != '%')
			out->write(out->ctx, s, 1);
		else if (*++s == 'o')
			luo_put(out, luo_in_files(code) ? "file" : "session");
		else if (!value)
			luo_put(out, "N");
		else if (*s == 'x')
			luo_put_hex(out, *value);
		else
			luo_put_dec(out, *value);
	}
}

/**
 * luo_put_cause() - a catalogue text
 * @code:  which
 * @value: a finding's value, for %x or %u; NULL for "N"
 */
void luo_put_cause(const struct luo_out *out, enum luo_code code, const u64 *value)
{
	put_cause(out, luo_cause(code), code, value);
}

/** luo_put_what() - what a finding is about, with its value. */
void luo_put_what(const struct luo_out *out, const struct luo_finding *f)
{
	luo_put_cause(out, f->code, &f->value);
}

/** luo_put_owner() - whose it is, in words: "session 3 'name'", "session block 1". */
void luo_put_owner(const struct luo_out *out, const struct luo_owner *owner)
{
	/* In the order of enum luo_owner_kind. */
	static const char kinds[] = "boot data\0KHO FDT\0preserved-memory map\0LUO container\0"
				    "session block \0session \0file block \0file ";

#ifndef LUO_WITHOUT_OWNERS
	if (owner->kind == LUO_OWNER_NEXT) {
		luo_put(out, "next kernel's ");
		luo_put_escaped(out, owner->name);
		return;
	}
#endif
	luo_put(out, luo_word(kinds, owner->kind));
	if (owner->kind < LUO_OWNER_SESSION_BLOCK)
		return;
	luo_put_dec(out, owner->index);
	if (owner->kind == LUO_OWNER_SESSION_BLOCK)
		return;
	luo_put(out, owner->kind == LUO_OWNER_SESSION ? " '" : " of session '");
	luo_put_escaped(out, owner->name);
	luo_put(out, "'");
}

/** luo_put_finding() - a finding in one line, without its end. */
void luo_put_finding(const struct luo_out *out, const struct luo_finding *f)
{
	luo_put_code(out, f->code);
	luo_put(out, " ");
	luo_put(out, luo_severity_word(f->severity));
	luo_put(out, ": ");
	luo_put_what(out, f);
	luo_put(out, ": ");
	luo_put_owner(out, &f->owner);
	if (f->pa) {
		luo_put(out, " at ");
		luo_put_hex(out, f->pa);
	}
}

static void put_advice(const struct luo_out *out, const struct luo_finding *f)
{
	luo_put(out, "\n    next kernel: ");
	luo_put(out, luo_effect(f->code, f->severity));
	luo_put(out, "\n    what to do: ");
	luo_put(out, f->severity <= LUO_SEV_NOTE ? "nothing has to be done" : luo_remedy(f->code));
}

static void print(const struct luo_out *out, const struct luo_report *report,
		  void (*more)(const struct luo_out *out, const struct luo_finding *f))
{
	for (u32 i = 0; i < report->nr_kept; i++) {
		luo_put_finding(out, &report->findings[i]);
		if (more)
			more(out, &report->findings[i]);
		luo_put(out, "\n");
	}
	if (report->nr_findings > report->nr_kept) {
		luo_put(out, "... and ");
		luo_put_dec(out, report->nr_findings - report->nr_kept);
		luo_put(out, " more findings\n");
	}
}

/**
 * luo_print_text() - every finding that was kept, and how many more there are
 * @out:    where to
 * @report: a closed report
 *
 * Three lines for each: what and where, what the next kernel does, what to do.
 */
void luo_print_text(const struct luo_out *out, const struct luo_report *report)
{
	print(out, report, put_advice);
}

/** luo_print_brief() - the same in one line for each, where time or room is short. */
void luo_print_brief(const struct luo_out *out, const struct luo_report *report)
{
	print(out, report, NULL);
}
