/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo diff for programs: one object. */
#include "../../luo/json.h"
#include "diff.h"

#define MAX_LISTED 1024 /* entries shown; all are counted */

static const char *const words[] = {
	[DIFF_VANISHED] = "vanished",
	[DIFF_APPEARED] = "appeared",
	[DIFF_CHANGED] = "changed",
};

/** struct state - @comma: an element came before, of sessions (or entries) and of files. */
struct state {
	const struct luo_out *out;
	bool comma;
	bool comma_file;
	u64 shown;
};

static void put_session(void *ctx, enum diff_sign sign, const struct collected_session *x,
			const struct collected_session *y)
{
	struct state *s = ctx;

	luo_put(s->out, s->comma ? ",{" : "{");
	luo_json_text(s->out, "\"name\":", x ? x->name : y->name);
	luo_json_text(s->out, ",\"what\":", words[sign]);
	if (x)
		luo_json_number(s->out, ",\"files_before\":", x->nr);
	if (y)
		luo_json_number(s->out, ",\"files_after\":", y->nr);
	luo_put(s->out, sign == DIFF_CHANGED ? ",\"files\":[" : "}");
	s->comma = true;
	s->comma_file = false;
}

static void put_one(const struct luo_out *out, const char *key, const struct collected_file *f)
{
	luo_put(out, key);
	luo_json_text(out, "{\"handler\":", f->handler);
	if (f->has_size)
		luo_json_address(out, ",\"size\":", f->size);
	luo_put(out, "}");
}

static void put_file(void *ctx, enum diff_sign sign, const struct collected_file *x,
		     const struct collected_file *y)
{
	struct state *s = ctx;

	luo_put(s->out, s->comma_file ? ",{" : "{");
	luo_json_address(s->out, "\"token\":", x ? x->token : y->token);
	luo_json_text(s->out, ",\"what\":", words[sign]);
	if (x)
		put_one(s->out, ",\"before\":", x);
	if (y)
		put_one(s->out, ",\"after\":", y);
	luo_put(s->out, "}");
	s->comma_file = true;
}

static void put_end(void *ctx)
{
	luo_put(((struct state *)ctx)->out, "]}");
}

static void put_entry(void *ctx, enum diff_sign sign, const struct collected_entry *x,
		      const struct collected_entry *y)
{
	struct state *s = ctx;
	const struct collected_entry *e = y ? y : x;

	if (s->shown++ >= MAX_LISTED)
		return;
	luo_put(s->out, s->comma ? ",{" : "{");
	luo_json_address(s->out, "\"pa\":", e->pa);
	luo_json_number(s->out, ",\"order\":", e->order);
	luo_json_text(s->out, ",\"what\":", words[sign]);
	if (x)
		luo_json_text(s->out, ",\"owner_before\":", diff_owner_word(x->kind));
	if (y)
		luo_json_text(s->out, ",\"owner_after\":", diff_owner_word(y->kind));
	luo_put(s->out, "}");
	s->comma = true;
}

static void put_counts(const struct luo_out *out, const char *key, const u64 *n)
{
	luo_put(out, key);
	luo_json_number(out, "{\"vanished\":", n[DIFF_VANISHED]);
	luo_json_number(out, ",\"appeared\":", n[DIFF_APPEARED]);
	luo_json_number(out, ",\"changed\":", n[DIFF_CHANGED]);
	luo_put(out, "}");
}

static void put_side(const struct luo_out *out, const char *key, const struct diff_state *s)
{
	const struct luo_report *r = &s->a->report;

	luo_put(out, key);
	luo_json_text(out, "{\"file\":", s->name);
	luo_json_text(out, ",\"verdict\":", luo_verdict_word(r->verdict));
	luo_json_text(out, ",\"abi\":", r->abi_name);
	luo_json_text(out, ",\"kho\":", r->kho_name);
	luo_json_number(out, ",\"page_size\":", r->page_size);
	luo_json_number(out, ",\"liveupdate_number\":", r->number);
	luo_json_number(out, ",\"sessions\":", s->c.nr_sessions);
	luo_json_number(out, ",\"files\":", s->c.nr_files);
	luo_json_number(out, ",\"pages\":", r->before.pages);
	luo_put(out, "}");
}

static void put_owners(const struct luo_out *out, const struct diff_counts *n)
{
	for (u32 i = 0; i <= LUO_NR_CLAIMANTS; i++) {
		u64 pages[DIFF_NR_SIGNS];

		for (u32 k = 0; k < DIFF_NR_SIGNS; k++)
			pages[k] = n->owner[i][k].pages;
		luo_json_text(out, i ? ",{\"owner\":" : "{\"owner\":", diff_owner_word((u8)i));
		put_counts(out, ",\"pages\":", pages);
		luo_put(out, "}");
	}
}

/**
 * diff_json() - the same as diff_text()
 * @out: where to
 * @s:   both states
 * @n:   counted here; versions was filled in
 */
void diff_json(const struct luo_out *out, const struct diff_state s[2], struct diff_counts *n)
{
	struct state st = { .out = out };
	struct diff_view view = { put_session, put_file, put_end, put_entry, &st };

	luo_json_text(out, "{\"tool\":", HOST_TOOL);
	luo_json_number(out, ",\"schema\":", 1);
	put_side(out, ",\"before\":", &s[0]);
	put_side(out, ",\"after\":", &s[1]);
	luo_put(out, ",\"sessions\":[");
	diff_sessions(s, &view, n);
	luo_put(out, "],\"entries\":[");
	st.comma = false;
	diff_entries(s, &view, n);
	luo_put(out, "],\"owners\":[");
	put_owners(out, n);
	put_counts(out, "],\"totals\":{\"sessions\":", n->sessions);
	put_counts(out, ",\"files\":", n->files);
	put_counts(out, ",\"entries\":", n->entries);
	put_counts(out, ",\"pages\":", n->pages);
	luo_put(out, n->reordered ? "},\"reordered\":true" : "},\"reordered\":false");
	luo_put(out, diff_same(n) ? ",\"same\":true" : ",\"same\":false");
	luo_json_number(out, ",\"exit\":", !diff_same(n));
	luo_put(out, "}\n");
}
