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

static u8 low[2 << 12] __attribute__((aligned(8)));

static const void *map_low(void *ctx, u64 pa, u64 len)
{
	(void)ctx;
	return pa < sizeof(low) && len <= sizeof(low) - pa ? low + pa : NULL;
}

/* A list of bitmaps has no nodes, and what lies in RAM at 0 is none of its pointers. */
static void ram_at_zero(void **state)
{
	static const struct luo_mem_ops ops = { .map = map_low };
	const struct luo_range ram = { 0, sizeof(low) };
	const struct luo_phys phys = { .ops = &ops, .ram = &ram, .nr_ram = 1, .page_shift = 12 };
	struct luo_map map;

	(void)state;
	for (u32 i = 0; i < sizeof(low); i += 8)
		low[i + 1] = 0x10; /* 4096 */
	luo_map_open(&map, &phys, LUO_MAP_CHUNKS, 0);
	for (u32 order = 0; order < 20; order++)
		assert_int_equal(luo_map_gap(&map, luo_map_key(&map, 0x7000ULL << order, order)),
				 (8 << 12) - 7);
}

/** struct late - a view in which the @at-th look at what begins at @pa finds nothing. */
struct late {
	const struct luo_phys *real;
	u64 pa;
	u32 at, looks;
};

static const void *map_late(void *ctx, u64 pa, u64 len)
{
	struct late *l = ctx;

	if (pa == l->pa && l->looks++ == l->at)
		return NULL;
	return l->real->ops->map(l->real->ctx, pa, len);
}

/* On a machine that runs a leaf may come between two looks. Every walk ends all the same. */
static void leaf_comes_late(void **state)
{
	static const struct luo_mem_ops ops = { .map = map_late };
	static struct luo_report report;
	static u8 memory[LUO_ARENA_MIN] __attribute__((aligned(16)));
	const u64 key[2] = { 1, 2 };
	struct world w;

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	world_alloc(&w, 0);
	world_alloc(&w, 5);
	for (u32 at = 0, looks = 1; at < looks; at++) {
		struct late late = { &w.phys, world_node(&w, HIGH_BANK, 0, 0), at, 0 };
		struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
		struct luo_phys phys = w.phys;
		struct luo_totals totals = { 0 };
		struct luo_map map;

		phys.ops = &ops;
		phys.ctx = &late;
		luo_report_init(&report);
		luo_map_open(&map, &phys, LUO_MAP_RADIX, w.root);
		assert_int_equal(luo_map_verify(&map, &report, &totals, &arena, key), 0);
		looks = late.looks;
		assert_in_range(looks, 2, 100);
	}
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_examples),	  cmocka_unit_test(ram_at_zero),
		cmocka_unit_test(leaf_comes_late),	  cmocka_unit_test(hits_and_misses),
		cmocka_unit_test(damaged_tree_questions), cmocka_unit_test(each),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
