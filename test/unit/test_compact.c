/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Dropping of empty blocks: exactly the stores that it takes, in their order, and nothing else.
 * The plan is made without a write, carried out once, and then there is nothing left to do.
 */
#include <stdlib.h>
#include <string.h>

#include "harm.h"
#include "shape.h"

static void expect_op(const struct luo_op *op, const struct expected_op *want)
{
	assert_int_equal(op->pa, want->pa);
	assert_int_equal(op->len, want->len);
	assert_memory_equal(op->old, want->old, want->len);
	assert_memory_equal(op->new, want->new, want->len);
}

static void expect_clear(const struct luo_op *op, const struct expected_op *want, u32 nr)
{
	assert_int_equal(op->why, LUO_OP_CLEAR);
	for (u32 i = 0; i < nr; i++)
		if (want[i].pa == op->pa)
			return expect_op(op, &want[i]);
	fail_msg("clear at %#llx", (unsigned long long)op->pa);
}

/* Dropped blocks of one size, by ascending address. */
static void expect_scrubs(const struct luo_op *op, const struct expected_drop *want, u32 nr,
			  u64 page)
{
	for (u32 i = 0; i < nr; i++) {
		u32 below = 0;

		for (u32 j = 0; j < nr; j++)
			below += want[j].pa < want[i].pa;
		assert_int_equal(op[below].why, LUO_OP_SCRUB);
		assert_int_equal(op[below].pa, want[i].pa);
		assert_int_equal(op[below].len, page << want[i].order);
	}
}

/* Pointers first, then content of dropped blocks, then their keys. Gives back what is behind. */
static const struct luo_op *expect_pass(const struct luo_op *op, const struct expected *e,
					const struct expected_pass *from,
					const struct expected_pass *to, u64 page)
{
	u32 clears = to->clears - from->clears, scrubs = to->dropped - from->dropped;

	for (u32 i = from->links; i < to->links; i++, op++) {
		expect_op(op, &e->link[i]);
		assert_int_equal(op->why, op->len == 16 ? LUO_OP_RELINK : LUO_OP_HEAD);
	}
	expect_scrubs(op, &e->dropped[from->dropped], scrubs, page);
	op += scrubs;
	for (u32 i = 0; i < clears; i++) {
		expect_clear(&op[i], &e->clear[from->clears], clears);
		for (u32 j = 0; j < i; j++)
			assert_int_not_equal(op[i].pa, op[j].pa);
	}
	return op + clears;
}

static void expect_plan(const struct luo_plan *plan, const struct expected *e, u64 page, u32 kept)
{
	const struct luo_op *op = plan->op;
	u64 bytes = 0;

	assert_int_equal(plan->nr, e->nr_links + e->nr_dropped + e->nr_clears);
	for (u32 i = 0; i < e->nr_passes; i++)
		op = expect_pass(op, e, i ? &e->pass[i - 1] : &(struct expected_pass){ 0 },
				 &e->pass[i], page);
	assert_ptr_equal(op, plan->op + plan->nr);
	for (u32 i = 0; i < plan->nr; i++)
		bytes += plan->op[i].len;
	assert_int_equal(plan->blocks, e->blocks);
	assert_int_equal(plan->fblocks, e->fblocks);
	assert_int_equal(plan->pages, e->pages);
	assert_int_equal(plan->bytes, bytes);
	assert_int_equal(plan->kept, kept);
	assert_int_equal(plan->moved, 0);
	assert_int_equal(plan->stuck, 0);
}

/* Each operation has been written back before the next one is begun. */
static void expect_log(const struct world *w, const struct expected *e)
{
	assert_int_equal(w->nr_log, (e->nr_links + e->nr_dropped + e->nr_clears) * 2);
	for (u32 i = 0; i < w->nr_log; i++) {
		const struct world_log *l = &w->log[i], *store = &w->log[i & ~1U];

		assert_int_equal(l->persist, i % 2);
		assert_int_equal(l->pa, store->pa);
		assert_int_equal(l->len, store->len);
	}
}

/* Nothing of the sessions' names goes back to the allocator. */
static void expect_gone(struct world *w, u64 pa, u32 order)
{
	assert_false(world_preserved(w, pa, order));
	for (u64 at = 0; at < world_page(w) << order; at += 8)
		assert_int_equal(world_get(w, pa + at), 0);
}

static void expect_after(const struct answer *a, struct world *w, const struct expected *e)
{
	const struct luo_totals *x = &a->report.before, *y = &a->report.after;

	expect_totals(a, w);
	assert_int_equal(y->sessions, x->sessions);
	assert_int_equal(y->files, x->files);
	assert_int_equal(y->blocks, x->blocks - e->blocks);
	assert_int_equal(y->fblocks, x->fblocks - e->fblocks);
	assert_int_equal(y->pages, x->pages - e->pages);
	assert_int_equal(y->map_entries, x->map_entries - e->nr_dropped);
	assert_int_equal(y->map_nodes, x->map_nodes);
	for (u32 i = 0; i < e->nr_dropped; i++)
		expect_gone(w, e->dropped[i].pa, e->dropped[i].order);
}

static void expect_changes(const struct snap *s, const struct world *w, const struct expected *e)
{
	struct luo_range range[256];
	u32 nr = 0;

	for (u32 i = 0; i < e->nr_links; i++)
		range[nr++] = (struct luo_range){ e->link[i].pa, e->link[i].len };
	for (u32 i = 0; i < e->nr_clears; i++)
		range[nr++] = (struct luo_range){ e->clear[i].pa, 8 };
	for (u32 i = 0; i < e->nr_dropped; i++)
		range[nr++] = (struct luo_range){ e->dropped[i].pa,
						  world_page(w) << e->dropped[i].order };
	snap_expect(s, w, range, nr);
}

static void expect_repair(const struct answer *a, struct world *w, const struct reader *before)
{
	struct reader r = read_back(w);

	assert_int_equal(a->err, 0);
	assert_int_equal(r.sessions, before->sessions);
	assert_int_equal(r.files, before->files);
	assert_int_equal(r.digest, before->digest);
	assert_int_equal(r.blocks, a->report.after.blocks);
	assert_int_equal(r.fblocks, a->report.after.fblocks);
}

static void one_shape(const struct shape *s, u32 shift, u32 pad)
{
	struct world w;
	struct answer a;
	struct expected e;
	struct reader before;
	struct snap *snap;

	shape_build(&w, s, shift, pad);
	before = read_back(&w);
	shape_expect(&w, &e, s->kept);
	snap = snap_take(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_PLAN);
	expect_plan(&a.plan, &e, world_page(&w), s->kept);
	assert_int_equal(w.nr_log, 0);
	expect_verdict(&a, world_in_tree(&w) ? LUO_VERDICT_OK : LUO_VERDICT_ERRORS);
	snap_expect(snap, &w, NULL, 0);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_plan(&a.plan, &e, world_page(&w), s->kept);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	expect_log(&w, &e);
	expect_after(&a, &w, &e);
	expect_changes(snap, &w, &e);
	expect_repair(&a, &w, &before);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_OK);
	assert_int_equal(a.plan.nr, 0);
	assert_int_equal(w.nr_log, 0);
	assert_int_equal(a.report.nr_findings, s->kept);
	run_close(&a);
	snap_free(snap);
	world_close(&w);
}

static void shape_test(void **state)
{
	const struct shape *s = *state;

	for (u32 shift = 12; shift <= 16; shift += 2) {
		one_shape(s, shift, 0);
		if (s->abi == WORLD_S3 || s->abi == WORLD_S4)
			one_shape(s, shift, 8);
	}
}

/* An error that cannot be mended stands beside an empty block: nothing at all is written. */
static void unrepairable(void **state)
{
	static void (*const harm[])(struct world *) = {
		name_adjacent,	    session_unpreserved,  loop_self, total_more, files_shared,
		record_unpreserved, handler_unterminated,
	};

	(void)state;
	for (u32 i = 0; i < 3 * LUO_ARRAY_SIZE(harm); i++) {
		struct world w;
		struct answer a;
		struct snap *snap;

		world_standard(&w, 12 + i % 3 * 2, WORLD_V5);
		file_block_empty(&w);
		harm[i / 3](&w);
		snap = snap_take(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect(&a, LUO_F06, LUO_SEV_REFUSE);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(w.nr_log, 0);
		assert_int_equal(a.plan.nr, 0);
		snap_expect(snap, &w, NULL, 0);
		run_close(&a);
		snap_free(snap);
		world_close(&w);
	}
}

/* An array of luo-session-v2 stays whatever it counts; so do file arrays that count nothing. */
static void arrays_stay(void **state)
{
	(void)state;
	for (u32 i = 0; i < 6; i++) {
		enum world_abi abi = i % 2 ? WORLD_S3 : WORLD_S2;
		struct world w;
		struct answer a;

		world_standard(&w, 12 + i / 2 * 2, abi);
		total_zero(&w);
		if (abi == WORLD_S2)
			block_empty(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_OK);
		assert_int_equal(a.plan.nr, 0);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

/*
 * The head of luo-session-v3 may lie at 4 bytes only. One store of 4 bytes does when the two
 * addresses share a half; else the empty first block stays, and the sessions move into it.
 */
struct head_case {
	u64 first;
	u64 second;
	u32 len; /* of the store when the head is at 4 bytes only; 0: it cannot be changed */
};

static const struct head_case head_cases[] = {
	{ HIGH_BANK + MIB(1), HIGH_BANK + MIB(2), 4 }, /* the low half differs */
	{ LOW_BANK + MIB(7), HIGH_BANK + MIB(7), 4 },  /* the high half differs */
	{ LOW_BANK + MIB(7), HIGH_BANK + MIB(6), 0 },  /* both differ */
};

/* Two blocks at addresses of our own in a chain, the first one empty. */
static void build_heads(struct world *w, const struct head_case *c, u32 shift, u32 pad)
{
	u64 len = 16ULL << shift;

	world_open(w, shift, WORLD_S3, 24);
	w->alloc_at = HIGH_BANK + MIB(8);
	world_add_block(w, 0);
	world_add_block(w, 5);
	world_forget(w, w->block[0].pa, 4);
	world_forget(w, w->block[1].pa, 4);
	memcpy(world_at(w, c->second, len), world_at(w, w->block[1].pa, len), len);
	w->block[0].pa = c->first;
	w->block[1].pa = c->second;
	world_preserve(w, c->first, 4);
	world_preserve(w, c->second, 4);
	world_put(w, c->first, c->second);
	world_finish(w);
	w->tree.pad = pad;
	world_write_tree(w);
	world_write_kho(w);
}

static bool one_head(const struct head_case *c, u32 shift, u32 pad)
{
	static const u32 fill[] = { LUO_OP_COPY, LUO_OP_RELINK, LUO_OP_SCRUB, LUO_OP_CLEAR };
	struct expected e;
	struct world w;
	struct answer a;
	bool aligned;

	build_heads(&w, c, shift, pad);
	aligned = world_head_at(&w) % 8 == 0;
	run_open(&a, LUO_ARENA_MIN);
	if (aligned || c->len) {
		shape_expect(&w, &e, 0);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_plan(&a.plan, &e, world_page(&w), 0);
		assert_int_equal(a.plan.op[0].len, aligned ? 8 : c->len);
		expect_after(&a, &w, &e);
	} else {
		run(&a, &w, LUO_MODE_COMPACT);
		assert_int_equal(a.plan.nr, 4);
		for (u32 i = 0; i < 4; i++)
			assert_int_equal(a.plan.op[i].why, fill[i]);
		assert_int_equal(a.plan.moved, 5);
		assert_int_equal(world_get(&w, world_head_at(&w)), c->first);
	}
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	assert_int_equal(read_back(&w).sessions, 5);
	assert_int_equal(read_back(&w).blocks, 1);
	run_close(&a);
	world_close(&w);
	return aligned;
}

static void heads(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		for (u32 i = 0; i < LUO_ARRAY_SIZE(head_cases); i++)
			assert_int_equal(one_head(&head_cases[i], shift, 0),
					 !one_head(&head_cases[i], shift, 8));
}

/* Three blocks fit into two once there is a spare, which only another session's list can give. */
static void spare_of_another_list(void **state)
{
	struct reader before, after;
	struct world w;
	struct answer a;

	(void)state;
	world_spare_elsewhere(&w);
	before = read_back(&w);
	assert_int_equal(before.fblocks, 5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	after = read_back(&w);
	assert_int_equal(after.fblocks, 3);
	assert_int_equal(after.files, before.files);
	assert_int_equal(after.digest, before.digest);
	assert_int_equal(a.plan.stuck, 0);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unrepairable),
		cmocka_unit_test(arrays_stay),
		cmocka_unit_test(heads),
		cmocka_unit_test(spare_of_another_list),
	};
	struct CMUnitTest *each = calloc(nr_shapes, sizeof(*each));
	int failed = cmocka_run_group_tests_name("compact", tests, NULL, NULL);

	for (u32 i = 0; i < nr_shapes; i++)
		each[i] = (struct CMUnitTest){ shapes[i].name, shape_test, NULL, NULL,
					       (void *)&shapes[i] };
	failed += _cmocka_run_group_tests("compact shapes", each, nr_shapes, NULL, NULL);
	free(each);
	return failed;
}
