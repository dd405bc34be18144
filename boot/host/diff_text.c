/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo diff for people: - only in the first state, + only in the second, ~ in both and changed. */
#include <inttypes.h>
#include <stdio.h>

#include "../../luo/str.h"
#include "diff.h"

#define MAX_LISTED 64 /* entries shown of each sign; more are counted */

static const char *const signs[] = {
	[DIFF_VANISHED] = "- ",
	[DIFF_APPEARED] = "+ ",
	[DIFF_CHANGED] = "~ ",
};

/** struct text - @shown: entries, by sign. */
struct text {
	const struct luo_out *out;
	u64 shown[DIFF_NR_SIGNS];
};

static void put_session(void *ctx, enum diff_sign sign, const struct collected_session *x,
			const struct collected_session *y)
{
	const struct luo_out *out = ((struct text *)ctx)->out;
	const struct collected_session *s = y ? y : x;

	luo_put(out, signs[sign]);
	luo_put(out, "session '");
	luo_put_escaped(out, s->name);
	luo_put(out, "' files=");
	if (x && y && x->nr != y->nr) {
		luo_put_dec(out, x->nr);
		luo_put(out, "->");
	}
	luo_put_dec(out, s->nr);
	luo_put(out, "\n");
}

static void put_one(const struct luo_out *out, const struct collected_file *f)
{
	luo_put(out, " handler='");
	luo_put_escaped(out, f->handler);
	luo_put(out, "'");
	if (f->has_size) {
		luo_put(out, " size=");
		luo_put_dec(out, f->size);
	}
}

static void put_file(void *ctx, enum diff_sign sign, const struct collected_file *x,
		     const struct collected_file *y)
{
	const struct luo_out *out = ((struct text *)ctx)->out;

	luo_put(out, "    ");
	luo_put(out, signs[sign]);
	luo_put(out, "token=");
	luo_put_hex(out, x ? x->token : y->token);
	if (x)
		put_one(out, x);
	if (x && y)
		luo_put(out, " ->");
	if (y)
		put_one(out, y);
	luo_put(out, "\n");
}

static void put_end(void *ctx)
{
	(void)ctx;
}

static void put_entry(void *ctx, enum diff_sign sign, const struct collected_entry *x,
		      const struct collected_entry *y)
{
	struct text *t = ctx;
	const struct collected_entry *e = y ? y : x;

	if (t->shown[sign]++ >= MAX_LISTED)
		return;
	luo_put(t->out, signs[sign]);
	luo_put(t->out, "preserved ");
	luo_put_hex(t->out, e->pa);
	luo_put(t->out, " order ");
	luo_put_dec(t->out, e->order);
	luo_put(t->out, ": ");
	if (x && y) {
		luo_put(t->out, diff_owner_word(x->kind));
		luo_put(t->out, " -> ");
	}
	luo_put(t->out, diff_owner_word(e->kind));
	luo_put(t->out, "\n");
}

static void put_more(const struct text *t)
{
	for (u32 i = 0; i < DIFF_NR_SIGNS; i++) {
		if (t->shown[i] <= MAX_LISTED)
			continue;
		luo_put(t->out, signs[i]);
		luo_put(t->out, "and ");
		luo_put_dec(t->out, t->shown[i] - MAX_LISTED);
		luo_put(t->out, " more entries\n");
	}
}

static void put_owners(const struct luo_out *out, const struct diff_counts *n)
{
	bool head = false;
	char line[160];

	for (u32 i = 0; i <= LUO_NR_CLAIMANTS; i++) {
		const struct luo_tally *t = n->owner[i];

		if (!t[0].entries && !t[1].entries && !t[2].entries)
			continue;
		if (!head)
			luo_put(out, "pages of               vanished     appeared     changed\n");
		head = true;
		snprintf(line, sizeof(line), "  %-16s %12" PRIu64 " %12" PRIu64 " %11" PRIu64 "\n",
			 diff_owner_word((u8)i), t[DIFF_VANISHED].pages, t[DIFF_APPEARED].pages,
			 t[DIFF_CHANGED].pages);
		luo_put(out, line);
	}
}

static void put_counts(const struct luo_out *out, const char *what, const u64 *n)
{
	luo_put(out, what);
	luo_put(out, "-");
	luo_put_dec(out, n[DIFF_VANISHED]);
	luo_put(out, "+");
	luo_put_dec(out, n[DIFF_APPEARED]);
	luo_put(out, "~");
	luo_put_dec(out, n[DIFF_CHANGED]);
}

static void put_names(const struct luo_out *out, const char *what, const char *x, const char *y)
{
	luo_put(out, "~ ");
	luo_put(out, what);
	luo_put(out, " ");
	luo_put_escaped(out, x);
	luo_put(out, " -> ");
	luo_put_escaped(out, y);
	luo_put(out, "\n");
}

static void put_numbers(const struct luo_out *out, const char *what, u64 x, u64 y)
{
	if (x == y)
		return;
	luo_put(out, "~ ");
	luo_put(out, what);
	luo_put(out, " ");
	luo_put_dec(out, x);
	luo_put(out, " -> ");
	luo_put_dec(out, y);
	luo_put(out, "\n");
}

static void put_versions(const struct luo_out *out, const struct diff_state s[2])
{
	const struct luo_report *x = &s[0].a->report, *y = &s[1].a->report;

	if (!luo_streq(x->kho_name, y->kho_name))
		put_names(out, "kho", x->kho_name, y->kho_name);
	if (!luo_streq(x->abi_name, y->abi_name))
		put_names(out, "abi", x->abi_name, y->abi_name);
	put_numbers(out, "page size", x->page_size, y->page_size);
	put_numbers(out, "live update", x->number, y->number);
}

/**
 * diff_text() - a line for each difference, pages by owner, and a line of counts
 * @out: where to
 * @s:   both states
 * @n:   counted here; versions was filled in
 */
void diff_text(const struct luo_out *out, const struct diff_state s[2], struct diff_counts *n)
{
	struct text t = { .out = out };
	struct diff_view view = { put_session, put_file, put_end, put_entry, &t };

	put_versions(out, s);
	diff_sessions(s, &view, n);
	if (n->reordered)
		luo_put(out, "~ sessions or files that both have are in another order\n");
	diff_entries(s, &view, n);
	put_more(&t);
	put_owners(out, n);
	luo_put(out, diff_same(n) ? "luo: same" : "luo: differ");
	put_counts(out, " sessions=", n->sessions);
	put_counts(out, " files=", n->files);
	put_counts(out, " entries=", n->entries);
	put_counts(out, " pages=", n->pages);
	luo_put(out, "\n");
}
