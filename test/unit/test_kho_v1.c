/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * kho-v1, Linux 6.19 and 7.0: the preserved pages are listed in chunks of bitmaps, and sub-nodes
 * name their data with "fdt". The worked examples of the format, whole states of every LUO ABI
 * over it (only luo-session-v2 is real), the ways to damage a chunk, and clearing of bits.
 */
#include <string.h>

#include "../../luo/map.h"
#include "harm.h"
#include "shape.h"

#define PANIC LUO_SEV_PANIC, LUO_VERDICT_ERRORS
#define FINE  0, LUO_SEV_NONE, LUO_VERDICT_OK

struct example {
	u32 shift;
	u32 order;
	u64 pa;
	u64 start;
	u32 bit;
};

static const struct example examples[] = {
	{ 12, 0, 0x12345000, 0x10000000, 0x2345 },   { 12, 4, 0x12340000, 0, 0x1234 },
	{ 14, 0, 0x92344000, 0x80000000, 0x48d1 },   { 14, 4, 0x12340000, 0, 0x48d },
	{ 16, 0, 0x812340000, 0x800000000, 0x1234 }, { 16, 4, 0x12300000, 0, 0x123 },
};

static void worked_examples(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(examples); i++) {
		const struct example *e = &examples[i];
		u64 mask, word, chunk, bitmap;
		struct luo_map map;
		struct world w;

		world_open(&w, e->shift, WORLD_S2, 2);
		chunk = world_new_chunk(&w, e->order);
		bitmap = world_new_node(&w);
		world_list_bitmap(&w, chunk, e->start, bitmap);
		luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, w.root);
		assert_false(luo_map_test(&map, e->pa, e->order));
		*world_at(&w, bitmap + e->bit / 8, 1) = 1 << e->bit % 8;
		assert_int_equal(world_bitmap(&w, e->pa, e->order), bitmap);
		assert_true(world_preserved(&w, e->pa, e->order));
		assert_true(luo_map_test(&map, e->pa, e->order));
		assert_int_equal(luo_map_word(&map, e->pa, e->order, &word, &mask), 0);
		assert_int_equal(word, bitmap + e->bit / 64 * 8);
		assert_int_equal(mask, 1ULL << e->bit % 64);
		world_close(&w);
	}
}

/* Hits only for the very entry, whichever chunk it is in, and however the questions jump. */
static void questions(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		u64 page = 1ULL << shift;
		struct luo_map map;
		struct world w;

		world_open(&w, shift, WORLD_S2, 2);
		world_preserve(&w, HIGH_BANK + 32 * page, 4);
		world_preserve(&w, LOW_BANK + 3 * page, 0);
		world_new_chunk(&w, 0);
		world_list_bitmap(&w, world_new_chunk(&w, 0), 0, world_new_node(&w));
		world_preserve(&w, HIGH_BANK + 3 * page, 0);
		luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, w.root);
		for (u32 order = 0; order < 70; order++)
			for (u64 n = 0; n < 64; n++) {
				bool hit = n == 3 && !order;

				assert_int_equal(luo_map_test(&map, LOW_BANK + n * page, order),
						 hit);
				hit |= n == 32 && order == 4;
				assert_int_equal(luo_map_test(&map, HIGH_BANK + n * page, order),
						 hit);
			}
		assert_false(luo_map_test(&map, HIGH_BANK + 3 * page + 1, 0));
		assert_false(luo_map_test(&map, ~0ULL, 0));
		assert_false(luo_map_test(&map, 0, ~0U));
		luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, 0);
		assert_false(luo_map_test(&map, HIGH_BANK + 3 * page, 0));
		luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, HOLE);
		assert_false(luo_map_test(&map, HIGH_BANK + 3 * page, 0));
		world_close(&w);
	}
}

/* Three chunks of order 0 and one of order 3, in any order of chunks and bitmaps, or an empty one.
 */
static void orders(void **state)
{
	static const u64 span[3][3] = { { 8, 9, 40 }, { 41, 43, 50 }, { 51, 60, 61 } };

	(void)state;
	for (u32 way = 0; way < 7; way++) {
		struct luo_map map;
		struct world w;

		world_open(&w, 12, WORLD_S2, 2);
		if (way == 1)
			world_list_bitmap(&w, world_new_chunk(&w, 3), 0, STRAY_AT);
		for (u32 c = 0; c < 3; c++) {
			u64 chunk = world_new_chunk(&w, 0);
			u32 from = way == 2 ? 2 - c : c;

			for (u32 i = 0; i < 3; i++)
				world_list_bitmap(&w, chunk, span[from][way == 3 ? 2 - i : i] << 27,
						  world_new_node(&w));
		}
		if (way == 4 || way == 6)
			world_list_bitmap(&w, world_new_chunk(&w, 3), 0, STRAY_AT);
		if (way == 6)
			world_new_chunk(&w, 0);
		if (way == 5)
			world_put(&w, w.root + 16, 0);
		for (u64 n = 8; n < 64; n++) {
			u64 bitmap = 0;

			for (u32 i = 0; i < 9; i++)
				if (span[i / 3][i % 3] == n && !(way == 5 && !i))
					bitmap = world_bitmap(&w, n << 27, 0);
			if (bitmap)
				*world_at(&w, bitmap, 1) = 1;
			luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, w.root);
			assert_int_equal(map.sorted, way != 1 && way != 2 && way != 3);
			assert_int_equal(luo_map_test(&map, n << 27, 0), bitmap != 0);
			assert_false(luo_map_test(&map, n << 27, 3));
		}
		world_close(&w);
	}
}

struct sum {
	u64 nr;
	u64 pages;
};

static void add_entry(void *ctx, u64 pa, u32 order)
{
	struct sum *s = ctx;

	assert_true(pa >= LOW_BANK);
	s->nr++;
	s->pages += 1ULL << order;
}

static void each(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		struct sum sum = { 0 };
		struct luo_map map;
		struct world w;

		world_standard(&w, shift, WORLD_S2);
		luo_map_open(&map, &w.phys, LUO_MAP_CHUNKS, w.root);
		luo_map_each(&map, add_entry, &sum);
		assert_int_equal(sum.nr, w.entries);
		assert_int_equal(sum.pages, w.pages);
		world_close(&w);
	}
}

/* Many chunks of one order: every entry is found again, and the state is sound. */
static void many_chunks(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_open(&w, 12, WORLD_S2, 64);
	for (u64 i = 0; i < 600; i++) {
		u64 chunk = i % 200 ? 0 : world_new_chunk(&w, 0);

		chunk = chunk ? chunk : w.root;
		while (world_get(&w, chunk))
			chunk = world_get(&w, chunk);
		world_list_bitmap(&w, chunk, (1000 + i) * world_span(&w, 0), w.node_at);
		world_new_node(&w);
	}
	world_add_sessions(&w, 100);
	world_finish(&w);
	run_open(&a, KIB(256));
	run(&a, &w, LUO_MODE_VERIFY);
	/* Bitmaps without a bit, for addresses that are no RAM: 600 of them. */
	expect(&a, LUO_M03, LUO_SEV_PANIC);
	assert_int_equal(a.report.nr_findings, 600);
	assert_int_equal(a.report.before.sessions, 100);
	run_close(&a);
	world_close(&w);
}

/* A bitmap without a bit in a chunk of order 7, of which the standard state has none. */
static u64 free_chunk(struct world *w)
{
	u64 chunk = world_new_chunk(w, 7);

	world_list_bitmap(w, chunk, 0, world_new_node(w));
	return chunk;
}

#define CHUNK(name, change)                                                                        \
	static void name(struct world *w)                                                          \
	{                                                                                          \
		u64 chunk = free_chunk(w);                                                         \
                                                                                                   \
		(void)chunk;                                                                       \
		change;                                                                            \
	}

CHUNK(nothing, )
CHUNK(no_bitmap, world_put32(w, chunk + 12, 0); w->nodes--)
CHUNK(next_hole, world_put(w, chunk, HOLE))
CHUNK(next_misaligned, world_put(w, chunk, STRAY_AT + 8))
CHUNK(next_top, world_put(w, chunk, 0 - world_page(w)))
CHUNK(next_self, world_put(w, chunk, chunk))
CHUNK(next_first, world_put(w, chunk, w->root))
CHUNK(next_bitmap, world_put(w, chunk, world_get(w, chunk + 24)))
CHUNK(next_scratch, world_put(w, chunk, LOW_BANK))
CHUNK(too_many, world_put32(w, chunk + 12, (world_page(w) - 16) / 16 + 1))
CHUNK(far_too_many, world_put32(w, chunk + 12, ~0U))
CHUNK(order_60, world_put32(w, chunk + 8, 60))
CHUNK(order_huge, world_put32(w, chunk + 8, ~0U))
CHUNK(bitmap_hole, world_put(w, chunk + 24, HOLE))
CHUNK(bitmap_zero, world_put(w, chunk + 24, 0))
CHUNK(bitmap_misaligned, world_put(w, chunk + 24, STRAY_AT + 512))
CHUNK(bitmap_scratch, world_put(w, chunk + 24, LOW_BANK))
CHUNK(bitmap_shared, world_put(w, chunk + 24, world_bitmap(w, w->luo_pa, 0)))
CHUNK(bitmap_is_chunk, world_put(w, chunk + 24, chunk))
CHUNK(start_misaligned, world_put(w, chunk + 16, world_span(w, 7) / 2))
CHUNK(start_odd, world_put(w, chunk + 16, 1))
CHUNK(start_above, world_put(w, chunk + 16, 1ULL << 62))
CHUNK(twice, world_list_bitmap(w, chunk, 0, world_new_node(w)))
CHUNK(twice_apart, world_list_bitmap(w, world_new_chunk(w, 7), 0, world_new_node(w)))
CHUNK(in_hole, world_preserve(w, HOLE, 0))
CHUNK(above_ram, world_preserve(w, HIGH_BANK + w->bank[1].size, 0))
CHUNK(in_scratch, world_preserve(w, w->scratch[1].start, 0))
CHUNK(overlap, u64 pa = world_alloc(w, 4); world_preserve(w, pa + 7 * world_page(w), 0))

static const struct damage damages[] = {
	{ "a bitmap without a bit", nothing, FINE },
	{ "a chunk without a bitmap", no_bitmap, FINE },
	{ "chunk in a hole", next_hole, LUO_M01, PANIC },
	{ "chunk misaligned", next_misaligned, LUO_M01, PANIC },
	{ "chunk at the top", next_top, LUO_M01, PANIC },
	{ "chunk to itself", next_self, LUO_M02, PANIC },
	{ "last chunk to the first", next_first, LUO_M02, PANIC },
	{ "bitmap as chunk", next_bitmap, LUO_M02, PANIC },
	{ "chunk in scratch", next_scratch, LUO_M07, PANIC },
	{ "one bitmap too many", too_many, LUO_M08, PANIC },
	{ "bitmaps: all ones", far_too_many, LUO_M08, PANIC },
	{ "order 60", order_60, LUO_M08, PANIC },
	{ "order: all ones", order_huge, LUO_M08, PANIC },
	{ "bitmap in a hole", bitmap_hole, LUO_M01, PANIC },
	{ "bitmap 0", bitmap_zero, LUO_M01, PANIC },
	{ "bitmap misaligned", bitmap_misaligned, LUO_M01, PANIC },
	{ "bitmap in scratch", bitmap_scratch, LUO_M07, PANIC },
	{ "bitmap listed twice", bitmap_shared, LUO_M02, PANIC },
	{ "chunk as bitmap", bitmap_is_chunk, LUO_M02, PANIC },
	{ "start of half a span", start_misaligned, LUO_M09, PANIC },
	{ "odd start", start_odd, LUO_M09, PANIC },
	{ "start above RAM", start_above, LUO_M03, PANIC },
	{ "two bitmaps for one span", twice, LUO_M09, PANIC },
	{ "two bitmaps in two chunks", twice_apart, LUO_M09, PANIC },
	{ "entry in a hole", in_hole, LUO_M03, PANIC },
	{ "entry above RAM", above_ram, LUO_M03, PANIC },
	{ "entry in scratch", in_scratch, LUO_M04, PANIC },
	{ "page inside a larger entry", overlap, LUO_M05, PANIC },
};

static void no_fdt(struct world *w)
{
	w->kho.data_prop = "preserved-data";
	world_write_kho(w);
}

static void map_short(struct world *w)
{
	w->kho.map_len = 4;
	world_write_kho(w);
}

static const struct damage state_damages[] = {
	{ "sub-node by a later name", no_fdt, LUO_K05, PANIC },
	{ "map of 4 bytes", map_short, LUO_K04, LUO_SEV_LOSE, LUO_VERDICT_ERRORS },
	{ "array not preserved", session_unpreserved, LUO_S05, PANIC },
	{ "array of order 5", session_larger_order, LUO_S05, PANIC },
	{ "array as single pages", session_single_pages, LUO_S05, PANIC },
	{ "file array not preserved", file_unpreserved, LUO_F05, PANIC },
	{ "record not preserved", record_unpreserved, LUO_F14, PANIC },
	{ "name twice", name_far, LUO_S12, LUO_SEV_REFUSE, LUO_VERDICT_ERRORS },
};

static void valid(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2)
		for (u32 abi = WORLD_V5; abi <= WORLD_S3; abi++)
			expect_all_valid(abi, shift);
}

/* Exactly the planned bits go, and the map is otherwise as it was. */
static void clearing(void **state)
{
	(void)state;
	for (u32 i = 0; i < nr_shapes; i++) {
		struct expected e;
		struct reader before;
		struct world w;
		struct answer a;

		shape_build(&w, &shapes[i], 12, 0);
		before = read_back(&w);
		shape_expect(&w, &e, shapes[i].kept);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_COMPACT);
		expect_verdict(&a, LUO_VERDICT_REPAIRED);
		assert_int_equal(a.plan.nr, e.nr_links + e.nr_dropped + e.nr_clears);
		assert_int_equal(a.report.after.pages, a.report.before.pages - e.pages);
		assert_int_equal(a.report.after.map_nodes, a.report.before.map_nodes);
		for (u32 d = 0; d < e.nr_dropped; d++)
			assert_false(world_preserved(&w, e.dropped[d].pa, e.dropped[d].order));
		assert_int_equal(read_back(&w).digest, before.digest);
		run_close(&a);
		world_close(&w);
	}
}

/* A kernel that has LUO, 6.19 or 7.0, switches KHO off when the address of the map is 0. */
static void empty_map(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_S2);
	w.kho.map_value = 0;
	world_write_kho(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_only(&a, LUO_K04, LUO_SEV_LOSE);
	assert_int_equal(a.report.before.pages, 0);
	assert_int_equal(w.nr_log, 0);
	run_close(&a);
	world_close(&w);
}

/* Without LUO it may be a 6.16 or 6.17, whose bitmaps are others: its map is not judged. */
static void no_luo(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_S2);
	world_put32(&w, w.root + 8, 60);
	w.kho.child = NULL;
	world_write_kho(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	expect_verdict(&a, LUO_VERDICT_NONE);
	assert_int_equal(a.report.nr_findings, 0);
	run_close(&a);
	world_close(&w);
}

/* And an empty one is legal there, whose address is 0. */
static void no_luo_empty_map(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_standard(&w, 12, WORLD_S2);
	w.kho.map_value = 0;
	w.kho.child = NULL;
	world_write_kho(&w);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_COMPACT);
	assert_int_equal(a.err, LUO_E_NONE);
	expect_verdict(&a, LUO_VERDICT_NONE);
	assert_int_equal(a.report.nr_findings, 0);
	run_close(&a);
	world_close(&w);
}

/* A chain of 10,000 chunks is followed, a longer one is not; little memory does not hide twins. */
static void limits(void **state)
{
	(void)state;
	for (u32 nr = 10000; nr <= 10001; nr++) {
		u64 chunk = HIGH_BANK;
		struct world w;
		struct answer a;

		world_open(&w, 12, WORLD_S2, 64);
		w.alloc_at = HIGH_BANK + 4096 * 10240;
		world_add_sessions(&w, 3);
		world_finish(&w);
		for (u64 last = w.root; last; last = world_get(&w, last))
			if (!world_get(&w, last)) {
				world_put(&w, last, chunk);
				last = chunk;
				break;
			}
		for (u32 i = w.nodes / 2 + 1; i < nr; i++, chunk += 4096)
			world_put(&w, chunk, chunk + 4096);
		world_put(&w, chunk, 0);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		if (nr == 10000)
			expect_verdict(&a, LUO_VERDICT_OK);
		else
			expect_only(&a, LUO_M08, LUO_SEV_PANIC);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worked_examples),  cmocka_unit_test(questions),
		cmocka_unit_test(orders),	    cmocka_unit_test(each),
		cmocka_unit_test(many_chunks),	    cmocka_unit_test(valid),
		cmocka_unit_test(clearing),	    cmocka_unit_test(empty_map),
		cmocka_unit_test(no_luo_empty_map), cmocka_unit_test(no_luo),
		cmocka_unit_test(limits),
	};
	int failed;

	world_kho_v1 = true;
	failed = cmocka_run_group_tests_name("kho-v1", tests, NULL, NULL);
	failed += run_damages("kho-v1 map damages", WORLD_S2, damages, LUO_ARRAY_SIZE(damages));
	return failed + run_damages("kho-v1 damages", WORLD_S2, state_damages,
				    LUO_ARRAY_SIZE(state_damages));
}
