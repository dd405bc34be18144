/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Discovery on x86: the setup_data list {next u64 @0, type u32 @8, len u32 @12, payload @16} and
 * its node of type 10 {fdt, fdt size, scratch list, its size}; the scratch list; the page size.
 */
#include <string.h>

#include "../../luo/boot.h"
#include "world.h"

#define NODE(n) (STRAY_AT + 256ULL * (n))
#define KHO	10
#define IMA	5

static int open_world(void **state)
{
	static struct world w;

	world_open(&w, 12, WORLD_V5, 2);
	*state = &w;
	return 0;
}

static int close_world(void **state)
{
	world_close(*state);
	return 0;
}

static void node(struct world *w, u64 pa, u64 next, u32 type, u32 len)
{
	world_put(w, pa, next);
	world_put(w, pa + 8, type | (u64)len << 32);
}

static void kho_node(struct world *w, u64 pa, u64 next, u64 seed)
{
	node(w, pa, next, KHO, 32);
	for (u32 i = 0; i < 4; i++)
		world_put(w, pa + 16 + i * 8, seed + i);
}

static void expect_found(struct world *w, u64 first, u64 at, u64 seed)
{
	struct luo_handover h = { 0 };
	struct luo_setup_node found = { 0 };

	assert_int_equal(luo_setup_find_kho(&w->phys, first, &h, &found), 0);
	assert_int_equal(h.fdt_pa, seed);
	assert_int_equal(h.fdt_size, seed + 1);
	assert_int_equal(h.scratch_pa, seed + 2);
	assert_int_equal(h.scratch_size, seed + 3);
	assert_int_equal(found.pa, at);
	assert_int_equal(found.type, KHO);
	assert_int_equal(found.next, world_get(w, at));
	assert_int_equal(luo_setup_find_kho(&w->phys, first, &h, NULL), 0);
}

static void expect_error(struct world *w, u64 first, int error)
{
	struct luo_handover h = { 0 };

	assert_int_equal(luo_setup_find_kho(&w->phys, first, &h, NULL), error);
}

static void first(void **state)
{
	kho_node(*state, NODE(0), NODE(1), 0x1111);
	node(*state, NODE(1), 0, 1, 8);
	expect_found(*state, NODE(0), NODE(0), 0x1111);
}

static void behind_ima(void **state)
{
	node(*state, NODE(3), NODE(1), 9, 0);
	node(*state, NODE(1), NODE(2), IMA, 16);
	kho_node(*state, NODE(2), 0, 0xabcdef0123456789ULL);
	expect_found(*state, NODE(3), NODE(2), 0xabcdef0123456789ULL);
}

static void first_of_two(void **state)
{
	kho_node(*state, NODE(0), NODE(1), 0x1000);
	kho_node(*state, NODE(1), 0, 0x2000);
	expect_found(*state, NODE(0), NODE(0), 0x1000);
}

static void longer_payload(void **state)
{
	kho_node(*state, NODE(0), 0, 0x77);
	node(*state, NODE(0), 0, KHO, 40);
	expect_found(*state, NODE(0), NODE(0), 0x77);
}

static void unaligned_node(void **state)
{
	kho_node(*state, NODE(0) + 4, 0, 0x55);
	expect_found(*state, NODE(0) + 4, NODE(0) + 4, 0x55);
}

/* A KHO node lies beside the list, unlinked, when KHO is off. */
static void unlinked(void **state)
{
	node(*state, NODE(0), 0, IMA, 16);
	kho_node(*state, NODE(0) + 32, 0, 0x99);
	expect_error(*state, NODE(0), LUO_E_NONE);
}

static void empty_list(void **state)
{
	expect_error(*state, 0, LUO_E_NONE);
}

static void loops(void **state)
{
	node(*state, NODE(0), NODE(1), 1, 8);
	node(*state, NODE(1), NODE(2), 2, 8);
	node(*state, NODE(2), NODE(1), 3, 8);
	expect_error(*state, NODE(0), LUO_E_LIMIT);
	node(*state, NODE(0), NODE(0), 1, 8);
	expect_error(*state, NODE(0), LUO_E_LIMIT);
}

/* 64 nodes are followed, a 65th is not; a list that ends there is no error. */
static void long_list(void **state)
{
	for (u32 i = 0; i < 64; i++)
		node(*state, NODE(i), NODE(i + 1), 1, 8);
	kho_node(*state, NODE(63), 0, 0x42);
	expect_found(*state, NODE(0), NODE(63), 0x42);
	node(*state, NODE(63), 0, 1, 8);
	expect_error(*state, NODE(0), LUO_E_NONE);
	node(*state, NODE(63), NODE(64), 1, 8);
	kho_node(*state, NODE(64), 0, 0x42);
	expect_error(*state, NODE(0), LUO_E_LIMIT);
}

static void out_of_ram(void **state)
{
	u64 end = LOW_BANK + LOW_SIZE;

	expect_error(*state, HOLE, LUO_E_RAM);
	expect_error(*state, ~0ULL, LUO_E_RAM);
	expect_error(*state, end - 8, LUO_E_RAM);
	node(*state, NODE(0), HOLE, 1, 8);
	expect_error(*state, NODE(0), LUO_E_RAM);
	node(*state, end - 32, 0, KHO, 32);
	expect_error(*state, end - 32, LUO_E_RAM);
	kho_node(*state, end - 48, 0, 0x31);
	expect_found(*state, end - 48, end - 48, 0x31);
	node(*state, NODE(1), 0, 1, UINT32_MAX);
	expect_error(*state, NODE(1), LUO_E_RAM);
}

static void too_short(void **state)
{
	kho_node(*state, NODE(0), 0, 0x42);
	node(*state, NODE(0), 0, KHO, 31);
	expect_error(*state, NODE(0), LUO_E_FORMAT);
	node(*state, NODE(0), 0, KHO, 0);
	expect_error(*state, NODE(0), LUO_E_FORMAT);
}

static int load(struct world *w, u64 pa, u64 size, struct luo_range *area, u32 max, u32 *nr)
{
	struct luo_handover h = { .scratch_pa = pa, .scratch_size = size };

	return luo_scratch_load(&w->phys, &h, area, max, nr);
}

static void area(struct world *w, u32 i, u64 start, u64 size)
{
	world_put(w, NODE(0) + i * 16, start);
	world_put(w, NODE(0) + i * 16 + 8, size);
}

static void scratch_order(void **state)
{
	struct luo_range a[3];
	u32 nr;

	area(*state, 0, HIGH_BANK, MIB(1));
	area(*state, 1, 0, 0); /* a node without memory */
	area(*state, 2, LOW_BANK, MIB(1));
	assert_int_equal(load(*state, NODE(0), 48, a, 3, &nr), 0);
	assert_int_equal(nr, 3);
	assert_int_equal(a[0].start, HIGH_BANK);
	assert_int_equal(a[0].size, MIB(1));
	assert_int_equal(a[1].size, 0);
	assert_int_equal(a[2].start, LOW_BANK);
}

static void scratch_size(void **state)
{
	struct luo_range a[3];
	u32 nr = 9;

	area(*state, 0, LOW_BANK, MIB(1));
	assert_int_equal(load(*state, NODE(0), 0, a, 3, &nr), LUO_E_FORMAT);
	assert_int_equal(nr, 0);
	assert_int_equal(load(*state, NODE(0), 8, a, 3, &nr), LUO_E_FORMAT);
	assert_int_equal(load(*state, NODE(0), 24, a, 3, &nr), LUO_E_FORMAT);
	assert_int_equal(load(*state, NODE(0), 48, a, 2, &nr), LUO_E_LIMIT);
	assert_int_equal(load(*state, NODE(0), ~0ULL - 15, a, 3, &nr), LUO_E_LIMIT);
	assert_int_equal(nr, 0);
}

static void scratch_place(void **state)
{
	struct luo_range a[3];
	u32 nr;

	area(*state, 0, LOW_BANK, MIB(1));
	assert_int_equal(load(*state, HOLE, 16, a, 3, &nr), LUO_E_RAM);
	assert_int_equal(load(*state, 0, 16, a, 3, &nr), LUO_E_RAM);
	assert_int_equal(load(*state, LOW_BANK + LOW_SIZE - 16, 32, a, 3, &nr), LUO_E_RAM);
	area(*state, 0, LOW_BANK, LOW_SIZE);
	assert_int_equal(load(*state, NODE(0), 16, a, 3, &nr), 0);
	area(*state, 0, LOW_BANK, LOW_SIZE + 1);
	assert_int_equal(load(*state, NODE(0), 16, a, 3, &nr), LUO_E_FORMAT);
	area(*state, 0, LOW_BANK, ~0ULL);
	assert_int_equal(load(*state, NODE(0), 16, a, 3, &nr), LUO_E_FORMAT);
	area(*state, 0, HOLE, 4096);
	assert_int_equal(load(*state, NODE(0), 16, a, 3, &nr), LUO_E_FORMAT);
	assert_int_equal(nr, 0);
}

static void page_shift(void **state)
{
	static const u64 bad[] = { 0, 1, 2048, 4095, 4097, 8192, 32768, 131072, 1ULL << 44, ~0ULL };

	(void)state;
	assert_int_equal(luo_page_shift_of(4096), 12);
	assert_int_equal(luo_page_shift_of(16384), 14);
	assert_int_equal(luo_page_shift_of(65536), 16);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(bad); i++)
		assert_int_equal(luo_page_shift_of(bad[i]), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(first),	      CASE(behind_ima),	   CASE(first_of_two), CASE(longer_payload),
		CASE(unaligned_node), CASE(unlinked),	   CASE(empty_list),   CASE(loops),
		CASE(long_list),      CASE(out_of_ram),	   CASE(too_short),    CASE(scratch_order),
		CASE(scratch_size),   CASE(scratch_place), CASE(page_shift),
	};

	return cmocka_run_group_tests_name("boot", tests, NULL, NULL);
}
