/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Damages to the radix map, and the counting of what it holds. */
#include "harm.h"

#define PANIC LUO_SEV_PANIC, LUO_VERDICT_ERRORS

/*
 * An empty slot on the way to entries of order 7, of which the standard state has none: whatever
 * is put there stands for pages that RAM could have.
 */
static u64 free_slot(struct world *w)
{
	u64 key = world_key(w->shift, 0, 7), pa = w->root;
	u32 level = world_depth(w->shift) - 1;

	for (;; level--) {
		u64 at = pa + 8ULL * world_index(w->shift, key, level);

		assert_true(level > 1);
		pa = world_get(w, at);
		if (!pa)
			return at;
	}
}

static void node_hole(struct world *w)
{
	world_put(w, free_slot(w), HOLE);
}

static void node_misaligned(struct world *w)
{
	world_put(w, free_slot(w), STRAY_AT + 8);
}

static void node_half_page(struct world *w)
{
	world_put(w, free_slot(w), STRAY_AT + world_page(w) / 2);
}

/* RAM ends inside the node's page. */
static void node_partly(struct world *w)
{
	world_put(w, free_slot(w), LOW_BANK + LOW_SIZE - world_page(w));
	w->ram[0].size -= world_page(w) / 4;
}

static void node_top(struct world *w)
{
	world_put(w, free_slot(w), 0 - world_page(w));
}

/* Two slots of a new node lead to one further node. */
static void node_shared(struct world *w)
{
	u64 parent = world_new_node(w), child = world_new_node(w);

	world_put(w, free_slot(w), parent);
	world_put(w, parent, child);
	world_put(w, parent + 8, child);
}

static void cycle_self(struct world *w)
{
	u64 node = world_new_node(w);

	world_put(w, free_slot(w), node);
	world_put(w, node, node);
}

static void cycle_root(struct world *w)
{
	world_put(w, free_slot(w), w->root);
}

static void node_in_scratch(struct world *w)
{
	world_put(w, free_slot(w), LOW_BANK);
}

static void above_ram(struct world *w)
{
	world_preserve(w, HIGH_BANK + w->bank[1].size, 0);
}

/* So far up that a tree of its own hangs there. */
static void far_above_ram(struct world *w)
{
	world_preserve(w, 1ULL << 51, 0);
}

static void in_hole(struct world *w)
{
	world_preserve(w, HOLE, 0);
}

static void half_ram(struct world *w)
{
	u32 order = 0;

	while (world_page(w) << order < 2 * LOW_SIZE)
		order++;
	world_preserve(w, LOW_BANK, order);
}

static void in_scratch(struct world *w)
{
	world_preserve(w, w->scratch[1].start, 0);
}

/* The last 2 MiB of the bank: the second half is scratch. */
static void into_scratch(struct world *w)
{
	u32 order = 0;

	while (world_page(w) << order < MIB(2))
		order++;
	world_preserve(w, w->scratch[1].start - MIB(1), order);
}

static void overlap_below(struct world *w)
{
	u64 pa = world_alloc(w, 4);

	world_preserve(w, pa + 7 * world_page(w), 0);
}

static void overlap_first(struct world *w)
{
	world_preserve(w, world_alloc(w, 1), 0);
}

static void overlap_last(struct world *w)
{
	u64 pa = world_alloc(w, 6);

	world_preserve(w, pa + 62 * world_page(w), 1);
}

/* The last slot of the root is above the width of a key. */
static void beyond_key(struct world *w)
{
	world_put(w, w->root + world_page(w) - 8, world_new_node(w));
}

/* Key 0 and key 1 stand for nothing: bits 0 and 1 of the leaf below all first entries. */
static void key_one(struct world *w)
{
	world_set_key(w, 1, true);
}

static void key_zero(struct world *w)
{
	world_set_key(w, 0, true);
}

static const struct damage damages[] = {
	{ "node in a hole", node_hole, LUO_M01, PANIC },
	{ "node misaligned", node_misaligned, LUO_M01, PANIC },
	{ "node half a page off", node_half_page, LUO_M01, PANIC },
	{ "node partly RAM", node_partly, LUO_M01, PANIC },
	{ "node at the top", node_top, LUO_M01, PANIC },
	{ "node shared", node_shared, LUO_M02, PANIC },
	{ "node under itself", cycle_self, LUO_M02, PANIC },
	{ "root under a node", cycle_root, LUO_M02, PANIC },
	{ "entry above RAM", above_ram, LUO_M03, PANIC },
	{ "entry far above RAM", far_above_ram, LUO_M03, PANIC },
	{ "entry in a hole", in_hole, LUO_M03, PANIC },
	{ "entry partly RAM", half_ram, LUO_M03, PANIC },
	{ "entry in scratch", in_scratch, LUO_M04, PANIC },
	{ "entry partly in scratch", into_scratch, LUO_M04, PANIC },
	{ "single page inside a larger entry", overlap_below, LUO_M05, PANIC },
	{ "single page at its start", overlap_first, LUO_M05, PANIC },
	{ "pair at its end", overlap_last, LUO_M05, PANIC },
	{ "root entry beyond the keys", beyond_key, LUO_M06, PANIC },
	{ "key 1", key_one, LUO_M06, PANIC },
	{ "key 0", key_zero, LUO_M06, PANIC },
	{ "node in scratch", node_in_scratch, LUO_M07, PANIC },
};

/*
 * A leaf whose whole span is RAM may be counted at once, but overlaps in it must still show: of
 * a single page with an entry whose own leaf is such a one (order 1) or is not (order 9).
 */
static void plain_leaf(void **state)
{
	(void)state;
	for (u32 order = 1; order <= 9; order += 8) {
		struct world w;
		struct answer a;
		u64 pa;

		world_open(&w, 12, WORLD_V5, 384);
		world_add_sessions(&w, 500);
		world_finish(&w);
		pa = world_alloc(&w, order);
		world_alloc(&w, 3);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_ok(&a, &w);
		world_preserve(&w, pa + ((1ULL << order) - 1) * 4096, 0);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_only(&a, LUO_M05, LUO_SEV_PANIC);
		run_close(&a);
		world_close(&w);
	}
}

/* The map alone, in this much working memory; returns how often memory was looked at. */
static u64 verify_map(struct world *w, size_t size, struct luo_report *report)
{
	static u8 memory[KIB(64)] __attribute__((aligned(16)));
	struct luo_arena arena = { memory, size, 0, 0 };
	const u64 key[2] = { 1, 2 }, entries = w->entries;
	struct luo_totals totals = { 0 };
	struct luo_phys phys;
	struct luo_map map;
	struct counter c;

	count_maps(&c, &phys, w);
	luo_report_init(report);
	luo_map_init(&map, &phys, w->root);
	assert_int_equal(luo_map_verify(&map, report, &totals, &arena, key), 0);
	assert_int_equal(totals.map_entries, entries);
	assert_int_equal(arena.used, 0);
	return c.maps;
}

/*
 * Entries whose whole span is plain RAM are counted without a look at each: 1,024 of order 4, where
 * the orders below have no leaf. They are two pieces of a leaf, 512 each, of which the second costs
 * a few looks.
 */
static void spans(void **state)
{
	u64 maps[2];

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		struct luo_report report;
		struct world w;

		world_open(&w, 12, WORLD_V5, 384);
		world_preserve(&w, HIGH_BANK, 0);
		for (u64 n = 0; n < (i ? 1024 : 1); n++)
			world_preserve(&w, HIGH_BANK + MIB(256) + n * KIB(64), 4);
		maps[i] = verify_map(&w, KIB(64), &report);
		assert_int_equal(report.nr_findings, 0);
		world_close(&w);
	}
	assert_in_range(maps[1], maps[0], maps[0] + 8);
}

/* More leaves than the least memory has room for: it is said that shared ones were not looked for.
 */
static void too_little(void **state)
{
	struct luo_report report;
	struct world w;

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	w.ram[1].size = GIB(64);
	for (u64 n = 0; n < 300; n++)
		world_preserve(&w, GIB(6) + n * MIB(128), 0);
	verify_map(&w, KIB(4) + 512, &report);
	assert_int_equal(report.nr_findings, 1);
	assert_int_equal(report.findings[0].code, LUO_X01);
	verify_map(&w, KIB(64), &report);
	assert_int_equal(report.nr_findings, 0);
	world_close(&w);
}

/* What stands for nothing is no page at address 0, where many machines have RAM: it is not read. */
static void nothing_at_zero(void **state)
{
	(void)state;
	for (u32 key = 0; key < 2; key++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12, WORLD_V5);
		w.ram[0].size += w.ram[0].start;
		w.ram[0].start = 0;
		world_set_key(&w, key, true);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		expect_only(&a, LUO_M06, LUO_SEV_PANIC);
		assert_int_equal(a.report.before.map_entries, w.entries + 1);
		assert_int_equal(a.report.before.pages, w.pages);
		run_close(&a);
		world_close(&w);
	}
}

/* Without a root nothing is known to be preserved; that is the first thing to be said. */
static void bad_root(void **state)
{
	const u64 root[] = { HOLE, NODE_AT + 8, ~0ULL, 1 };

	(void)state;
	for (u32 i = 0; i < 3 * LUO_ARRAY_SIZE(root); i++) {
		struct world w;
		struct answer a;

		world_standard(&w, 12 + i % 3 * 2, WORLD_V5);
		w.kho.map_value = root[i / 3];
		world_write_kho(&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect(&a, LUO_M01, LUO_SEV_PANIC);
		assert_int_equal(a.report.findings[0].code, LUO_M01);
		expect_verdict(&a, LUO_VERDICT_ERRORS);
		assert_int_equal(w.nr_log, 0);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_leaf), cmocka_unit_test(spans),
		cmocka_unit_test(too_little), cmocka_unit_test(nothing_at_zero),
		cmocka_unit_test(bad_root),
	};
	int failed = cmocka_run_group_tests_name("map", tests, NULL, NULL);

	return failed + run_damages("map damages", WORLD_V5, damages, LUO_ARRAY_SIZE(damages));
}
