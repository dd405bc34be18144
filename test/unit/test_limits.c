/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What stands before and around a state: scratch areas, working memory, and work without end. */
#include "../../luo/plan.h"
#include "harm.h"

static void write_scratch(struct world *w, u32 i, u64 start, u64 size)
{
	world_put(w, SCRATCH_PA + i * 16, start);
	world_put(w, SCRATCH_PA + i * 16 + 8, size);
	w->handover.scratch_size = (i + 1) * 16;
}

struct scratch_case {
	u32 shift;
	u64 start;
	u64 size;
	bool bad;
};

/* A third area beside the two of every machine. */
static const struct scratch_case scratch_cases[] = {
	{ 12, STRAY_AT, 4096, false },
	{ 12, 0, 0, false },
	{ 14, STRAY_AT, 16384, false },
	{ 16, STRAY_AT, 65536, false },
	{ 12, STRAY_AT + 8, 4096, true },
	{ 12, STRAY_AT, 4095, true },
	{ 14, STRAY_AT, 4096, true },
	{ 14, STRAY_AT + 4096, 16384, true },
	{ 16, STRAY_AT, 4096, true },
	{ 16, STRAY_AT, 65536 + 16384, true },
	{ 16, STRAY_AT + 16384, 65536, true },
	{ 12, LOW_BANK, 4096, true },
	{ 12, LOW_BANK + LOW_SCR - 4096, 4096, true },
};

static void scratch_areas(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(scratch_cases); i++) {
		const struct scratch_case *c = &scratch_cases[i];
		struct world w;
		struct answer a;

		world_standard(&w, c->shift, WORLD_V5);
		write_scratch(&w, 2, c->start, c->size);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		if (c->bad)
			expect_only(&a, LUO_B02, LUO_SEV_LOSE);
		expect_verdict(&a, c->bad ? LUO_VERDICT_ERRORS : LUO_VERDICT_OK);
		run_close(&a);
		world_close(&w);
	}
}

/* A front end that could not read the list says so by an empty view of it. */
static void no_scratch(void **state)
{
	struct luo_plan plan;
	struct luo_state luo;
	struct luo_phys phys;
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	phys = w.phys;
	phys.nr_scratch = 0;
	for (u32 known = 0; known < 2; known++) {
		struct luo_job job = { LUO_MODE_VERIFY, a.arena, a.arena_size, { 1, 2 } };

		w.handover.scratch_pa = known ? SCRATCH_PA : 0;
		assert_int_equal(luo_run(&phys, &w.handover, &job, &luo, &a.report, &plan), 0);
		expect_verdict(&a, known ? LUO_VERDICT_ERRORS : LUO_VERDICT_OK);
		if (known)
			expect_only(&a, LUO_B01, LUO_SEV_LOSE);
		else
			assert_int_equal(a.report.nr_findings, 0);
	}
	run_close(&a);
	world_close(&w);
}

/* Less memory than asked for: whatever could not be checked is not called sound. */
static void tiny_arena(void **state)
{
	static const size_t size[] = { 0, 16, 512, 1024, 4096 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(size); i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, WORLD_V5);
		name_adjacent(&w);
		run_open(&a, size[i]);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* Every second block empty, in a chain of this many. */
static void build_holes(struct world *w, u32 blocks)
{
	world_open(w, 12, WORLD_V5, 24);
	for (u32 i = 0; i < blocks; i++)
		world_add_block(w, i % 2 ? 0 : 2);
	world_finish(w);
}

/* Little working memory makes a plan no shorter: it is carried out as it is made. */
static void large_plan(void **state)
{
	static const size_t size[] = { LUO_ARENA_MIN, MIB(1) };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;
		u64 digest;

		build_holes(&w, 4000);
		digest = read_back(&w).digest;
		run_open(&a, size[i]);
		run(&a, &w, LUO_MODE_COMPACT);
		assert_int_equal(a.report.before.blocks, 4000);
		assert_int_equal(a.report.after.blocks, 79); /* 4,000 sessions, 51 to a block */
		expect_verdict(&a, LUO_VERDICT_REPAIRED);
		assert_int_equal(a.report.nr_findings, 0);
		assert_true(a.plan.moved < 4000);
		assert_int_equal(a.plan.pages, 4000 - 79);
		assert_int_equal(read_back(&w).digest, digest);
		run_close(&a);
		world_close(&w);
	}
}

/* One session is missing in the first block: all of the half million others move up by one. */
static void build_longest(struct world *w)
{
	const u64 files[2] = { 1, 1 };
	u64 full;

	world_open(w, 12, WORLD_V5, 256);
	full = world_capacity(w);
	world_add_block(w, full - 1);
	for (u32 i = 0; i < 9997; i++)
		world_add_block(w, full);
	world_add_block(w, 1);
	world_add_block(w, 0);
	for (u32 i = 0; i < 9998; i++)
		world_add_files(w, w->block[i].pa + 16, files, 2);
	world_finish(w);
}

/* 10,000 blocks, 509,898 sessions, 9,998 lists of files that can lose a block. */
static void longest(void **state)
{
	struct reader before;
	struct world w;
	struct answer a;

	(void)state;
	build_longest(&w);
	before = read_back(&w);
	run_open(&a, KIB(512));
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	assert_int_equal(a.report.before.blocks, 10000);
	assert_int_equal(a.report.before.sessions, 509898);
	assert_int_equal(a.report.after.blocks, 9998);
	assert_int_equal(a.report.after.fblocks, 9998);
	assert_int_equal(a.plan.pages, 2 + 9998);
	assert_int_equal(a.plan.moved, 509898 - 50 + 9998);
	assert_true(read_back(&w).digest == before.digest);
	run_close(&a);
	world_close(&w);
}

/*
 * Many sessions that share one long chain would cost sessions times blocks. The pages that are
 * preserved bound the work, even when the table of pages is full before the chain is met.
 */
static void shared_by_many(void **state)
{
	static const u64 one[200] = { [0 ... 199] = 1 };
	static const size_t size[] = { LUO_ARENA_MIN, MIB(1) };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_V5, 8);
		world_add_sessions(&w, 4000);
		world_add_files(&w, world_session(&w, 3500), one, 200);
		for (u32 s = 3501; s < 3900; s++) {
			world_put(&w, world_session(&w, s) + 64,
				  world_get(&w, world_session(&w, 3500) + 64));
			world_put(&w, world_session(&w, s) + 72, 200);
		}
		world_finish(&w);
		run_open(&a, size[i]);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		expect(&a, i ? LUO_S13 : LUO_X02, LUO_SEV_PANIC);
		assert_true(a.report.before.fblocks <= w.pages + 1);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* Every finding counts, but only the first ones are kept. */
static void many_findings(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	build_holes(&w, 400);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.nr_findings, 200);
	assert_int_equal(a.report.nr_kept, LUO_MAX_SAME);
	assert_int_equal(a.report.by_severity[LUO_SEV_PANIC], 200);
	assert_int_equal(a.report.findings[0].pa, w.block[1].pa);
	assert_int_equal(a.report.findings[0].owner.index, 1);
	assert_int_equal(a.report.findings[1].pa, w.block[3].pa);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scratch_areas), cmocka_unit_test(no_scratch),
		cmocka_unit_test(tiny_arena),	 cmocka_unit_test(large_plan),
		cmocka_unit_test(longest),	 cmocka_unit_test(shared_by_many),
		cmocka_unit_test(many_findings),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
