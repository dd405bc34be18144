/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Discovery in a device tree: each property of /chosen is exactly one (address, size) pair of
 * big-endian cells whose numbers are the root's.
 */
#include <libfdt.h>
#include <string.h>
#include <sys/mman.h>

#include "../../fdt/chosen.h"
#include "world.h"

#define TREE_SIZE 1024

/* Numbers of cells, and the cells of both properties; a count of 0 leaves the property out. */
struct tree {
	u32 ac, sc;
	bool no_chosen;
	u32 nr_fdt, nr_scratch;
	u32 fdt[8], scratch[8];
	int err;
	struct luo_handover want;
};

static void cells(void *dtb, const char *name, const u32 *cell, u32 nr)
{
	fdt32_t be[8];

	for (u32 i = 0; i < nr; i++)
		be[i] = cpu_to_fdt32(cell[i]);
	if (nr)
		assert_int_equal(fdt_property(dtb, name, be, nr * 4), 0);
}

static void write_tree(void *dtb, const struct tree *t)
{
	assert_int_equal(fdt_create(dtb, TREE_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, ""), 0);
	cells(dtb, "#address-cells", &t->ac, t->ac ? 1 : 0);
	cells(dtb, "#size-cells", &t->sc, t->sc ? 1 : 0);
	if (!t->no_chosen) {
		u32 one = 1;

		/* Cells of /chosen itself must not be used. */
		assert_int_equal(fdt_begin_node(dtb, "chosen"), 0);
		cells(dtb, "#address-cells", &one, 1);
		cells(dtb, "#size-cells", &one, 1);
		cells(dtb, "linux,kho-fdt", t->fdt, t->nr_fdt);
		cells(dtb, "linux,kho-scratch", t->scratch, t->nr_scratch);
		assert_int_equal(fdt_end_node(dtb), 0);
	}
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
}

static const struct tree trees[] = {
	{ 2,
	  2,
	  0,
	  4,
	  4,
	  { 1, 0x40000000, 0, 0x1000 },
	  { 2, 0x3000, 0, 0x20 },
	  0,
	  { 0x140000000ULL, 0x1000, 0x200003000ULL, 0x20 } },
	{ 1,
	  1,
	  0,
	  2,
	  2,
	  { 0x80000000, 0x10000 },
	  { 0x90000000, 0x30 },
	  0,
	  { 0x80000000, 0x10000, 0x90000000, 0x30 } },
	{ 2,
	  1,
	  0,
	  3,
	  3,
	  { 0x12, 0x34567000, 0x4000 },
	  { 0, 0xfffff000, 0x10 },
	  0,
	  { 0x1234567000ULL, 0x4000, 0xfffff000, 0x10 } },
	/* No #size-cells means 1, no #address-cells means 2. */
	{ 0,
	  0,
	  0,
	  3,
	  3,
	  { 1, 0, 0x1000 },
	  { 1, 0x1000, 0x20 },
	  0,
	  { 0x100000000ULL, 0x1000, 0x100001000ULL, 0x20 } },
	{ .ac = 2, .sc = 2, .no_chosen = true, .err = LUO_E_NONE },
	{ .ac = 2, .sc = 2, .err = LUO_E_NONE },
	{ .ac = 2, .sc = 2, .nr_fdt = 4, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_scratch = 4, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_scratch = 3, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_fdt = 3, .nr_scratch = 4, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_fdt = 4, .nr_scratch = 5, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_fdt = 8, .nr_scratch = 4, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 2, .nr_fdt = 4, .nr_scratch = 8, .err = LUO_E_FORMAT },
	{ .ac = 1, .sc = 1, .nr_fdt = 4, .nr_scratch = 4, .err = LUO_E_FORMAT },
	{ .ac = 3, .sc = 2, .nr_fdt = 5, .nr_scratch = 5, .err = LUO_E_FORMAT },
	{ .ac = 2, .sc = 3, .nr_fdt = 5, .nr_scratch = 5, .err = LUO_E_FORMAT },
	{ .ac = 5, .sc = 2, .nr_fdt = 4, .nr_scratch = 4, .err = LUO_E_FORMAT },
};

static void table(void **state)
{
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(trees); i++) {
		struct luo_handover h = { 0 };
		int err;

		write_tree(dtb, &trees[i]);
		err = fdt_chosen_handover(dtb, fdt_totalsize(dtb), &h);
		if (err != trees[i].err)
			print_error("tree %u\n", i);
		assert_int_equal(err, trees[i].err);
		if (!err)
			assert_memory_equal(&h, &trees[i].want, sizeof(h));
	}
}

static void expect_malformed(const u8 *dtb, u64 size)
{
	struct luo_handover h;

	assert_int_equal(fdt_chosen_handover(dtb, size, &h), LUO_E_FORMAT);
}

/* Every cut and every damaged header word; the tree ends at the end of its allocation. */
static void malformed(void **state)
{
	/* Words of the header that no value but their own fits; a high version alone is fine. */
	static const u8 word[] = { 0, 1, 2, 3, 4, 6, 8, 9 };
	u8 buf[TREE_SIZE] __attribute__((aligned(8))), *dtb;
	u32 size;

	(void)state;
	write_tree(buf, &trees[0]);
	size = fdt_totalsize(buf);
	for (u32 cut = 0; cut < size; cut++) {
		dtb = test_malloc(cut ? cut : 1);
		memcpy(dtb, buf, cut);
		expect_malformed(dtb, cut);
		test_free(dtb);
	}
	for (u32 i = 0; i < sizeof(word); i++) {
		dtb = test_malloc(size);
		memcpy(dtb, buf, size);
		memset(dtb + word[i] * 4, 0xff, 4);
		expect_malformed(dtb, size);
		test_free(dtb);
	}
	memset(buf + fdt_off_dt_struct(buf), 0xee, 4);
	expect_malformed(buf, size);
}

/* No size at all; and a header that begins where memory is about to end. */
static void no_size(void **state)
{
	const fdt32_t addr = cpu_to_fdt32(0x1000);
	u8 dtb[TREE_SIZE] __attribute__((aligned(8))), *page;
	struct luo_handover h;
	int node;

	(void)state;
	if (fdt_create_empty_tree(dtb, sizeof(dtb)) || fdt_setprop_u32(dtb, 0, "#size-cells", 0) ||
	    fdt_setprop_u32(dtb, 0, "#address-cells", 1))
		fail();
	node = fdt_add_subnode(dtb, 0, "chosen");
	if (fdt_setprop(dtb, node, "linux,kho-fdt", &addr, 4) ||
	    fdt_setprop(dtb, node, "linux,kho-scratch", &addr, 4))
		fail();
	expect_malformed(dtb, sizeof(dtb));
	assert_int_equal(fdt_setprop_u32(dtb, 0, "#size-cells", 1), 0);
	expect_malformed(dtb, sizeof(dtb));
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	assert_int_equal(mprotect(page + 4096, 4096, PROT_NONE), 0);
	for (u32 cut = 8; cut < sizeof(struct fdt_header); cut += 8) {
		memcpy(page + 4096 - cut, dtb, cut);
		assert_int_equal(fdt_chosen_handover(page + 4096 - cut, cut, &h), LUO_E_FORMAT);
	}
	munmap(page, 8192);
}

/* What is written reads back, in the root's cells, and old values are gone. */
static void written(void **state)
{
	static const struct luo_handover h = { 0x12345000, 0x1000, 0x23450000, 0x30 };
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(trees); i++) {
		struct luo_handover got = { 0 };
		bool cells = trees[i].ac <= 2 && trees[i].sc <= 2;

		write_tree(dtb, &trees[i]);
		if (fdt_open_into(dtb, dtb, sizeof(dtb)))
			fail();
		assert_int_equal(fdt_chosen_set_handover(dtb, &h), cells ? 0 : LUO_E_FORMAT);
		if (!cells)
			continue;
		assert_int_equal(fdt_chosen_handover(dtb, sizeof(dtb), &got), 0);
		assert_memory_equal(&got, &h, sizeof(h));
		assert_int_equal(fdt_chosen_set_handover(dtb, NULL), 0);
		assert_int_equal(fdt_chosen_handover(dtb, sizeof(dtb), &got), LUO_E_NONE);
	}
}

/* One cell holds no more than 32 bits; a full buffer takes nothing; a tree can be without /chosen.
 */
static void not_written(void **state)
{
	struct luo_handover h = { 1ULL << 32, 0x1000, 0x23450000, 0x30 };
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));

	(void)state;
	if (fdt_create_empty_tree(dtb, sizeof(dtb)) ||
	    fdt_setprop_u32(dtb, 0, "#address-cells", 1) ||
	    fdt_setprop_u32(dtb, 0, "#size-cells", 1))
		fail();
	assert_int_equal(fdt_chosen_set_handover(dtb, NULL), 0);
	assert_int_equal(fdt_path_offset(dtb, "/chosen"), -FDT_ERR_NOTFOUND);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_FORMAT);
	h.fdt_pa = 0x1000;
	h.fdt_size = 1ULL << 32;
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_FORMAT);
	h.fdt_size = 0x1000;
	if (fdt_setprop_u32(dtb, 0, "#size-cells", 0))
		fail();
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_FORMAT);
	if (fdt_setprop_u32(dtb, 0, "#size-cells", 1))
		fail();
	fdt_pack(dtb);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), LUO_E_LIMIT);
	assert_int_equal(fdt_open_into(dtb, dtb, sizeof(dtb)), 0);
	assert_int_equal(fdt_chosen_set_handover(dtb, &h), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),   cmocka_unit_test(malformed),	  cmocka_unit_test(no_size),
		cmocka_unit_test(written), cmocka_unit_test(not_written),
	};

	return cmocka_run_group_tests_name("chosen", tests, NULL, NULL);
}
