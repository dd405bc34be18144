/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the core answers to a state, as one row: the codes and verdict of the payload, which reads
 * up to the records of files; what the host tool adds, which follows every owner and knows what
 * lies in memory for the next kernel; and what comes of compacting. Whatever the answer is, nothing
 * may be written but by a compaction of a state whose errors can all be mended, and then each
 * session is there as before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damage.h"

#include "../../fdt/chosen.h"
#include "../../luo/boot.h"
#include "../../luo/next.h"

#define ARENA KIB(256)
#define PART  160

/* As a front end does. Boot data that cannot be read are LUO-B04; without KHO it is none. */
static bool discover(struct ground *g, struct luo_report *report)
{
	struct luo_handover *h = &g->w.handover;
	int err;

	memset(h, 0, sizeof(*h));
	err = g->use_chosen ? fdt_chosen_handover(world_at(&g->w, g->chosen, 1024), 1024, h)
			    : luo_setup_find_kho(&g->w.phys, g->setup, h, NULL);
	if (!err)
		return true;
	luo_report_init(report);
	if (err == LUO_E_NONE)
		report->none = true;
	else
		luo_report_part(report, LUO_B04, LUO_SEV_LOSE, 0, 0, LUO_OWNER_BOOT);
	luo_report_close(report);
	return false;
}

/* Every pair of code and severity once, in the order of the catalogue; @not: left out. */
static void codes(char *out, const struct luo_report *report, const struct luo_report * not )
{
	bool seen[LUO_NR_CODES][LUO_SEV_PANIC + 1] = { 0 };

	*out = 0;
	for (u32 i = 0; not &&i < not ->nr_kept; i++)
		seen[not ->findings[i].code][not ->findings[i].severity] = true;
	for (u32 i = 0; i < report->nr_kept; i++) {
		const struct luo_finding *f = &report->findings[i];

		if (seen[f->code][f->severity])
			continue;
		seen[f->code][f->severity] = true;
		assert_true(strlen(out) < PART - 16);
		sprintf(out + strlen(out), "%s%s %s", *out ? ", " : "",
			luo_code_text((enum luo_code)f->code) + 4, luo_severity_word(f->severity));
	}
}

static void verdict(char *out, const struct luo_report *report)
{
	sprintf(out, "%s %d", luo_verdict_word(report->verdict), luo_exit_status(report->verdict));
}

/* What is preserved against what is used by then, as boot data tell. */
static void check_next(struct ground *g, struct answer *a)
{
	static struct luo_next next;
	bool sound = a->state.kho && a->state.has_map && luo_owners_map_sound(&a->report);
	struct luo_map map;

	next.nr_parts = 0;
	for (u32 i = 0; i < g->w.phys.nr_busy; i++)
		luo_next_part(&next, g->w.busy[i].range.start, g->w.busy[i].range.size,
			      g->w.busy[i].what, false);
	if (sound)
		luo_map_open(&map, &g->w.phys, a->state.kho->map, a->state.map_pa);
	luo_next_check(&next, &g->w.phys, sound ? &map : NULL, &a->report);
	luo_report_close(&a->report);
}

/* Nothing may have been written, not by a store that was counted and not by any other. */
static void expect_unwritten(struct ground *g, const struct snap *s)
{
	assert_int_equal(g->w.nr_log, 0);
	assert_true(snap_same(s, &g->w));
}

static void expect_mended(struct ground *g, const struct answer *a, u64 digest)
{
	struct answer again;

	assert_int_equal(a->err, 0);
	assert_int_equal(read_back(&g->w).digest, digest);
	run_open(&again, ARENA);
	run(&again, &g->w, LUO_MODE_COMPACT);
	assert_int_equal(again.plan.nr, 0);
	assert_int_equal(g->w.nr_log, 0);
	run_close(&again);
}

static bool mendable(const struct luo_report *report)
{
	if (report->none || report->refused)
		return false;
	for (u32 i = 0; i < report->nr_kept; i++)
		if (report->findings[i].severity >= LUO_SEV_LOSE &&
		    !luo_repairable((enum luo_code)report->findings[i].code))
			return false;
	return true;
}

static void compact(struct ground *g, struct answer *a, const struct snap *s, char *out)
{
	struct luo_report before = a->report;
	u64 digest = mendable(&before) ? read_back(&g->w).digest : 0;

	run(a, &g->w, LUO_MODE_COMPACT);
	verdict(out, &a->report);
	if (!mendable(&before) || !a->plan.nr)
		expect_unwritten(g, s);
	else
		expect_mended(g, a, digest);
}

/* verify, verify with owners, compact */
void judge(struct ground *g, const char *name, char row[ROW])
{
	char own[PART], more[PART], word[3][32];
	struct luo_report payload = { 0 };
	struct snap *s = snap_take(&g->w);
	struct luo_owners o;
	struct answer a;

	run_open(&a, ARENA);
	if (discover(g, &a.report)) {
		run(&a, &g->w, LUO_MODE_VERIFY);
		payload = a.report;
		expect_unwritten(g, s);
		follow(&a, &g->w, &o, false);
		check_next(g, &a);
		expect_unwritten(g, s);
		codes(more, &a.report, &payload);
		verdict(word[1], &a.report);
		a.report = payload;
		compact(g, &a, s, word[2]);
	} else {
		payload = a.report;
		*more = 0;
		verdict(word[1], &payload);
		strcpy(word[2], word[1]);
		expect_unwritten(g, s);
	}
	codes(own, &payload, NULL);
	verdict(word[0], &payload);
	snprintf(row, ROW, "| %.128s | %s | %s | %s | %s | %s |", name, own, word[0], more, word[1],
		 word[2]);
	run_close(&a);
	snap_free(s);
}
