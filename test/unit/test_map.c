/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The radix map: the worked examples hold for the tests' writer and for the core's reader, single
 * questions are answered right, and each way to damage a tree has its finding.
 */
#include "../../luo/map.h"
#include "harm.h"

struct example {
	u32 shift;
	u32 order;
	u64 pa;
	u64 key;
	u32 depth;
	u32 index[6]; /* by level, level 0 is not used */
	u32 leaf_bit;
	u32 byte;
	u8 mask;
};

static const struct example examples[] = {
	{ 12, 0, 0x12345000, 0x10000000012345, 6, { 0, 2, 0, 0, 0, 2 }, 0x2345, 0x468, 0x20 },
	{ 12, 4, 0x12340000, 0x1000000001234, 6, { 0, 0, 0, 0, 64, 0 }, 0x1234, 0x246, 0x10 },
	{ 14, 0, 0x12344000, 0x40000000048d1, 5, { 0, 0, 0, 0, 1 }, 0x48d1, 0x91a, 0x02 },
	{ 14, 4, 0x12340000, 0x40000000048d, 5, { 0, 0, 0, 128, 0 }, 0x48d, 0x91, 0x20 },
	{ 16, 0, 0x12340000, 0x1000000001234, 4, { 0, 0, 0, 8 }, 0x1234, 0x246, 0x10 },
	{ 16, 4, 0x12300000, 0x100000000123, 4, { 0, 0, 4096, 0 }, 0x123, 0x24, 0x08 },
};

static void worked_examples(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(examples); i++) {
		const struct example *e = &examples[i];
		struct world w;
		struct luo_map map;
		u64 mask, word, core_mask, core_word;

		assert_int_equal(world_key(e->shift, e->pa, e->order), e->key);
		assert_int_equal(world_depth(e->shift), e->depth);
		for (u32 l = 1; l < e->depth; l++)
			assert_int_equal(world_index(e->shift, e->key, l), e->index[l]);
		assert_int_equal(world_leaf_bit(e->shift, e->key), e->leaf_bit);
		world_open(&w, e->shift, WORLD_V5, 2);
		luo_map_init(&map, &w.phys, w.root);
		assert_false(luo_map_test(&map, e->pa, e->order));
		world_preserve(&w, e->pa, e->order);
		assert_int_equal(*world_at(&w, world_node(&w, e->pa, e->order, 0) + e->byte, 1),
				 e->mask);
		luo_map_init(&map, &w.phys, w.root);
		assert_true(luo_map_test(&map, e->pa, e->order));
		word = world_map_word(&w, e->pa, e->order, &mask);
		assert_int_equal(luo_map_word(&map, e->pa, e->order, &core_word, &core_mask), 0);
		assert_int_equal(core_word, word);
		assert_int_equal(core_mask, mask);
		world_close(&w);
	}
}

/* Hits only for the very entry; misses for neighbours, other orders and impossible questions. */
static void questions(u32 shift)
{
	struct world w;
	struct luo_map map;
	u64 page = 1ULL << shift, word, mask;
	const u64 base = HIGH_BANK;

	world_open(&w, shift, WORLD_V5, 2);
	world_preserve(&w, base + 32 * page, 4);
	world_preserve(&w, base + 3 * page, 0);
	luo_map_init(&map, &w.phys, w.root);
	for (u32 order = 0; order < 70; order++)
		for (u64 n = 0; n < 64; n++)
			assert_int_equal(luo_map_test(&map, base + n * page, order),
					 (n == 32 && order == 4) || (n == 3 && order == 0));
	assert_false(luo_map_test(&map, base + 3 * page + 1, 0));
	assert_false(luo_map_test(&map, base + 32 * page + page, 4));
	assert_false(luo_map_test(&map, LOW_BANK, 0));
	assert_false(luo_map_test(&map, ~0ULL, 0));
	assert_false(luo_map_test(&map, 0, 0));
	assert_false(luo_map_test(&map, base + 3 * page, ~0U));
	assert_int_equal(luo_map_word(&map, base + 4 * page, 0, &word, &mask), LUO_E_NONE);
	world_close(&w);
}

static void hits_and_misses(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		questions(shift);
}

/* A pointer at one level of the tree leads nowhere. */
static void bad_node(u32 shift, u32 level, u64 bad)
{
	u64 key = world_key(shift, HIGH_BANK, 0);
	struct world w;
	struct luo_map map;

	world_open(&w, shift, WORLD_V5, 2);
	world_preserve(&w, HIGH_BANK, 0);
	world_put(&w, world_node(&w, HIGH_BANK, 0, level) + 8 * world_index(shift, key, level),
		  bad);
	luo_map_init(&map, &w.phys, w.root);
	assert_false(luo_map_test(&map, HIGH_BANK, 0));
	luo_map_init(&map, &w.phys, HOLE);
	assert_false(luo_map_test(&map, HIGH_BANK, 0));
	world_close(&w);
}

/* Questions to a tree whose nodes lead nowhere are answered with no. */
static void damaged_tree_questions(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		const u64 bad[] = { HOLE, ~0ULL, 8, STRAY_AT + 8, STRAY_AT + (1ULL << shift) / 2 };

		for (u32 level = 1; level < world_depth(shift); level++)
			for (u32 i = 0; i < LUO_ARRAY_SIZE(bad); i++)
				bad_node(shift, level, bad[i]);
	}
}

struct seen_entries {
	u64 nr;
	u64 pa[4];
	u32 order[4];
};

static void note_entry(void *ctx, u64 pa, u32 order)
{
	struct seen_entries *s = ctx;

	assert_true(s->nr < 4);
	s->pa[s->nr] = pa;
	s->order[s->nr++] = order;
}

/* All entries, in the order of the keys: low orders last, addresses ascending. */
static void each(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		struct seen_entries s = { 0 };
		struct world w;
		struct luo_map map;
		u64 page = 1ULL << shift;

		world_open(&w, shift, WORLD_V5, 2);
		world_preserve(&w, HIGH_BANK + 5 * page, 0);
		world_preserve(&w, LOW_BANK + 2 * page, 0);
		world_preserve(&w, HIGH_BANK + 16 * page, 3);
		world_preserve(&w, HIGH_BANK + 8 * page, 3);
		luo_map_init(&map, &w.phys, w.root);
		luo_map_each(&map, note_entry, &s);
		assert_int_equal(s.nr, 4);
		assert_int_equal(s.pa[0], HIGH_BANK + 8 * page);
		assert_int_equal(s.order[0], 3);
		assert_int_equal(s.pa[1], HIGH_BANK + 16 * page);
		assert_int_equal(s.pa[2], LOW_BANK + 2 * page);
		assert_int_equal(s.order[2], 0);
		assert_int_equal(s.pa[3], HIGH_BANK + 5 * page);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_examples),
		cmocka_unit_test(hits_and_misses),
		cmocka_unit_test(damaged_tree_questions),
		cmocka_unit_test(each),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
