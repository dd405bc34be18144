/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A damaged pointer leads into a block that a compaction drops. The block leaves its list, and
 * stays preserved with what is in it, for whoever else takes it for his own.
 */
#include <string.h>

#include "harm.h"

enum aim {
	EMPTY_SESSIONS,
	MERGED_SESSIONS,
	EMPTY_FILES,
	MERGED_FILES,
};

enum by {
	FIRST_FILE,
	LAST_FILE, /* its record is moved before the pointer is looked at */
	STRANGER,  /* a handler that is not known, and a pointer into the middle */
	FLB_AREA,
};

static const char *const by_name[] = { "first file", "last file", "unknown handler", "FLB area" };

/* Sessions 2, 0, 2 with four, then three files, in chains of 2, 0, 2 and in one block. */
static void build(struct world *w, u32 shift, enum world_abi abi)
{
	u64 files[3] = { 2, 0, 2 }, few = 3;

	world_open(w, shift, abi, 24);
	world_add_block(w, 2);
	world_add_block(w, 0);
	world_add_block(w, 2);
	world_add_files(w, world_session(w, 0), files, world_chained(w) ? 3 : 1);
	world_add_files(w, world_session(w, 3), &few, 1);
	world_finish(w);
}

static u64 target(struct world *w, enum aim aim)
{
	u64 files = world_get(w, world_session(w, 0) + 64);

	switch (aim) {
	case EMPTY_SESSIONS:
		return w->block[1].pa;
	case MERGED_SESSIONS:
		return w->block[2].pa;
	case EMPTY_FILES:
		return world_get(w, files);
	default:
		return world_get(w, world_get(w, files));
	}
}

static void point(struct world *w, enum by by, u64 pa)
{
	u64 file = by == LAST_FILE ? file_at(w, 3, 2) : file_at(w, 0, 0);

	if (by == FLB_AREA) {
		world_put(w, world_head_at(w) + 8, pa);
		return;
	}
	if (by == STRANGER) {
		strcpy((char *)world_at(w, file, 48), "vfio-pci-v1");
		pa += 8;
	}
	world_put(w, file + 48, pa);
}

static void expect_same_plan(const struct luo_plan *plan, const struct luo_op *op, u64 nr)
{
	assert_int_equal(plan->nr, nr);
	for (u64 i = 0; i < nr; i++) {
		assert_int_equal(plan->op[i].pa, op[i].pa);
		assert_int_equal(plan->op[i].len, op[i].len);
		assert_int_equal(plan->op[i].why, op[i].why);
	}
}

static void one(u32 shift, enum world_abi abi, enum aim aim, enum by by)
{
	static struct luo_op op[64];
	static u8 content[1 << 16];
	struct reader before;
	struct world w;
	struct answer a;
	u64 pa, dropped;

	build(&w, shift, abi);
	pa = target(&w, aim);
	point(&w, by, pa);
	before = read_back(&w);
	memcpy(content, world_at(&w, pa, world_page(&w)), world_page(&w));
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_PLAN);
	assert_int_equal(w.nr_log, 0);
	assert_int_equal(a.plan.held, 1);
	assert_in_range(a.plan.nr, 1, LUO_ARRAY_SIZE(op));
	dropped = a.plan.blocks + a.plan.fblocks;
	memcpy(op, a.plan.op, a.plan.nr * sizeof(op[0]));
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	expect_same_plan(&a.plan, op, a.plan.nr);
	assert_int_equal(a.plan.held, 1);
	assert_int_equal(a.plan.pages, dropped - 1);
	assert_int_equal(a.report.after.pages, a.report.before.pages - (dropped - 1));
	assert_int_equal(a.report.after.blocks, 1);
	assert_true(world_preserved(&w, pa, 0));
	assert_memory_equal(world_at(&w, pa, world_page(&w)), content, world_page(&w));
	assert_int_equal(read_back(&w).digest, before.digest);
	run(&a, &w, LUO_MODE_COMPACT);
	assert_int_equal(a.plan.nr, 0);
	run_close(&a);
	world_close(&w);
}

static void held(void **state)
{
	static const enum world_abi abi[] = { WORLD_V5, WORLD_L4, WORLD_L3B };

	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		for (u32 i = 0; i < LUO_ARRAY_SIZE(abi); i++)
			for (enum aim aim = 0; aim <= (i ? MERGED_SESSIONS : MERGED_FILES); aim++)
				for (enum by by = 0; by < LUO_ARRAY_SIZE(by_name); by++) {
					print_message("%u, abi %u: block %u, %s\n", 1U << shift,
						      abi[i], aim, by_name[by]);
					one(shift, abi[i], aim, by);
				}
}

/* Two pointers into one block hold it once; one into each of two hold both. */
static void held_by_two(void **state)
{
	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct world w;
		struct answer a;

		build(&w, 12, WORLD_V5);
		point(&w, FIRST_FILE, w.block[1].pa);
		point(&w, LAST_FILE, w.block[1 + i].pa);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_REPAIRED);
		assert_int_equal(a.plan.held, 1 + i);
		assert_int_equal(a.plan.blocks, 2);
		assert_true(world_preserved(&w, w.block[1].pa, 0));
		assert_int_equal(world_preserved(&w, w.block[2].pa, 0), i);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held),
		cmocka_unit_test(held_by_two),
	};

	return cmocka_run_group_tests_name("held blocks", tests, NULL, NULL);
}
