/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Twins among 20,000 sessions, with working memory that holds them all and with the smallest that
 * the core accepts: each twin is reported once, whichever pass finds it.
 */
#include <stdlib.h>
#include <string.h>

#include "../../luo/seen.h"
#include "harm.h"

#define MANY 20000

struct twins {
	u32 nr;
	u32 pair[8][2]; /* the second of a pair is the one that the kernel trips over */
};

static const struct twins cases[] = {
	{ 0 },
	{ 1, { { 0, 1 } } },
	{ 1, { { 0, MANY - 1 } } },
	{ 1, { { MANY - 2, MANY - 1 } } },
	{ 1, { { 50, 51 } } },
	{ 1, { { 3000, 3001 } } },
	{ 5, { { 0, 19999 }, { 1, 2 }, { 3070, 3080 }, { 9000, 15000 }, { 12000, 12001 } } },
	{ 3, { { 7, 8 }, { 7, 10000 }, { 7, 19000 } } },
	{ 8,
	  { { 100, 200 },
	    { 300, 400 },
	    { 2900, 2950 },
	    { 2999, 3000 },
	    { 3050, 3100 },
	    { 3071, 3072 },
	    { 3073, 3074 },
	    { 4000, 19998 } } },
};

static void expect_twins(const struct answer *a, struct world *w, const struct twins *t)
{
	assert_int_equal(a->report.before.sessions, MANY);
	assert_int_equal(a->report.nr_findings, t->nr);
	assert_int_equal(count_of(a, LUO_S12), t->nr);
	expect_verdict(a, t->nr ? LUO_VERDICT_ERRORS : LUO_VERDICT_OK);
	for (u32 i = 0; i < t->nr; i++) {
		u64 pa = world_session(w, t->pair[i][1]), hits = 0;

		for (u32 f = 0; f < a->report.nr_kept; f++) {
			const struct luo_finding *found = &a->report.findings[f];

			if (found->pa != pa)
				continue;
			hits++;
			assert_int_equal(found->severity, LUO_SEV_REFUSE);
			assert_int_equal(found->owner.index, t->pair[i][1]);
			assert_string_equal(found->owner.name, (char *)world_at(w, pa, 64));
		}
		assert_int_equal(hits, 1);
	}
}

static void twins(enum world_abi abi, size_t arena_size)
{
	struct world w;
	struct answer a;
	struct snap *clean;

	world_open(&w, 12, abi, 8);
	world_add_sessions(&w, MANY);
	world_finish(&w);
	clean = snap_take(&w);
	run_open(&a, arena_size);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(cases); i++) {
		const struct twins *t = &cases[i];

		snap_restore(clean, &w);
		for (u32 p = 0; p < t->nr; p++)
			memcpy(world_at(&w, world_session(&w, t->pair[p][1]), 64),
			       world_at(&w, world_session(&w, t->pair[p][0]), 64), 64);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_twins(&a, &w, t);
		assert_int_equal(w.nr_log, 0);
	}
	run_close(&a);
	snap_free(clean);
	world_close(&w);
}

static void one_pass(void **state)
{
	(void)state;
	twins(WORLD_V5, MIB(2));
	twins(WORLD_S3, MIB(2));
}

/* Too little for bins, and enough for all of them in the other form of the filter. */
static void one_pass_of_bits(void **state)
{
	(void)state;
	twins(WORLD_V5, KIB(96));
	twins(WORLD_S3, KIB(96));
}

static void several_passes(void **state)
{
	(void)state;
	twins(WORLD_V5, LUO_ARENA_MIN);
	twins(WORLD_S3, LUO_ARENA_MIN);
}

/* All alike: every one but the first is reported, and the walk still ends at once. */
static void all_alike(void **state)
{
	static const size_t arena[] = { LUO_ARENA_MIN, MIB(2) };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_V5, 8);
		world_add_sessions(&w, MANY);
		world_finish(&w);
		for (u64 s = 0; s < MANY; s++)
			world_name(&w, world_session(&w, s), "same");
		run_open(&a, arena[i]);
		run(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(a.report.nr_findings, MANY - 1);
		assert_int_equal(a.report.nr_kept, LUO_MAX_SAME);
		assert_int_equal(a.report.by_severity[LUO_SEV_REFUSE], MANY - 1);
		run_close(&a);
		world_close(&w);
	}
}

/* Loops, shared blocks and doubled tokens behind the point where a small table is full. */
static void others_in_passes(void **state)
{
	const u64 many[2] = { 63, 60 }, few = 2;
	struct world w;
	struct answer a;

	(void)state;
	world_open(&w, 12, WORLD_V5, 16);
	world_add_sessions(&w, MANY);
	world_add_files(&w, world_session(&w, 18000), many, 2);
	world_add_files(&w, world_session(&w, 19000), &few, 1);
	world_finish(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_ok(&a, &w);
	world_put(&w, file_at(&w, 18000, 122) + 56, 100);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_only(&a, LUO_F12, LUO_SEV_LOSE);
	world_put(&w, file_at(&w, 18000, 122) + 56, 100 + 122);
	world_put(&w, world_session(&w, 19001) + 64, world_get(&w, world_session(&w, 19000) + 64));
	world_put(&w, world_session(&w, 19001) + 72, 2);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_only(&a, LUO_S13, LUO_SEV_PANIC);
	world_put(&w, world_session(&w, 19001) + 64, 0);
	world_put(&w, world_session(&w, 19001) + 72, 0);
	world_put(&w, w.block[w.nr_blocks - 1].pa, w.block[390].pa);
	run(&a, &w, LUO_MODE_VERIFY);
	expect(&a, LUO_S08, LUO_SEV_PANIC);
	assert_int_equal(count_of(&a, LUO_S08), 1);
	run_close(&a);
	world_close(&w);
}

/*
 * A session's files are said to be in a block of the session list, which is remembered only when
 * there are files: one that was met long before, just before, is met now, or comes later; with
 * files of another session before it, or without.
 */
static void shared_blocks(void **state)
{
	static const u32 shared[] = { 3, 100, 195, 196, 197, 392 };
	const u64 few = 2;

	(void)state;
	for (u32 i = 0; i < 2 * LUO_ARRAY_SIZE(shared); i++) {
		struct world w;
		struct answer a;
		u64 record, pa, hits = 0;

		world_open(&w, 12, WORLD_V5, 16);
		world_add_sessions(&w, MANY);
		if (i & 1)
			world_add_files(&w, world_session(&w, 6000), &few, 1);
		world_finish(&w);
		record = world_session(&w, 10000);
		pa = w.block[shared[i / 2]].pa;
		assert_in_range(record, w.block[196].pa, w.block[196].pa + 4095);
		world_put(&w, record + 64, pa);
		world_put(&w, record + 72, 51);
		run_open(&a, MIB(2));
		run(&a, &w, LUO_MODE_VERIFY);
		/* What lies in that block are too many things for bins: without bits each share of
		 * them is walked for itself, and meets the block that is first of those in it. */
		assert_in_range(a.report.by_code[LUO_S13], 1, LUO_WITH_BITS ? 1 : 2);
		expect(&a, LUO_S13, LUO_SEV_PANIC);
		for (u32 f = 0; f < a.report.nr_kept; f++)
			hits += a.report.findings[f].code == LUO_S13 &&
				a.report.findings[f].pa == pa;
		assert_int_equal(hits, 1);
		run_close(&a);
		world_close(&w);
	}
}

/* A twin asks for a second walk, which says nothing again that the first one has said. */
static void said_once(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_open(&w, 12, WORLD_S3, 8);
	world_add_sessions(&w, MANY);
	world_finish(&w);
	memset(world_at(&w, world_session(&w, 100), 64), 'n', 64);
	memset(world_at(&w, world_session(&w, 200), 80), 0, 80);
	memcpy(world_at(&w, world_session(&w, MANY - 1), 64),
	       world_at(&w, world_session(&w, 300), 64), 64);
	run_open(&a, MIB(2));
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.by_code[LUO_S10], 1);
	assert_int_equal(a.report.by_code[LUO_S12], 1);
	assert_int_equal(a.report.by_code[LUO_S15], 1);
	assert_int_equal(a.report.nr_findings, 3);
	assert_int_equal(a.report.before.sessions, MANY - 1);
	assert_int_equal(a.report.before.vacant, 1);
	run_close(&a);
	world_close(&w);
}

/*
 * With less memory than the core asks for names are not compared, and that is said. Of a list that
 * comes back to itself it is not: that is what has to be seen to.
 */
static void too_little(void **state)
{
	(void)state;
	for (u32 loop = 0; loop < 2; loop++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_V5, 8);
		world_add_sessions(&w, 400);
		world_finish(&w);
		run_open(&a, 4096 + 512);
		if (loop)
			world_put(&w, w.block[5].pa, w.block[5].pa);
		run(&a, &w, LUO_MODE_VERIFY);
		if (loop)
			expect_only(&a, LUO_S08, LUO_SEV_PANIC);
		else if (LUO_WITH_BITS)
			expect_only(&a, LUO_X01, LUO_SEV_LOSE);
		else /* the smallest table walks in shares */
			assert_int_equal(a.report.nr_findings, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* How often memory is looked at. */
static u64 maps_of(struct answer *a, const struct world *w, enum luo_mode mode)
{
	struct luo_phys phys;
	struct counter c;
	struct luo_job job = { mode, a->arena, a->arena_size, { 1, 2 } };

	count_maps(&c, &phys, w);
	assert_int_equal(luo_run(&phys, &w->handover, &job, &a->state, &a->report, &a->plan), 0);
	return c.maps;
}

/*
 * Every name twice, which leaves the filter nothing to rule out: still each twin is reported once,
 * and the number of walks is that of the shares that memory needs, not that of the twins.
 */
static void all_pairs(void **state)
{
	static const size_t arena[] = { LUO_ARENA_MIN, KIB(256), MIB(2) };
	/* Without bits: shares of three eighths of the slots that there are, or one walk. */
	static const u64 walks[] = { LUO_WITH_BITS ? 18 : 57, LUO_WITH_BITS ? 3 : 16,
				     LUO_WITH_FILTER ? 3 : 1 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(arena); i++) {
		struct world w;
		struct answer a;
		u64 maps;

		world_open(&w, 12, WORLD_V5, 8);
		world_add_sessions(&w, MANY);
		world_finish(&w);
		for (u64 s = MANY / 2; s < MANY; s++)
			memcpy(world_at(&w, world_session(&w, s), 64),
			       world_at(&w, world_session(&w, s - MANY / 2), 64), 64);
		run_open(&a, arena[i]);
		maps = maps_of(&a, &w, LUO_MODE_VERIFY);
		assert_int_equal(a.report.by_code[LUO_S12], MANY / 2);
		assert_int_equal(a.report.nr_findings, MANY / 2);
		assert_in_range(maps, w.nr_blocks, w.nr_blocks * walks[i] + 50);
		run_close(&a);
		world_close(&w);
	}
}

/* Sessions without twins: read once, in 4 bytes of memory for each; nothing to do, nothing read. */
static void read_once(void **state)
{
	struct world w;
	struct answer a;
	u64 maps;

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	world_add_sessions(&w, MANY);
	world_finish(&w);
	run_open(&a, MIB(2));
	maps = maps_of(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.nr_findings, 0);
	assert_in_range(maps, w.nr_blocks, w.nr_blocks + 50);
	assert_in_range(a.report.arena_peak, MANY * 4, MANY * (LUO_WITH_FILTER ? 8 : 70));
	assert_int_equal(maps_of(&a, &w, LUO_MODE_PLAN), maps);
	assert_int_equal(a.plan.nr, 0);
	run_close(&a);
	world_close(&w);
}

/* Blocks before the first list of files are looked at once more, and no more than that is done. */
static void read_once_with_files(void **state)
{
	const u64 few = 2;
	struct world w;
	struct answer a;
	u64 maps;

	(void)state;
	world_open(&w, 12, WORLD_V5, 16);
	world_add_sessions(&w, MANY);
	world_add_files(&w, world_session(&w, 10000), &few, 1);
	world_finish(&w);
	run_open(&a, MIB(2));
	maps = maps_of(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(a.report.nr_findings, 0);
	assert_in_range(maps, w.nr_blocks, w.nr_blocks + w.nr_blocks / 2 + 60);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_pass),	    cmocka_unit_test(one_pass_of_bits),
		cmocka_unit_test(several_passes),   cmocka_unit_test(all_alike),
		cmocka_unit_test(others_in_passes), cmocka_unit_test(all_pairs),
		cmocka_unit_test(read_once),	    cmocka_unit_test(read_once_with_files),
		cmocka_unit_test(said_once),	    cmocka_unit_test(too_little),
		cmocka_unit_test(shared_blocks),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
