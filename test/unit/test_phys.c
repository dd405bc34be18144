/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Range questions: edges, wrap-around, gaps, and the clean-up of a firmware's memory map. */
#include "world.h"

#define TOP (~0ULL)

struct question {
	u64 pa;
	u64 len;
	bool yes;
};

static const void *here(void *ctx, u64 pa, u64 len)
{
	(void)pa;
	(void)len;
	return ctx;
}

static const struct luo_mem_ops here_ops = { .map = here };

/* Two banks with a hole, and one that ends at the last address that a range can reach. */
static const struct luo_range banks[] = {
	{ 0x1000, 0x1000 },
	{ 0x4000, 0x4000 },
	{ TOP - 0xfff, 0xfff },
};

static const struct luo_phys view = {
	.ops = &here_ops, .ctx = (void *)banks, .ram = banks, .nr_ram = 3
};

static const struct question ram_questions[] = {
	{ 0x1000, 0x1000, true },     { 0x1000, 0x1001, false },
	{ 0xfff, 2, false },	      { 0xfff, 1, false },
	{ 0x1fff, 1, true },	      { 0x1fff, 2, false },
	{ 0x2000, 1, false },	      { 0x3fff, 1, false },
	{ 0x4000, 0x4000, true },     { 0x1800, 0x3000, false },
	{ 0x7fff, 1, true },	      { 0x8000, 1, false },
	{ 0x5000, 0, false },	      { 0, TOP, false },
	{ 0x5000, TOP, false },	      { 0x5000, TOP - 0x4fff, false },
	{ TOP - 0xfff, 0xfff, true }, { TOP - 0xfff, 0x1000, false },
	{ TOP - 1, 1, true },	      { TOP, 1, false },
	{ TOP, TOP, false },	      { 0, 1, false },
};

static void in_ram(void **state)
{
	struct luo_phys none = { .ops = &here_ops };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(ram_questions); i++) {
		const struct question *q = &ram_questions[i];

		assert_int_equal(luo_in_ram(&view, q->pa, q->len), q->yes);
		assert_int_equal(luo_map(&view, q->pa, q->len) != NULL, q->yes);
		assert_false(luo_in_ram(&none, q->pa, q->len));
	}
}

static void ram_end(void **state)
{
	struct luo_phys phys = view;

	(void)state;
	assert_int_equal(luo_ram_end(&phys), TOP);
	phys.nr_ram = 2;
	assert_int_equal(luo_ram_end(&phys), 0x8000);
	phys.nr_ram = 0;
	assert_int_equal(luo_ram_end(&phys), 0);
}

static const struct question hit_questions[] = {
	{ 0xfff, 1, false },  { 0xfff, 2, true },   { 0x1000, 1, true },
	{ 0x1fff, 1, true },  { 0x2000, 1, false }, { 0, 0x8000, true },
	{ 0x1000, 0, false }, { 0, TOP, true },	    { 0x2000, TOP - 0x2000, false },
};

static void hits(void **state)
{
	const struct luo_range area[] = { { 0x1800, 0 }, { 0x1000, 0x1000 } };
	const struct luo_busy busy[] = { { { 0x1800, 0 }, "nothing" },
					 { { 0x1000, 0x1000 }, "x" } };
	struct luo_phys phys = { .scratch = area, .nr_scratch = 2, .busy = busy, .nr_busy = 2 };

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(hit_questions); i++) {
		const struct question *q = &hit_questions[i];

		assert_ptr_equal(luo_hits_scratch(&phys, q->pa, q->len), q->yes ? &area[1] : NULL);
		assert_ptr_equal(luo_hits_busy(&phys, q->pa, q->len), q->yes ? &busy[1] : NULL);
	}
}

static void range_valid(void **state)
{
	const struct luo_range good = { TOP, 0 }, last = { TOP - 1, 1 }, bad = { TOP, 1 };

	(void)state;
	assert_true(luo_range_valid(&good));
	assert_true(luo_range_valid(&last));
	assert_false(luo_range_valid(&bad));
}

/* Each case: what goes in, what must come out. */
struct tidy {
	u32 nr_in, nr_out;
	struct luo_range in[5], out[5];
};

static const struct tidy tidies[] = {
	{ 0, 0, { { 0 } }, { { 0 } } },
	{ 1, 0, { { 5, 0 } }, { { 0 } } },
	{ 2, 2, { { 20, 5 }, { 1, 5 } }, { { 1, 5 }, { 20, 5 } } },
	{ 2, 1, { { 10, 5 }, { 5, 5 } }, { { 5, 10 } } },
	{ 2, 2, { { 11, 5 }, { 5, 5 } }, { { 5, 5 }, { 11, 5 } } },
	{ 3, 1, { { 5, 20 }, { 8, 2 }, { 6, 1 } }, { { 5, 20 } } },
	{ 3, 1, { { 5, 5 }, { 5, 9 }, { 5, 2 } }, { { 5, 9 } } },
	{ 4, 1, { { 8, 3 }, { 0, 4 }, { 4, 0 }, { 2, 6 } }, { { 0, 11 } } },
	{ 1, 1, { { TOP - 9, 100 } }, { { TOP - 9, 9 } } },
	{ 2, 1, { { TOP - 9, 100 }, { TOP - 20, 11 } }, { { TOP - 20, 20 } } },
	{ 2, 1, { { TOP - 9, 100 }, { 0, TOP } }, { { 0, TOP } } },
	{ 2, 1, { { TOP, TOP }, { 3, 1 } }, { { 3, 1 } } },
};

static void normalize(void **state)
{
	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(tidies); i++) {
		struct tidy t = tidies[i];

		assert_int_equal(luo_ranges_normalize(t.in, t.nr_in), t.nr_out);
		assert_memory_equal(t.in, t.out, t.nr_out * sizeof(t.in[0]));
	}
}

/* Many banks: every first and last byte is found, every neighbour is not. */
static void many_banks(void **state)
{
	static struct luo_range bank[300];
	struct luo_phys phys = { .ops = &here_ops, .ram = bank, .nr_ram = 300 };

	(void)state;
	for (u32 i = 0; i < 300; i++)
		bank[299 - i] = (struct luo_range){ (i + 1) * 0x10000ULL, 0x1000 };
	assert_int_equal(luo_ranges_normalize(bank, 300), 300);
	for (u32 i = 0; i < 300; i++) {
		u64 pa = (i + 1) * 0x10000ULL;

		assert_true(luo_in_ram(&phys, pa, 0x1000));
		assert_false(luo_in_ram(&phys, pa - 1, 1));
		assert_false(luo_in_ram(&phys, pa + 0xfff, 2));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_ram),    cmocka_unit_test(ram_end),
		cmocka_unit_test(hits),	     cmocka_unit_test(range_valid),
		cmocka_unit_test(normalize), cmocka_unit_test(many_banks),
	};

	return cmocka_run_group_tests_name("phys", tests, NULL, NULL);
}
