/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Refusals that no damaged state brings about: calls with memory that a front end cannot map, with
 * working memory that is too small, and with a state that is no longer what was verified. And
 * hiding, which is asked for when a state was refused.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "../../fdt/chosen.h"
#include "../../fdt/hide.h"
#include "../../luo/boot.h"
#include "../../luo/owners.h"
#include "../../luo/verify.h"
#include "check.h"

#define TREE_SIZE 1024

static u8 dtb[TREE_SIZE] __attribute__((aligned(8)));

/* The LUO node goes, and with it every way to find it; the rest of the tree stays. */
static void hide_luo(void **state)
{
	struct world w;
	u8 *tree;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	tree = world_at(&w, w.kho.fdt_pa, 4096);
	assert_int_equal(fdt_hide_luo(tree, 39), LUO_E_FORMAT);
	assert_int_equal(fdt_hide_luo(tree, 4096), 0);
	assert_int_equal(fdt_check_full(tree, 4096), 0);
	assert_int_equal(fdt_subnode_offset(tree, 0, "LUO"), -FDT_ERR_NOTFOUND);
	assert_true(fdt_subnode_offset(tree, 0, "memblock") > 0);
	assert_non_null(fdt_getprop(tree, 0, "preserved-memory-map", NULL));
	assert_int_equal(fdt_hide_luo(tree, 4096), LUO_E_NONE);
	memset(tree, 0, 4);
	assert_int_equal(fdt_hide_luo(tree, 4096), LUO_E_FORMAT);
	world_close(&w);
}

static void hide_kho(void **state)
{
	static const struct luo_handover h = { 0x12345000, 0x1000, 0x23450000, 0x30 };
	struct luo_handover got;

	(void)state;
	assert_int_equal(fdt_create_empty_tree(dtb, sizeof(dtb)), 0);
	assert_int_equal(fdt_hide_kho(dtb), LUO_E_NONE);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), 0);
	assert_int_equal(fdt_hide_kho(dtb), 0);
	assert_int_equal(fdt_check_full(dtb, sizeof(dtb)), 0);
	assert_int_equal(fdt_chosen_handover(dtb, sizeof(dtb), &got), LUO_E_NONE);
	assert_int_equal(fdt_hide_kho(dtb), LUO_E_NONE);
}

/* /chosen cannot be made without room; a tree of a version that cannot be changed is refused. */
static void chosen_refuses(void **state)
{
	static const struct luo_handover h = { 0x12345000, 0x1000, 0x23450000, 0x30 };

	(void)state;
	assert_int_equal(fdt_create_empty_tree(dtb, sizeof(dtb)), 0);
	assert_int_equal(fdt_pack(dtb), 0);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_LIMIT);
	assert_int_equal(fdt_create_empty_tree(dtb, sizeof(dtb)), 0);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), 0);
	fdt_set_version(dtb, 16);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_FORMAT);
}

/* Memory of which a platform can map headers only. */
static const void *map_headers(void *ctx, u64 pa, u64 len)
{
	return len == 16 ? world_at(ctx, pa, len) : NULL;
}

static void node_not_mapped(void **state)
{
	static const struct luo_mem_ops ops = { .map = map_headers };
	struct luo_handover h;
	struct luo_phys phys;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	world_put(&w, STRAY_AT + 8, 32ULL << 32 | 10);
	world_put(&w, STRAY_AT + 16, w.kho.fdt_pa);
	world_put(&w, STRAY_AT + 32, SCRATCH_PA);
	phys = w.phys;
	assert_int_equal(luo_setup_find_kho(&phys, STRAY_AT, &h, NULL), 0);
	phys.ops = &ops;
	assert_int_equal(luo_setup_find_kho(&phys, STRAY_AT, &h, NULL), LUO_E_RAM);
	world_close(&w);
}

/* Hiding LUO alone is for a map that is known and without a finding. */
static void map_clean(void **state)
{
	static const struct {
		u16 code;
		bool clean;
	} found[] = { { LUO_B02, false }, { LUO_K06, false }, { LUO_M04, false },
		      { LUO_S12, true },  { LUO_F15, true },  { LUO_C04, true } };
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_true(luo_report_map_clean(&a.report));
	for (u32 i = 0; i < LUO_ARRAY_SIZE(found); i++) {
		struct luo_report r = a.report;

		luo_report_part(&r, found[i].code, LUO_SEV_PANIC, 0, 0, LUO_OWNER_KHO);
		assert_int_equal(luo_report_map_clean(&r), found[i].clean);
	}
	a.report.kho = NULL;
	assert_false(luo_report_map_clean(&a.report));
	run_close(&a);
	world_close(&w);
}

/* Memory that is not what the plan expects, a view that is only read, a place outside RAM: nothing
 * is written. A pointer at an odd place has no single store.
 */
static void operations(void **state)
{
	struct luo_op op = { .pa = STRAY_AT, .why = LUO_OP_RELINK, .old = { 0, 1 } };
	struct luo_mem_ops read_only;
	struct luo_phys phys;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	world_put(&w, STRAY_AT, 1);
	for (op.len = 4; op.len <= 16; op.len *= 2)
		assert_int_equal(luo_op_execute(&w.phys, &op), LUO_E_CHANGED);
	op.len = 16;
	op.old[0] = 1;
	assert_int_equal(luo_op_execute(&w.phys, &op), LUO_E_CHANGED);
	read_only = (struct luo_mem_ops){ .map = w.phys.ops->map };
	phys = w.phys;
	phys.ops = &read_only;
	assert_int_equal(luo_op_execute(&phys, &op), LUO_E_STORE);
	for (u32 i = 0; i < 3; i++) {
		read_only = *w.phys.ops;
		if (i == 0)
			read_only.store = NULL;
		else if (i == 1)
			read_only.store16 = NULL;
		else
			read_only.persist = NULL;
		assert_int_equal(luo_op_execute(&phys, &op), LUO_E_STORE);
	}
	op.pa = HOLE;
	assert_int_equal(luo_op_execute(&w.phys, &op), LUO_E_RAM);
	op.why = LUO_OP_COPY;
	op.pa = STRAY_AT;
	op.src = HOLE;
	assert_int_equal(luo_op_execute(&w.phys, &op), LUO_E_RAM);
	assert_int_equal(w.nr_log, 0);
	assert_false(luo_plan_head(&op, 2, 0, 0));
	assert_false(luo_plan_head(&op, STRAY_AT + 1, 0, 0));
	world_close(&w);
}

/* Pairs of half-filled blocks that a compaction merges. */
static void mergeable(struct world *w, struct answer *a, u32 blocks)
{
	world_open(w, 12, WORLD_V5, 8);
	for (u32 i = 0; i < blocks; i++)
		world_add_block(w, 2);
	world_finish(w);
	run_open(a, LUO_ARENA_MIN);
	run(a, w, LUO_MODE_VERIFY);
	expect_verdict(a, LUO_VERDICT_OK);
}

static struct luo_plan planned;

/* A compaction of what was verified, in an arena of @size bytes. */
static int compact(struct answer *a, struct world *w, size_t size, struct luo_totals *totals)
{
	struct luo_arena arena = { .base = a->arena, .size = size };
	struct luo_map map;
	struct luo_compaction job = {
		.phys = &w->phys,
		.state = &a->state,
		.totals = totals,
		.map = &map,
		.arena = &arena,
	};
	int err;

	luo_map_open(&map, &w->phys, a->state.kho->map, a->state.map_pa);
	err = luo_compact(&job, &planned);
	assert_int_equal(arena.used, 0);
	assert_int_equal(w->nr_log, 0);
	return err;
}

/*
 * No room for the tables; more blocks than were counted; a block that is no longer preserved, or
 * was damaged since; no container any more.
 */
static void plan_refuses(void **state)
{
	struct luo_totals totals;
	struct world w;
	struct answer a;
	u64 head_at;

	(void)state;
	mergeable(&w, &a, 12);
	totals = a.report.before;
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), 0);
	assert_int_equal(compact(&a, &w, 32, &totals), LUO_E_ARENA);
	/* 32 bytes, and 4 for each block of the longest list that there may be */
	assert_int_equal(compact(&a, &w, 16 * 4 + 16, &totals), LUO_E_ARENA);
	assert_int_equal(compact(&a, &w, 16 * 4 + 32, &totals), 0);
	totals.blocks = totals.fewest_blocks;
	assert_int_equal(compact(&a, &w, 0, &totals), 0); /* nothing to do */
	totals.blocks = 3;
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), LUO_E_LIMIT);
	totals.blocks = 12;
	world_forget(&w, w.block[11].pa, 0);
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), LUO_E_FORMAT);
	world_preserve(&w, w.block[11].pa, 0);
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), 0);
	head_at = a.state.head_at;
	a.state.head_at = HOLE;
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), LUO_E_RAM);
	a.state.head_at = head_at;
	world_put(&w, w.block[5].pa + 8, 1000);
	assert_int_equal(compact(&a, &w, LUO_ARENA_MIN, &totals), LUO_E_FORMAT);
	run_close(&a);
	world_close(&w);
}

/*
 * With too little memory for the best choice two blocks with entries stay as they are all the same,
 * and the empty one between them goes: also when no store could change the pointer to the first.
 */
static void pointer_at_odd_address(void **state)
{
	struct world w;
	struct answer a;
	u64 most;

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	most = world_capacity(&w);
	world_add_block(&w, most - 3);
	world_add_block(&w, 0);
	world_add_block(&w, most - 2);
	world_finish(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(compact(&a, &w, 8 * 4 + 32, &a.report.before), 0);
		assert_int_equal(planned.blocks, 1);
		assert_int_equal(planned.moved, 0);
		a.state.head_at++;
	}
	run_close(&a);
	world_close(&w);
}

static int refuse(void *ctx, const struct luo_op *op)
{
	(void)ctx;
	(void)op;
	return LUO_E_LIMIT;
}

/* Whoever is shown a plan may refuse it; there is no plan then, and a note. */
static void expect_refused(struct world *w, struct answer *a)
{
	struct luo_job job = { .mode = LUO_MODE_PLAN, .each = refuse };
	struct luo_plan plan;

	job.arena = a->arena;
	job.arena_size = a->arena_size;
	assert_int_equal(luo_run(&w->phys, &w->handover, &job, &a->state, &a->report, &plan),
			 LUO_E_LIMIT);
	assert_int_equal(plan.nr, 0);
	expect_only(a, LUO_X04, LUO_SEV_NOTE);
}

static void plan_not_wanted(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	mergeable(&w, &a, 4);
	expect_refused(&w, &a);
	run_close(&a);
	world_close(&w);
}

/* The first list can be made shorter only with a block that the second one gives. */
static void spare_not_wanted(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_spare_elsewhere(&w);
	run_open(&a, LUO_ARENA_MIN);
	expect_refused(&w, &a);
	run_close(&a);
	world_close(&w);
}

/* Working memory that holds no table of names. */
static void no_room_for_names(void **state)
{
	struct luo_arena none = { 0 };
	struct luo_verify v;
	struct luo_map map;
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	expect_verdict(&a, LUO_VERDICT_OK);
	luo_map_open(&map, &w.phys, a.state.kho->map, a.state.map_pa);
	v = (struct luo_verify){
		.phys = &w.phys, .state = &a.state, .map = &map, .report = &a.report, .limit = 10000
	};
	assert_int_equal(luo_verify_sessions(&v, &none, (u64[2]){ 1, 2 }), LUO_E_ARENA);
	run_close(&a);
	world_close(&w);
}

/* Only so many second owners are remembered until their first is known; the others are told at
 * once. */
static void many_twice(void **state)
{
	static const struct luo_owner owner = { .kind = LUO_OWNER_KHO };
	static u8 memory[MIB(1)] __attribute__((aligned(16)));
	struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
	static struct luo_owners o;
	struct world w;
	struct answer a;
	u64 first;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	first = world_alloc(&w, 0);
	for (u32 i = 1; i <= LUO_MAX_TWICE; i++)
		world_alloc(&w, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	assert_int_equal(luo_owners_init(&o, &w.phys, &a.state, &a.report, &arena, 1), 0);
	for (u32 i = 0; i <= LUO_MAX_TWICE; i++)
		for (u32 twice = 0; twice < 2; twice++) {
			assert_int_equal(count_of(&a, LUO_M10), 0);
			assert_int_equal(luo_owners_claim(&o, LUO_CLAIMS_METADATA, first + i * 4096,
							  0, &owner),
					 twice ? LUO_CLAIM_TWICE : LUO_CLAIM_DONE);
		}
	assert_int_equal(count_of(&a, LUO_M10), 1);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hide_luo),	    cmocka_unit_test(hide_kho),
		cmocka_unit_test(chosen_refuses),   cmocka_unit_test(node_not_mapped),
		cmocka_unit_test(map_clean),	    cmocka_unit_test(operations),
		cmocka_unit_test(plan_refuses),	    cmocka_unit_test(plan_not_wanted),
		cmocka_unit_test(spare_not_wanted), cmocka_unit_test(no_room_for_names),
		cmocka_unit_test(many_twice),	    cmocka_unit_test(pointer_at_odd_address),
	};

	return cmocka_run_group_tests_name("refuse", tests, NULL, NULL);
}
