/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Sound states of many sizes: verify and compact must both find nothing, count everything, and
 * write nothing.
 */
#include "check.h"

/* Files of some sessions: none, one, and for one session as many as need a second block. */
static void add_files(struct world *w)
{
	u64 many[2] = { world_file_capacity(w), 1 }, one = 1;
	u64 step = w->sessions / 64 + 1;

	for (u64 i = 1; i < w->sessions; i += step)
		world_add_files(w, world_session(w, i), &one, 1);
	if (w->sessions)
		world_add_files(w, world_session(w, 0), many, world_chained(w) ? 2 : 1);
}

/* luo-session-v3 and -v4 always have a block: without sessions it is empty, which is worth a note.
 */
static void expect_sound_answer(const struct answer *a, const struct world *w)
{
	if (!world_in_tree(w) || !world_linked(w) || w->sessions)
		return expect_ok(a, w);
	expect_verdict(a, LUO_VERDICT_OK);
	expect_only(a, LUO_S06, LUO_SEV_NOTE);
	expect_totals(a, w);
}

static void expect_sound(struct world *w, size_t arena_size)
{
	struct reader r = read_back(w);
	struct answer a;

	run_open(&a, arena_size);
	for (u32 mode = LUO_MODE_VERIFY; mode <= LUO_MODE_COMPACT; mode++) {
		run(&a, w, mode);
		expect_sound_answer(&a, w);
		assert_int_equal(a.plan.nr, 0);
		assert_int_equal(w->nr_log, 0);
		assert_int_equal(a.report.number, 7);
		assert_int_equal(a.report.page_size, world_page(w));
	}
	assert_int_equal(r.sessions, w->sessions);
	assert_int_equal(r.digest, read_back(w).digest);
	run_close(&a);
}

void expect_valid(enum world_abi abi, u32 shift, u64 sessions, bool files)
{
	struct world w;

	world_open(&w, shift, abi, shift == 16 ? 512 : 64);
	world_add_sessions(&w, sessions);
	assert_int_equal(w.sessions, sessions);
	if (files)
		add_files(&w);
	world_finish(&w);
	expect_sound(&w, LUO_ARENA_MIN);
	expect_sound(&w, KIB(1024));
	world_close(&w);
}

/* 0, 1, capacity and 2,000 sessions, and one more than fits where the list can grow. */
void expect_all_valid(enum world_abi abi, u32 shift)
{
	struct world w = { .shift = shift, .abi = abi };
	const u64 nr[] = { 0, 1, world_capacity(&w), world_capacity(&w) + 1, 2000 };

	for (u32 i = 0; i < LUO_ARRAY_SIZE(nr); i++) {
		if (!world_linked(&w) && nr[i] > world_capacity(&w))
			continue;
		expect_valid(abi, shift, nr[i], false);
		expect_valid(abi, shift, nr[i], true);
	}
}
