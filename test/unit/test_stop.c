/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The machine dies after any number of a compaction's stores. Whatever is in memory then is no
 * worse than before: each session is there exactly once with its files, every block that a list
 * leads to is still preserved, and the next compaction finishes the work.
 */
#include <stdlib.h>
#include <string.h>

#include "shape.h"

static void expect_same(struct world *w, const struct reader *before)
{
	struct reader r = read_back(w);

	assert_int_equal(r.sessions, before->sessions);
	assert_int_equal(r.files, before->files);
	assert_int_equal(r.digest, before->digest);
}

/* Of no severity, or a worse one, more than before: what was to be refused may be a note now. */
static void expect_no_worse(const struct answer *a, const struct luo_report *before)
{
	u64 now = 0, was = 0;

	for (u32 sev = LUO_SEV_PANIC; sev >= LUO_SEV_NOTE; sev--) {
		now += a->report.by_severity[sev];
		was += before->by_severity[sev];
		assert_true(now <= was);
	}
}

/* A second run mends what is left; the pages of blocks that were unlinked may stay preserved. */
static void expect_mended(struct answer *a, struct world *w, const struct reader *before,
			  const struct shape *s)
{
	run(a, w, LUO_MODE_COMPACT);
	assert_int_equal(a->err, 0);
	assert_true(a->report.verdict == LUO_VERDICT_OK ||
		    a->report.verdict == LUO_VERDICT_REPAIRED);
	assert_int_equal(a->report.nr_findings, s->kept);
	expect_same(w, before);
	assert_int_equal(read_back(w).blocks, a->report.after.blocks);
}

static void stop_after(struct answer *a, struct world *w, u32 stores, u32 of)
{
	w->stop_after = stores;
	run(a, w, LUO_MODE_COMPACT);
	assert_int_equal(w->stores, stores);
	assert_int_equal(w->dead, stores < of);
	if (stores < of) {
		assert_int_equal(a->err, LUO_E_STORE);
		expect(a, LUO_X03, LUO_SEV_LOSE);
		expect_verdict(a, LUO_VERDICT_ERRORS);
	}
	w->stop_after = UINT32_MAX;
}

/* Inside a row of stores one stop is like another: the first two, one in the middle, the last. */
static bool worth_a_stop(const struct luo_op *op, u32 done)
{
	u32 nr = op->len / 8;

	if (op->why != LUO_OP_COPY && op->why != LUO_OP_SCRUB)
		return true;
	return done < 2 || done == nr / 2 || done + 1 == nr;
}

static u32 stores_of(const struct luo_op *op)
{
	return op->why == LUO_OP_COPY || op->why == LUO_OP_SCRUB ? op->len / 8 : 1;
}

/* The stores after which the machine is stopped; the last one: it is not. */
static u32 *stops_of(const struct luo_plan *plan, u32 *nr)
{
	u32 *stop = calloc(plan->nr * 4 + 1, sizeof(*stop)), stores = 0;

	assert_non_null(stop);
	*nr = 0;
	for (u64 i = 0; i < plan->nr; i++) {
		for (u32 done = 0; done < stores_of(&plan->op[i]); done++)
			if (worth_a_stop(&plan->op[i], done))
				stop[(*nr)++] = stores + done;
		stores += stores_of(&plan->op[i]);
	}
	stop[(*nr)++] = stores;
	return stop;
}

static void one_shape(const struct shape *s, u32 shift, u32 pad)
{
	struct world w;
	struct answer a;
	struct reader before;
	struct luo_report report;
	struct snap *snap;
	u32 nr, *stop;

	shape_build(&w, s, shift, pad);
	before = read_back(&w);
	snap = snap_take(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_PLAN);
	report = a.report;
	stop = stops_of(&a.plan, &nr);
	assert_true(nr > 1);
	for (u32 i = 0; i < nr; i++) {
		snap_restore(snap, &w);
		stop_after(&a, &w, stop[i], stop[nr - 1]);
		expect_same(&w, &before);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_no_worse(&a, &report);
		expect_mended(&a, &w, &before, s);
	}
	free(stop);
	run_close(&a);
	snap_free(snap);
	world_close(&w);
}

static void shape_test(void **state)
{
	const struct shape *s = *state;

	for (u32 shift = 12; shift <= 16; shift += 2) {
		if ((s->files[0] == FULL || s->files[2] == FULL) && shift > 12)
			continue;
		one_shape(s, shift, 0);
		if (s->abi == WORLD_S3 || s->abi == WORLD_S4)
			one_shape(s, shift, 8);
	}
}

/* A plan is not forced on memory that changed since; what stands before the change stays. */
static void changed_memory(void **state)
{
	const struct shape many = { "many", WORLD_V5, 7, { FULL, 0, FULL, 0, FULL, 0, 5 } };
	struct world w;
	struct answer a;
	u64 was;

	(void)state;
	shape_build(&w, &many, 12, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_PLAN);
	assert_true(a.plan.nr > 3);
	for (u32 i = 0; i < 2; i++) {
		w.op = a.plan.op[i];
		w.op_at = 0;
		assert_int_equal(luo_op_execute(&w.phys, &w.op), 0);
	}
	was = world_get(&w, a.plan.op[2].pa + 8);
	world_put(&w, a.plan.op[2].pa + 8, was + 1);
	w.op = a.plan.op[2];
	assert_int_equal(luo_op_execute(&w.phys, &w.op), LUO_E_CHANGED);
	assert_int_equal(w.stores, 2);
	run_close(&a);
	world_close(&w);
}

/* A view without stores, as a host tool has of a dump, is not written and does not crash. */
static void read_only(void **state)
{
	const struct shape one = { "one", WORLD_V5, 2, { FULL, 0 } };
	struct luo_mem_ops reading;
	struct world w;
	struct answer a;
	struct snap *snap;

	(void)state;
	shape_build(&w, &one, 12, 0);
	snap = snap_take(&w);
	reading = (struct luo_mem_ops){ .map = w.phys.ops->map };
	w.phys.ops = &reading;
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	assert_int_equal(a.err, LUO_E_STORE);
	expect_verdict(&a, LUO_VERDICT_ERRORS);
	snap_expect(snap, &w, NULL, 0);
	run_close(&a);
	snap_free(snap);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changed_memory),
		cmocka_unit_test(read_only),
	};
	struct CMUnitTest *each = calloc(nr_shapes, sizeof(*each));
	int failed = cmocka_run_group_tests_name("stop", tests, NULL, NULL);

	for (u32 i = 0; i < nr_shapes; i++)
		each[i] = (struct CMUnitTest){ shapes[i].name, shape_test, NULL, NULL,
					       (void *)&shapes[i] };
	failed += _cmocka_run_group_tests("stop after each store", each, nr_shapes, NULL, NULL);
	free(each);
	return failed;
}
