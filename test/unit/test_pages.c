/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Pages of 4K, 16K and 64K. How large a block is and how much it holds, which bit of the map goes
 * with a dropped one, trees as large as their page, and a page size that is not the state's own.
 * Here the numbers are written out; what else depends on the page size runs in all other tests.
 */
#include <libfdt.h>

#include "harm.h"

#define NR_SHIFTS 3

static const u32 shifts[NR_SHIFTS] = { 12, 14, 16 };

/* Orders of the blocks, and entries of one by page size (4K, 16K, 64K). */
struct size_row {
	enum world_abi abi;
	const char *container;
	const char *session;
	u32 order, file_order;
	u64 sessions[NR_SHIFTS];
	u64 files[NR_SHIFTS];
};

static const struct size_row sizes[] = {
	{ WORLD_V5, "luo-v5", NULL, 0, 0, { 51, 204, 819 }, { 63, 255, 1023 } },
	{ WORLD_S2, "luo-v1", "luo-session-v2", 4, 1, { 819, 3276, 13107 }, { 128, 512, 2048 } },
	{ WORLD_S3, "luo-v1", "luo-session-v3", 4, 1, { 819, 3276, 13107 }, { 128, 512, 2048 } },
};

static void block_sizes(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(sizes); i++) {
		const struct size_row *s = &sizes[i];
		const struct luo_abi *abi = luo_abi_find(s->container, s->session);

		assert_non_null(abi);
		assert_int_equal(abi->sessions.order, s->order);
		assert_int_equal(abi->files.order, s->file_order);
		for (u32 k = 0; k < NR_SHIFTS; k++) {
			struct world w = { .shift = shifts[k], .abi = s->abi };

			assert_int_equal(luo_capacity(&abi->sessions, shifts[k]), s->sessions[k]);
			assert_int_equal(luo_capacity(&abi->files, shifts[k]), s->files[k]);
			assert_int_equal(luo_block_bytes(&abi->sessions, shifts[k]),
					 1ULL << (shifts[k] + s->order));
			assert_int_equal(luo_block_bytes(&abi->files, shifts[k]),
					 1ULL << (shifts[k] + s->file_order));
			assert_int_equal(world_capacity(&w), s->sessions[k]);
			assert_int_equal(world_file_capacity(&w), s->files[k]);
		}
	}
}

/* An empty block at pa: its key, and its bit as a byte and a mask in the leaf. */
struct key_row {
	u32 shift;
	enum world_abi abi;
	u32 order;
	u64 pa;
	u64 key;
	u32 byte;
	u8 mask;
};

static const struct key_row keys[] = {
	{ 12, WORLD_V5, 0, 0x140345000, 0x10000000140345, 0x68, 0x20 },
	{ 14, WORLD_V5, 0, 0x140344000, 0x40000000500d1, 0x201a, 0x02 },
	{ 16, WORLD_V5, 0, 0x140340000, 0x1000000014034, 0x2806, 0x10 },
	{ 12, WORLD_S3, 4, 0x140350000, 0x1000000014035, 0x806, 0x20 },
	{ 14, WORLD_S3, 4, 0x140380000, 0x40000000500e, 0xa01, 0x40 },
	{ 16, WORLD_S3, 4, 0x140500000, 0x100000001405, 0x280, 0x20 },
};

static void expect_clear(const struct luo_op *op, u64 leaf, const struct key_row *k)
{
	assert_int_equal(op->why, LUO_OP_CLEAR);
	assert_int_equal(op->len, 8);
	assert_int_equal(op->pa, leaf + k->byte / 8 * 8);
	assert_int_equal(op->old[0] ^ op->new[0], (u64)k->mask << k->byte % 8 * 8);
}

/* A full block before the empty one and a partial one behind it. */
static void drop_one(const struct key_row *k)
{
	u64 len = 1ULL << (k->shift + k->order), leaf, blocks;
	struct world w;
	struct answer a;

	world_open(&w, k->shift, k->abi, 24);
	w.alloc_at = k->pa - len;
	world_add_block(&w, world_capacity(&w));
	assert_int_equal(world_add_block(&w, 0), k->pa);
	world_add_block(&w, 3);
	world_finish(&w);
	assert_int_equal(world_key(k->shift, k->pa, k->order), k->key);
	leaf = world_node(&w, k->pa, k->order, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_REPAIRED);
	assert_int_equal(a.plan.nr, 3);
	assert_int_equal(a.plan.op[0].pa, k->pa - len);
	assert_int_equal(a.plan.op[0].new[0], k->pa + len);
	assert_int_equal(a.plan.op[1].why, LUO_OP_SCRUB);
	assert_int_equal(a.plan.op[1].pa, k->pa);
	expect_clear(&a.plan.op[2], leaf, k);
	assert_int_equal(a.report.before.pages - a.report.after.pages, 1U << k->order);
	assert_false(*world_at(&w, leaf + k->byte, 1) & k->mask);
	assert_true(world_preserved(&w, k->pa - len, k->order));
	assert_true(world_preserved(&w, k->pa + len, k->order));
	blocks = read_back(&w).blocks;
	for (u32 again = 0; again < 2; again++) {
		run(&a, &w, again ? LUO_MODE_COMPACT : LUO_MODE_VERIFY);
		expect_verdict(&a, LUO_VERDICT_OK);
		assert_int_equal(a.report.nr_findings, 0);
		assert_int_equal(a.report.before.blocks, blocks);
		assert_int_equal(w.nr_log, 0);
	}
	run_close(&a);
	world_close(&w);
}

static void dropped_keys(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(keys); i++)
		drop_one(&keys[i]);
}

static void fill_page(const struct world *w, u64 pa)
{
	u8 *fdt = world_at(w, pa, world_page(w));

	assert_int_equal(fdt_open_into(fdt, fdt, (int)world_page(w)), 0);
}

/* The KHO root tree and the luo-v1 tree, each as large as a page of the kernel that wrote it. */
static void trees_of_a_page(void **state)
{
	(void)state;
	for (u32 i = 0; i < NR_SHIFTS; i++) {
		struct world w;
		struct answer a;

		world_standard(&w, shifts[i], WORLD_S3);
		fill_page(&w, w.luo_pa);
		w.kho.size = world_page(&w);
		world_write_kho(&w);
		fill_page(&w, w.kho.fdt_pa);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_ok(&a, &w);
		run_close(&a);
		world_close(&w);
	}
}

static void one_mistake(enum world_abi abi, u32 shift, u32 stated)
{
	struct world w;
	struct answer a;
	struct snap *s;

	world_standard(&w, shift, abi);
	w.handover.fdt_size = 1ULL << stated;
	s = snap_take(&w);
	run_open(&a, LUO_ARENA_MIN);
	for (u32 mode = LUO_MODE_VERIFY; mode <= LUO_MODE_COMPACT; mode++) {
		run(&a, &w, mode);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(a.report.page_size, 1U << stated);
		assert_true(a.report.by_severity[LUO_SEV_PANIC] +
			    a.report.by_severity[LUO_SEV_LOSE]);
		assert_int_equal(w.nr_log, 0);
	}
	snap_expect(s, &w, NULL, 0);
	run_close(&a);
	snap_free(s);
	world_close(&w);
}

/* The hand-over states another page size than the state has: nothing is sound, nothing written. */
static void wrong_page_size(void **state)
{
	(void)state;
	for (u32 abi = WORLD_V5; abi <= WORLD_S3; abi++)
		for (u32 i = 0; i < NR_SHIFTS; i++)
			for (u32 j = 0; j < NR_SHIFTS; j++)
				if (i != j)
					one_mistake(abi, shifts[i], shifts[j]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_sizes),
		cmocka_unit_test(dropped_keys),
		cmocka_unit_test(trees_of_a_page),
		cmocka_unit_test(wrong_page_size),
	};

	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
