/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Stale counts of luo-session-v3: a serialization that failed has zeroed the entries of a block
 * and left its count. Verify says what the next kernel would make of them; compaction lowers
 * counts and drops blocks, but moves nothing, and can be stopped after any store.
 */
#include <stdlib.h>
#include <string.h>

#include "harm.h"

/* Sessions, and vacant entries behind them, of each block. */
struct stale {
	const char *name;
	u32 nr;
	struct {
		u32 live;
		u32 tail;
	} block[8];
	u32 after; /* blocks that stay */
	u64 vacant;
	u32 kept;
};

static const struct stale shapes[] = {
	{ "one at the end", 1, { { 5, 1 } }, 1, 1 },
	{ "many at the end", 1, { { 5, 100 } }, 1, 100 },
	{ "in two blocks", 2, { { 5, 2 }, { 6, 3 } }, 1, 5 },
	{ "a block of them", 2, { { 5, 0 }, { 0, 9 } }, 1, 9 },
	{ "behind their like", 2, { { 5, 4 }, { 0, 9 } }, 1, 13 },
	{ "at the head", 2, { { 0, 9 }, { 5, 0 } }, 1, 9 },
	{ "in the middle", 3, { { 5, 0 }, { 0, 9 }, { 6, 0 } }, 1, 9 },
	{ "beside an empty one", 4, { { 5, 1 }, { 0, 0 }, { 0, 9 }, { 6, 2 } }, 1, 12 },
	{ "nothing else", 1, { { 0, 9 } }, 1, 9, 1 },
	{ "nothing else, three", 3, { { 0, 9 }, { 0, 0 }, { 0, 1 } }, 1, 10, 1 },
	{ "only one, alone", 1, { { 0, 1 } }, 1, 1, 1 },
};

static void vacate(struct world *w, u32 block, u32 first, u32 nr)
{
	memset(world_at(w, w->block[block].pa + 16 + first * 80, nr * 80), 0, nr * 80);
}

static void build(struct world *w, const struct stale *s, u32 shift)
{
	u64 few = 3;

	world_open(w, shift, WORLD_S3, 24);
	for (u32 i = 0; i < s->nr; i++) {
		world_add_block(w, s->block[i].live + s->block[i].tail);
		vacate(w, i, s->block[i].live, s->block[i].tail);
		w->sessions -= s->block[i].tail;
		if (s->block[i].live)
			world_add_files(w, w->block[i].pa + 16, &few, 1);
	}
	world_finish(w);
}

static void expect_found(const struct answer *a, const struct stale *s)
{
	u64 blocks = 0, empty = 0;

	for (u32 i = 0; i < s->nr; i++) {
		blocks += s->block[i].tail != 0;
		empty += !s->block[i].live && !s->block[i].tail;
	}
	assert_int_equal(count_of(a, LUO_S15), blocks);
	assert_int_equal(count_of(a, LUO_S06), empty);
	assert_int_equal(a->report.nr_findings, blocks + empty);
	assert_int_equal(a->report.before.vacant, s->vacant);
	expect(a, LUO_S15, s->vacant > 1 && s->block[0].tail != 1 ? LUO_SEV_REFUSE : LUO_SEV_NOTE);
	expect_verdict(a, s->vacant > 1 ? LUO_VERDICT_ERRORS : LUO_VERDICT_OK);
}

static void expect_plan(const struct answer *a, const struct stale *s)
{
	const struct luo_plan *p = &a->plan;

	assert_int_equal(p->blocks, s->nr - s->after);
	assert_int_equal(p->pages, (s->nr - s->after) * 16);
	assert_int_equal(p->cut, s->vacant);
	assert_int_equal(p->holes, 0);
	assert_int_equal(p->kept, s->kept);
}

static void expect_same(struct world *w, const struct reader *before)
{
	struct reader r = read_back(w);

	assert_int_equal(r.sessions, before->sessions);
	assert_int_equal(r.files, before->files);
	assert_int_equal(r.digest, before->digest);
}

/* Nothing vacant is counted, and there is nothing left to do. */
static void expect_done(struct answer *a, struct world *w, const struct stale *s)
{
	u64 pa = world_get(w, world_head_at(w)), count = 0;

	for (; pa; pa = world_get(w, pa))
		count += world_get(w, pa + 8);
	assert_int_equal(count, w->sessions);
	assert_int_equal(read_back(w).blocks, s->after);
	run(a, w, LUO_MODE_COMPACT);
	expect_verdict(a, LUO_VERDICT_OK);
	assert_int_equal(a->report.nr_findings, s->kept);
	assert_int_equal(a->report.before.vacant, 0);
	assert_int_equal(a->plan.nr, 0);
	assert_int_equal(w->nr_log, 0);
}

static void expect_no_worse(const struct answer *a, const struct luo_report *before)
{
	u64 now = 0, was = 0;

	for (u32 sev = LUO_SEV_PANIC; sev >= LUO_SEV_NOTE; sev--) {
		now += a->report.by_severity[sev];
		was += before->by_severity[sev];
		assert_true(now <= was);
	}
}

static u32 stores_of(const struct luo_op *op)
{
	return op->why == LUO_OP_COPY || op->why == LUO_OP_SCRUB ? op->len / 8 : 1;
}

static void stop_everywhere(struct answer *a, struct world *w, const struct stale *s)
{
	struct luo_report report = a->report;
	struct reader before = read_back(w);
	struct snap *snap = snap_take(w);
	u64 nr = a->plan.nr, stores = 0;
	struct luo_op *op = malloc(nr * sizeof(*op));

	memcpy(op, a->op, nr * sizeof(*op));
	for (u64 i = 0; i < nr; stores += stores_of(&op[i++])) {
		snap_restore(snap, w);
		w->stop_after = stores;
		run(a, w, LUO_MODE_COMPACT);
		assert_int_equal(w->stores, stores);
		w->stop_after = UINT32_MAX;
		expect_same(w, &before);
		run(a, w, LUO_MODE_VERIFY);
		expect_no_worse(a, &report);
		run(a, w, LUO_MODE_COMPACT);
		expect_same(w, &before);
		expect_done(a, w, s);
	}
	snap_restore(snap, w);
	snap_free(snap);
	free(op);
}

static void one_shape(const struct stale *s, u32 shift)
{
	struct reader before;
	struct world w;
	struct answer a;

	build(&w, s, shift);
	before = read_back(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_PLAN);
	expect_found(&a, s);
	expect_totals(&a, &w);
	expect_plan(&a, s);
	stop_everywhere(&a, &w, s);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_plan(&a, s);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	assert_int_equal(a.report.after.blocks, s->after);
	assert_int_equal(a.report.after.sessions, w.sessions);
	expect_same(&w, &before);
	expect_done(&a, &w, s);
	run_close(&a);
	world_close(&w);
}

static void shapes_test(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(shapes); i++)
		for (u32 shift = 12; shift <= 16; shift += 2)
			one_shape(&shapes[i], shift);
}

/* In front of a session they stay, which the plan says; what is behind the last one goes. */
static void holes(void **state)
{
	static const u32 hole[] = { 1, 2 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(hole); i++) {
		struct world w;
		struct answer a;
		u64 digest;

		world_open(&w, 12, WORLD_S3, 24);
		world_add_block(&w, 9);
		vacate(&w, 0, 3, hole[i]);
		vacate(&w, 0, 7, 2);
		world_finish(&w);
		digest = read_back(&w).digest;
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		assert_int_equal(a.plan.nr, 1);
		assert_int_equal(a.plan.cut, 2);
		assert_int_equal(a.plan.holes, hole[i]);
		assert_int_equal(world_get(&w, w.block[0].pa + 8), 7);
		assert_int_equal(read_back(&w).digest, digest);
		expect_only(&a, LUO_S15, i ? LUO_SEV_REFUSE : LUO_SEV_NOTE);
		expect_verdict(&a, i ? LUO_VERDICT_ERRORS : LUO_VERDICT_REPAIRED);
		run(&a, &w, LUO_MODE_COMPACT);
		assert_int_equal(a.plan.nr, 0);
		assert_int_equal(a.plan.holes, hole[i]);
		run_close(&a);
		world_close(&w);
	}
}

/* Any byte makes an entry a session again: one whose name was lost. */
static void almost_vacant(void **state)
{
	(void)state;
	for (u32 at = 0; at < 80; at++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_S3, 8);
		world_add_block(&w, 3);
		vacate(&w, 0, 2, 1);
		*world_at(&w, w.block[0].pa + 16 + 2 * 80 + at, 1) = 1;
		world_finish(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		assert_int_equal(count_of(&a, LUO_S15), 0);
		assert_int_equal(count_of(&a, LUO_S11), at > 0);
		assert_int_equal(a.report.before.sessions, 3);
		expect_verdict(&a, at ? LUO_VERDICT_ERRORS : LUO_VERDICT_OK);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* Where no kernel leaves such entries they are sessions without a name, and nothing goes. */
static void other_abis(void **state)
{
	(void)state;
	for (u32 abi = WORLD_V5; abi <= WORLD_S2; abi++) {
		struct world w;
		struct answer a;

		world_open(&w, 12, abi, 8);
		world_add_block(&w, 3);
		memset(world_at(&w, world_session(&w, 2), 80), 0, 80);
		world_finish(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_only(&a, LUO_S11, abi == WORLD_S2 ? LUO_SEV_NOTE : LUO_SEV_LOSE);
		assert_int_equal(a.report.before.sessions, 3);
		assert_int_equal(a.report.before.vacant, 0);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/* Beside an error that cannot be mended nothing is written. */
static void unrepairable(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	build(&w, &shapes[2], 12);
	name_adjacent(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect(&a, LUO_S12, LUO_SEV_REFUSE);
	expect(&a, LUO_S15, LUO_SEV_REFUSE);
	assert_int_equal(w.nr_log, 0);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_test),	 cmocka_unit_test(holes),
		cmocka_unit_test(almost_vacant), cmocka_unit_test(other_abis),
		cmocka_unit_test(unrepairable),
	};

	return cmocka_run_group_tests_name("vacant entries", tests, NULL, NULL);
}
