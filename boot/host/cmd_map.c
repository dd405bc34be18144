/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo map: what is preserved, and who owns it. */
#include <stdio.h>

#include "answer.h"
#include "commands.h"
#include "../../luo/json.h"
#include "message.h"

#define MAX_LISTED 64 /* unclaimed entries shown; more are counted */

/** struct listing - where unclaimed entries are shown, and how many were. */
struct listing {
	const struct luo_out *out;
	u64 shown;
};

static unsigned long long ull(u64 v)
{
	return v;
}

static u64 bytes_of(const struct answer *a, const struct luo_tally *t)
{
	return t->pages << a->phys.page_shift;
}

static void row(const struct answer *a, const struct luo_out *out, const char *what,
		const struct luo_tally *t)
{
	char text[128];

	snprintf(text, sizeof(text), "  %-16s %10llu %12llu %16llu\n", what, ull(t->entries),
		 ull(t->pages), ull(bytes_of(a, t)));
	luo_put(out, text);
}

static void text_orders(const struct answer *a, const struct luo_out *out)
{
	const struct luo_owners *o = &a->owners;
	char what[32];

	luo_put(out, "preserved             entries        pages            bytes\n");
	for (u32 i = 0; i < LUO_MAX_ORDERS; i++) {
		snprintf(what, sizeof(what), "order %u", i);
		if (o->by_order[i].entries)
			row(a, out, what, &o->by_order[i]);
	}
	row(a, out, "all", &o->total);
}

static void text_entry(void *ctx, u64 pa, u32 order)
{
	struct listing *l = ctx;
	char text[64];

	if (l->shown++ >= MAX_LISTED)
		return;
	snprintf(text, sizeof(text), "unclaimed 0x%llx order %u\n", ull(pa), order);
	luo_put(l->out, text);
}

static void text_rest(const struct answer *a, const struct luo_out *out)
{
	const struct luo_owners *o = &a->owners;
	struct listing l = { out, 0 };
	char text[160];

	luo_owners_unclaimed(o, text_entry, &l);
	if (l.shown > MAX_LISTED) {
		snprintf(text, sizeof(text), "and %llu more\n", ull(l.shown - MAX_LISTED));
		luo_put(out, text);
	}
	snprintf(text, sizeof(text), "map nodes: %llu, which are not preserved themselves\n",
		 ull(o->nodes));
	luo_put(out, text);
	if (o->unknown) {
		snprintf(
			text, sizeof(text),
			"files, FLBs and sub-nodes of kinds that this program does not know: %llu; "
			"what they hold is unclaimed\n",
			ull(o->unknown));
		luo_put(out, text);
	}
	if (o->partial)
		luo_put(out, "some owners could not be followed to their last page; "
			     "'luo verify' tells why\n");
}

static void map_text(const struct answer *a, const struct luo_out *out)
{
	const struct luo_owners *o = &a->owners;

	if (a->followed) {
		text_orders(a, out);
		luo_put(out, "owned by\n");
		for (u8 i = 0; i < LUO_NR_CLAIMANTS; i++)
			if (o->owned[i].entries)
				row(a, out, luo_claimant_word(i), &o->owned[i]);
		row(a, out, "nobody known", &o->unclaimed);
		text_rest(a, out);
	}
	luo_print_line(out, &a->report, NULL);
}

static void json_tally(const struct answer *a, const struct luo_out *out, const struct luo_tally *t)
{
	luo_json_number(out, "\"entries\":", t->entries);
	luo_json_number(out, ",\"pages\":", t->pages);
	luo_json_address(out, ",\"bytes\":", bytes_of(a, t));
}

static void json_orders(const struct answer *a, const struct luo_out *out)
{
	const char *open = "{\"order\":";

	luo_put(out, ",\"orders\":[");
	for (u32 i = 0; i < LUO_MAX_ORDERS; i++) {
		if (!a->owners.by_order[i].entries)
			continue;
		luo_json_number(out, open, i);
		luo_put(out, ",");
		json_tally(a, out, &a->owners.by_order[i]);
		luo_put(out, "}");
		open = ",{\"order\":";
	}
	luo_put(out, "]");
}

static void json_owners(const struct answer *a, const struct luo_out *out)
{
	luo_put(out, ",\"owners\":[");
	for (u8 i = 0; i < LUO_NR_CLAIMANTS; i++) {
		luo_json_text(out, i ? ",{\"owner\":" : "{\"owner\":", luo_claimant_word(i));
		luo_put(out, ",");
		json_tally(a, out, &a->owners.owned[i]);
		luo_put(out, "}");
	}
	luo_put(out, "]");
}

static void json_entry(void *ctx, u64 pa, u32 order)
{
	struct listing *l = ctx;

	if (l->shown >= MAX_LISTED)
		return;
	luo_json_address(l->out, l->shown++ ? ",{\"pa\":" : "{\"pa\":", pa);
	luo_json_number(l->out, ",\"order\":", order);
	luo_put(l->out, "}");
}

static void map_json(const struct answer *a, const struct luo_out *out, int status)
{
	const struct luo_owners *o = &a->owners;
	const struct luo_answer view = answer_view(a);
	struct listing l = { out, 0 };

	luo_json_head(out, &view, status);
	luo_put(out, a->followed ? ",\"followed\":true" : ",\"followed\":false");
	if (a->followed) {
		luo_put(out, ",\"preserved\":{");
		json_tally(a, out, &o->total);
		luo_json_number(out, "},\"map_nodes\":", o->nodes);
		json_orders(a, out);
		json_owners(a, out);
		luo_put(out, ",\"unclaimed\":{");
		json_tally(a, out, &o->unclaimed);
		luo_put(out, ",\"listed\":[");
		luo_owners_unclaimed(o, json_entry, &l);
		luo_json_number(out, "]},\"unknown\":", o->unknown);
		luo_put(out, o->partial ? ",\"complete\":false" : ",\"complete\":true");
	}
	luo_put(out, "}\n");
}

static int print_map(const struct answer *a, const struct luo_out *out)
{
	int status = luo_exit_status(a->report.verdict);

	if (a->opt->format == HOST_FORMAT_JSON)
		map_json(a, out, status);
	else
		map_text(a, out);
	if (!a->followed && a->found.how)
		host_note("the preserved-memory map cannot be followed; see 'luo verify'");
	else if (status && !a->report.none)
		host_note("the verdict on this state is '%s'; see 'luo verify'",
			  luo_verdict_word(a->report.verdict));
	return status;
}

/** cmd_map() - show the preserved-memory map of dumps and who owns what is in it. */
int cmd_map(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_map);
}
