/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A damaged pointer leads into a block that a compaction drops. The block leaves its list, and
 * stays preserved with what is in it, for whoever else takes it for his own. Deeper pointers are
 * not compared with blocks; then nothing becomes worse than it was.
 */
#include <string.h>

#include "follow.h"

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

enum deep {
	CHUNK,
	RUN,
	FOLIO,
	SUB_NODE,
	NR_DEEP,
};

/* The first file becomes a memfd with three folios, of which one address leads to @pa. */
static void point_deep(struct world *w, enum deep deep, u64 pa)
{
	u64 file = file_at(w, 0, 0) + 48, record = world_memfd(w, 3), at;

	world_forget(w, world_get(w, file), 0);
	world_put(w, file, record);
	at = record + world_folios_at(w) + 8;
	if (deep != CHUNK)
		at = world_get(w, at) + 8;
	if (deep == FOLIO)
		at = world_get(w, at);
	world_forget(w, deep == FOLIO ? world_get(w, at) << 12 >> 12 << w->shift : world_get(w, at),
		     0);
	world_put(w, at, deep == FOLIO ? pa >> w->shift | 2ULL << 52 : pa);
}

/* Of all that a compaction does not mend. */
static u8 worst(const struct answer *a)
{
	u8 severity = LUO_SEV_NONE;

	for (u32 i = 0; i < a->report.nr_kept; i++) {
		const struct luo_finding *f = &a->report.findings[i];

		if (!luo_repairable((enum luo_code)f->code) && f->severity > severity)
			severity = f->severity;
	}
	return severity;
}

/* Verify tells beforehand; the page goes with the block, and whose it was loses no more. */
static void deeper(enum deep deep, enum aim aim)
{
	struct luo_owners o;
	struct reader before;
	struct answer a;
	struct world w;
	u8 severity;
	u64 pa;

	build(&w, 12, WORLD_V5);
	pa = target(&w, aim);
	if (deep == SUB_NODE) {
		w.kho.other = "kho-test";
		w.kho.other_data = pa;
		world_write_kho(&w);
	} else {
		point_deep(&w, deep, pa);
	}
	before = read_back(&w);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_true(count_of(&a, LUO_M10) > 0);
	severity = worst(&a);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	assert_int_equal(a.plan.held, 0);
	assert_false(world_preserved(&w, pa, 0));
	assert_int_equal(read_back(&w).digest, before.digest);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(count_of(&a, LUO_M10), 0);
	assert_true(worst(&a) <= severity);
	run_close(&a);
	world_close(&w);
}

static void deeper_is_no_worse(void **state)
{
	(void)state;
	for (enum deep deep = 0; deep < NR_DEEP; deep++)
		for (enum aim aim = 0; aim <= MERGED_FILES; aim++) {
			print_message("pointer %u to block %u\n", deep, aim);
			deeper(deep, aim);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held),
		cmocka_unit_test(held_by_two),
		cmocka_unit_test(deeper_is_no_worse),
	};

	return cmocka_run_group_tests_name("held blocks", tests, NULL, NULL);
}
