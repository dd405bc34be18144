/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memfds followed through their chunks and arrays to every folio: all shapes that a kernel can
 * write, and one damage at a time with its code.
 */
#include "follow.h"

static u64 first_file(struct world *w)
{
	return file_at(w, 0, 0);
}

static void open_one(struct world *w, u32 shift, enum world_abi abi)
{
	u64 one = 1;

	world_open(w, shift, abi, shift == 16 ? 192 : 64);
	world_add_block(w, 1);
	world_add_files(w, world_session(w, 0), &one, 1);
}

/* Its record was that of an empty memfd, which nobody preserves any more. */
static void replace_memfd(struct world *w, u64 record)
{
	world_forget(w, world_get(w, first_file(w) + 48), 0);
	world_put(w, first_file(w) + 48, record);
	world_finish(w);
}

/* Folios, their order, pages of the array, order of its runs, runs for each chunk. */
static const u32 shapes[][5] = {
	{ 1, 0, 1, 0, 300 }, { 700, 0, 3, 0, 300 }, { 700, 0, 3, 0, 1 },
	{ 700, 0, 3, 0, 3 }, { 5, 3, 1, 0, 300 },   { 5, 0, 4, 2, 300 },
	{ 600, 0, 8, 2, 1 }, { 3, 0, 300, 0, 150 }, { 9, 1, 16, 4, 2 },
};

static void shapes_of_memfds(void **state)
{
	struct luo_owners o;
	struct world w;

	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		for (u32 i = 0; i < LUO_ARRAY_SIZE(shapes); i++) {
			const u32 *s = shapes[i];

			open_one(&w, shift, i % 2 ? WORLD_V5 : WORLD_S3);
			replace_memfd(&w, world_large_memfd(&w, s[0], s[1], s[2], s[3], s[4]));
			expect_sound(&w, &o);
			assert_int_equal(o.owned[LUO_CLAIMS_FOLIO].pages, (u64)s[0] << s[1]);
			assert_int_equal(o.owned[LUO_CLAIMS_ARRAY].entries, s[2] >> s[3]);
			assert_int_equal(o.owned[LUO_CLAIMS_CHUNK].entries,
					 (s[2] >> s[3]) / s[4] + 1);
			world_close(&w);
		}
	}
}

/* A chunk with an address in its last slot, and behind it one with the rest, or an empty one. */
static void full_chunk(void **state)
{
	struct luo_owners o;
	struct world w;

	(void)state;
	for (u32 more = 0; more < 2; more++) {
		open_one(&w, 12, WORLD_V5);
		replace_memfd(&w, world_large_memfd(&w, 3, 0, 511 + more, 0, 511));
		expect_sound(&w, &o);
		assert_int_equal(o.owned[LUO_CLAIMS_CHUNK].entries, 2);
		world_close(&w);
	}
}

static void set_size(struct world *w, u64 pages)
{
	world_put(w, record_of(w) + 8, pages << w->shift);
}

static void flags(struct world *w)
{
	world_put32(w, record_of(w) + 20, 1);
}

static void seals(struct world *w)
{
	world_put32(w, record_of(w) + 16, 0x40);
}

static void seals_all(struct world *w)
{
	world_put32(w, record_of(w) + 16, 0x3f);
}

static void more_folios(struct world *w)
{
	world_put(w, nr_at(w), 4);
}

static void fewer_folios(struct world *w)
{
	world_put(w, nr_at(w), 2);
}

static void no_folios(struct world *w)
{
	world_put(w, nr_at(w), 0);
}

static void no_size(struct world *w)
{
	set_size(w, 0);
}

static void size_less(struct world *w)
{
	set_size(w, 2);
}

static void size_more(struct world *w)
{
	set_size(w, 4);
}

static void size_all_ones(struct world *w)
{
	world_put(w, record_of(w) + 8, ~0ULL);
}

static void folios_beyond_array(struct world *w)
{
	u64 room = world_page(w) / 16;

	set_size(w, room + 1);
	world_put(w, nr_at(w), room + 1);
}

static void folios_all_ones(struct world *w)
{
	world_put(w, record_of(w) + 8, ~0ULL);
	world_put(w, nr_at(w), ~0ULL);
}

static void chunk_hole(struct world *w)
{
	world_put(w, nr_at(w) + 8, HOLE);
}

static void chunk_misaligned(struct world *w)
{
	world_put(w, nr_at(w) + 8, chunk_of(w) + 8);
}

static void chunk_unpreserved(struct world *w)
{
	world_forget(w, chunk_of(w), 0);
}

static void chunk_none(struct world *w)
{
	world_put(w, nr_at(w) + 8, 0);
}

static void second_chunk_stray(struct world *w)
{
	world_put(w, chunk_of(w), world_stray(w, 0));
}

static void chunk_loop(struct world *w)
{
	world_put(w, chunk_of(w), chunk_of(w));
}

static void chunk_loop_of_two(struct world *w)
{
	u64 second = world_alloc(w, 0);

	world_put(w, chunk_of(w), second);
	world_put(w, second, chunk_of(w));
}

static void array_unpreserved(struct world *w)
{
	world_forget(w, array_of(w), 0);
}

static void array_hole(struct world *w)
{
	world_put(w, chunk_of(w) + 8, HOLE);
}

static void array_misaligned(struct world *w)
{
	world_put(w, chunk_of(w) + 8, array_of(w) + 16);
}

static void total_up(struct world *w)
{
	world_put32(w, nr_at(w) + 16, 2);
}

static void total_none(struct world *w)
{
	world_put32(w, nr_at(w) + 16, 0);
}

static void order_one(struct world *w)
{
	world_put32(w, nr_at(w) + 20, 1 | 1U << 16);
}

static void order_huge(struct world *w)
{
	world_put32(w, nr_at(w) + 20, 1 | 0xffffU << 16);
}

/* 2^order pages are 1 GiB, the most that a reader can align to. */
static void order_largest(struct world *w)
{
	world_put32(w, nr_at(w) + 20, 1 | (30 - w->shift) << 16);
}

static void order_too_large(struct world *w)
{
	world_put32(w, nr_at(w) + 20, 1 | (31 - w->shift) << 16);
}

static void vmalloc_flags(struct world *w)
{
	world_put32(w, nr_at(w) + 20, 5);
}

static void folio_unpreserved(struct world *w)
{
	world_forget(w, folio_of(w, 1), 0);
}

static void folio_hole(struct world *w)
{
	put_folio(w, 1, HOLE);
}

static void folio_all_ones(struct world *w)
{
	world_put(w, array_of(w) + 16, 3ULL << 52 | ((1ULL << 52) - 1));
}

static void folio_none(struct world *w)
{
	world_put(w, array_of(w) + 16, 0);
}

static void index_beyond(struct world *w)
{
	world_put(w, array_of(w) + 2 * 16 + 8, 3);
}

static void index_all_ones(struct world *w)
{
	world_put(w, array_of(w) + 2 * 16 + 8, ~0ULL);
}

static void index_twice(struct world *w)
{
	world_put(w, array_of(w) + 2 * 16 + 8, 1);
}

/* A folio of two pages, which may not begin at page 1 of the file. */
static void index_misaligned(struct world *w)
{
	world_forget(w, folio_of(w, 1), 0);
	put_folio(w, 1, world_alloc(w, 1));
	world_put(w, array_of(w) + 2 * 16 + 8, 3);
	set_size(w, 4);
}

static void folio_flags(struct world *w)
{
	world_put(w, array_of(w) + 16, world_get(w, array_of(w) + 16) | 1ULL << 63);
}

static const struct damage seal_damages[] = {
	{ "all seals", seals_all, FINE },
	{ "flags", flags, LUO_F15, NOTE },
	{ "seals", seals, LUO_F16, LOSE },
};

static const struct damage damages[] = {
	{ "one folio more", more_folios, LUO_F17, LOSE },
	{ "no size", no_size, LUO_F17, LOSE, .also = LUO_F25 },
	{ "less size", size_less, LUO_F17, LOSE, .also = LUO_F25 },
	{ "one folio fewer", fewer_folios, LUO_F26, LOSE, .also = LUO_M11 },
	{ "no folios", no_folios, LUO_F26, LOSE, .also = LUO_M11 },
	{ "more size", size_more, LUO_F26, LOSE },
	{ "size all ones", size_all_ones, LUO_F26, LOSE },
	{ "more folios than the array", folios_beyond_array, LUO_F28, PANIC },
	{ "folios all ones", folios_all_ones, LUO_F28, PANIC, .also = LUO_F17 },
	{ "chunk in a hole", chunk_hole, LUO_F18, PANIC },
	{ "chunk misaligned", chunk_misaligned, LUO_F18, PANIC },
	{ "chunk not preserved", chunk_unpreserved, LUO_F18, PANIC },
	{ "second chunk not preserved", second_chunk_stray, LUO_F18, PANIC },
	{ "no chunk", chunk_none, LUO_F20, LOSE },
	{ "chunk leads to itself", chunk_loop, LUO_F23, LOSE },
	{ "chunks in a circle", chunk_loop_of_two, LUO_F23, LOSE },
	{ "array not preserved", array_unpreserved, LUO_F19, LOSE },
	{ "array in a hole", array_hole, LUO_F19, LOSE },
	{ "array misaligned", array_misaligned, LUO_F19, LOSE },
	{ "more pages stated", total_up, LUO_F20, LOSE },
	{ "no pages stated", total_none, LUO_F20, LOSE },
	{ "runs of two pages", order_one, LUO_F20, LOSE },
	{ "runs of order 65535", order_huge, LUO_F21, LOSE },
	{ "runs of 1 GiB", order_largest, LUO_F20, LOSE },
	{ "runs of 2 GiB", order_too_large, LUO_F21, LOSE },
	{ "vmalloc flags", vmalloc_flags, LUO_F22, NOTE },
	{ "folio not preserved", folio_unpreserved, LUO_F24, LOSE },
	{ "folio in a hole", folio_hole, LUO_F24, LOSE },
	{ "folio beyond all memory", folio_all_ones, LUO_F24, LOSE },
	{ "folio missing", folio_none, LUO_F26, LOSE, .also = LUO_M11 },
	{ "index behind the end", index_beyond, LUO_F25, LOSE },
	{ "index all ones", index_all_ones, LUO_F25, LOSE },
	{ "index twice", index_twice, LUO_F25, LOSE },
	{ "index misaligned", index_misaligned, LUO_F25, LOSE },
	{ "folio flags", folio_flags, LUO_F27, NOTE },
};

/* Words of records, chunks and arrays overwritten: it ends, and every read is in bounds. */
static void rubbish(void **state)
{
	u64 x = 88172645463325252ULL;

	(void)state;
	for (u32 round = 0; round < 150; round++) {
		struct luo_owners o;
		struct answer a;
		struct world w;
		u64 places[6];

		world_standard(&w, 12, WORLD_V5);
		places[0] = record_of(&w);
		places[1] = chunk_of(&w);
		places[2] = array_of(&w);
		places[3] = w.flb_pa;
		places[4] = w.memblock_pa;
		places[5] = file_at(&w, 0, 4) & ~4095ULL;
		for (u32 i = 0; i < 4; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			world_put(&w, places[x % 6] + x / 64 % 12 * 8,
				  x >> 40 & 1 ? places[x >> 41 & 3] : x >> (x >> 58));
		}
		run_open(&a, LUO_ARENA_MIN);
		assert_int_equal(follow(&a, &w, &o, false), 0);
		run_close(&a);
		world_close(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes_of_memfds),
		cmocka_unit_test(full_chunk),
		cmocka_unit_test(rubbish),
	};
	int failed = cmocka_run_group_tests_name("memfds", tests, NULL, NULL);

	failed += run_followed("memfd-v2", WORLD_V5, seal_damages, LUO_ARRAY_SIZE(seal_damages));
	failed += run_followed("memfd-v2", WORLD_V5, damages, LUO_ARRAY_SIZE(damages));
	/* memfd-v1 has no seals and no flags, and lies otherwise; its map is the list of kho-v1. */
	world_kho_v1 = true;
	return failed + run_followed("memfd-v1", WORLD_S2, damages, LUO_ARRAY_SIZE(damages));
}
