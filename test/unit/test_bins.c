/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The form of the filter with bins: in exactly the memory that it says that it takes, it finds
 * every hash that came before, wherever in a bin the two lie, and no other one; and it says so when
 * there is no room.
 */
#include <stdlib.h>

#include "../../luo/filter.h"
#include "world.h"

/* Different for each @i, and as good as random. */
static u64 nth(u64 i)
{
	i = (i ^ i >> 30) * 0xbf58476d1ce4e5b9ULL + 0x9e3779b97f4a7c15ULL;
	i = (i ^ i >> 27) * 0x94d049bb133111ebULL;
	return i ^ i >> 31;
}

struct bins {
	struct luo_filter f;
	u8 *memory;
};

/* In exactly as many bytes as are taken of @bytes; so a store behind them is noticed. */
static void bins_open(struct bins *b, u64 bytes, u64 likely)
{
	u8 *large = aligned_alloc(16, bytes);
	u64 taken = luo_filter_bins(&b->f, large, bytes, likely);

	free(large);
	assert_in_range(taken, LUO_FILTER_TABLE + likely * 4, bytes);
	b->memory = aligned_alloc(16, taken);
	assert_int_equal(luo_filter_bins(&b->f, b->memory, taken, likely), taken);
	assert_true(b->f.binned);
}

static void add(struct bins *b, u64 from, u64 to)
{
	for (u64 i = from; i < to; i++)
		luo_filter_add(&b->f, nth(i));
}

static u64 seen_bits(const struct luo_bins *bins, u64 hash)
{
	return hash >> bins->shift << 32 | (u32)(hash >> LUO_CELL_SHIFT);
}

static int order(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* How many of the hashes up to @nr look like an earlier one, by another way of finding that out. */
static u64 alike(const struct bins *b, u64 nr)
{
	u64 *all = malloc(nr * sizeof(*all)), found = 0;

	for (u64 i = 0; i < nr; i++)
		all[i] = seen_bits(&b->f.bins, nth(i));
	qsort(all, nr, sizeof(*all), order);
	for (u64 i = 1; i < nr; i++)
		found += all[i] == all[i - 1];
	free(all);
	return found;
}

/* @nr different ones, and then some of them again: the first, the last and some between. */
static void twins_of(u64 bytes, u64 nr)
{
	const u64 again[] = { 0, 1, nr / 3, nr / 2, nr - 2, nr - 1 };
	struct bins b;

	bins_open(&b, bytes, nr + LUO_ARRAY_SIZE(again));
	add(&b, 0, nr);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(again); i++)
		luo_filter_add(&b.f, nth(again[i]));
	assert_true(b.f.binned);
	luo_filter_drain(&b.f);
	assert_false(b.f.binned);
	assert_true(b.f.held <= b.f.limit);
	assert_int_equal(b.f.suspects, alike(&b, nr) + LUO_ARRAY_SIZE(again));
	for (u32 i = 0; i < LUO_ARRAY_SIZE(again); i++)
		assert_true(luo_filter_suspects(&b.f, nth(again[i])));
	free(b.memory);
}

static void twins(void **state)
{
	static const u64 nr[] = { 10, 100, 1000, 2047, 2048, 4095, 4096, 20000, 100000, 509994 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(nr); i++)
		twins_of(MIB(2), nr[i]);
	twins_of(MIB(8), 1900000);
	/* More bins than there are numbers for as many chunks as each could do with. */
	twins_of(MIB(32), 5000000);
}

/* No twins: no suspects but those that look alike, and what is asked of them is no. */
static void none(void **state)
{
	struct bins b;
	u64 no = 0;

	(void)state;
	bins_open(&b, MIB(2), 20000);
	add(&b, 0, 20000);
	luo_filter_drain(&b.f);
	assert_int_equal(b.f.suspects, 0);
	assert_int_equal(alike(&b, 20000), 0);
	for (u64 i = 0; i < 20000; i++)
		no += !luo_filter_suspects(&b.f, nth(i));
	assert_int_equal(no, 20000);
	free(b.memory);
}

/* Everything twice: each one is a suspect, however many slots collide. */
static void all_twice(void **state)
{
	struct bins b;

	(void)state;
	bins_open(&b, MIB(2), 8000);
	add(&b, 0, 4000);
	add(&b, 0, 4000);
	luo_filter_drain(&b.f);
	assert_int_equal(b.f.suspects, 4000);
	for (u64 i = 0; i < 4000; i++)
		assert_true(luo_filter_suspects(&b.f, nth(i)));
	free(b.memory);
}

/* The least memory for as many; with 16 bytes less there are no bins. */
static void least(void **state)
{
	static const u64 nr[] = { 1, 100, 3000, 60000, 510000 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(nr); i++) {
		u64 bytes = LUO_FILTER_TABLE + nr[i] * 4;
		u8 *memory = aligned_alloc(16, MIB(4));
		struct luo_filter f;

		while (!luo_filter_bins(&f, memory, bytes, nr[i]))
			bytes += 16;
		free(memory);
		/* Cells, heads of bins, half a chunk for each bin and what does not fit its range.
		 */
		assert_in_range(bytes, 0, LUO_FILTER_TABLE + nr[i] * 4 + nr[i] / 10 + 1024);
		/* Two bins, with a range of two cells and ten bytes of heads each, and one chunk.
		 */
		if (nr[i] == 1)
			assert_in_range(bytes, LUO_FILTER_TABLE + 112, LUO_FILTER_TABLE + 127);
		assert_int_equal(luo_filter_bins(&f, NULL, bytes - 16, nr[i]), 0);
		assert_int_equal(luo_filter_bins(&f, NULL, LUO_FILTER_TABLE - 16, nr[i]), 0);
		assert_int_equal(luo_filter_bins(&f, NULL, 1ULL << 63, ~0ULL >> i), 0);
	}
}

/* A bin with more than can be compared, and one that takes all chunks: it is said at once or late.
 */
static void skewed(void **state)
{
	static const struct {
		u64 likely;
		u64 nr;
		bool late;
	} cases[] = { { 100000, LUO_BIN_MOST, false },
		      { 100000, LUO_BIN_MOST + 1, true },
		      { 3000, 3000, false } };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(cases); i++) {
		bool full = cases[i].nr > LUO_BIN_MOST;
		struct bins b;
		u64 n = 0;

		bins_open(&b, MIB(2), cases[i].likely);
		for (; n < cases[i].nr && b.f.binned; n++)
			luo_filter_add(&b.f, nth(n) >> 10);
		assert_int_equal(b.f.binned, !full || cases[i].late);
		for (; n < cases[i].nr; n++)
			luo_filter_add(&b.f, nth(n));
		luo_filter_drain(&b.f);
		assert_int_equal(b.f.held > b.f.limit, full);
		assert_in_range(b.f.held, cases[i].nr, MIB(1));
		free(b.memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins), cmocka_unit_test(none),   cmocka_unit_test(all_twice),
		cmocka_unit_test(least), cmocka_unit_test(skewed),
	};

	return cmocka_run_group_tests_name("bins", tests, NULL, NULL);
}
