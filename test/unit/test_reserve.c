/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Ranges that are taken away from kernels in a device tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libfdt.h>

#include "../../fdt/chosen.h"
#include "../../luo/error.h"

static _Alignas(8) char tree[1024];

static void open_tree(uint32_t cells, int size)
{
	assert_int_equal(fdt_create_empty_tree(tree, size), 0);
	assert_int_equal(fdt_setprop_u32(tree, 0, "#address-cells", cells), 0);
	assert_int_equal(fdt_setprop_u32(tree, 0, "#size-cells", cells), 0);
}

static void expect_reg(const char *path, const uint32_t *cells, int nr)
{
	int len, node = fdt_path_offset(tree, path);
	const fdt32_t *p = node < 0 ? NULL : fdt_getprop(tree, node, "reg", &len);

	assert_non_null(p);
	assert_int_equal(len, nr * 4);
	for (int i = 0; i < nr; i++)
		assert_int_equal(fdt32_to_cpu(p[i]), cells[i]);
}

/* As the binding of reserved-memory has it: the root's cells, and "ranges". */
static void two(void **state)
{
	struct luo_range a = { 0x40000000, 0x200000 }, b = { 0x8080000000, 0x100000000 };
	int node, len;

	(void)state;
	open_tree(2, sizeof(tree));
	assert_int_equal(fdt_reserve(tree, &a), 0);
	assert_int_equal(fdt_reserve(tree, &b), 0);
	node = fdt_path_offset(tree, "/reserved-memory");
	assert_int_equal(fdt_address_cells(tree, node), 2);
	assert_int_equal(fdt_size_cells(tree, node), 2);
	assert_non_null(fdt_getprop(tree, node, "ranges", &len));
	assert_int_equal(len, 0);
	expect_reg("/reserved-memory/luo-firmware@40000000",
		   (uint32_t[]){ 0, 0x40000000, 0, 0x200000 }, 4);
	expect_reg("/reserved-memory/luo-firmware@8080000000",
		   (uint32_t[]){ 0x80, 0x80000000, 1, 0 }, 4);
	assert_int_equal(fdt_reserve(tree, &a), LUO_E_LIMIT);
}

static void beside_others(void **state)
{
	struct luo_range a = { 0, 0x1000 };
	int node;

	(void)state;
	open_tree(1, sizeof(tree));
	node = fdt_add_subnode(tree, 0, "reserved-memory");
	assert_true(fdt_add_subnode(tree, node, "other@1000") > 0);
	assert_int_equal(fdt_reserve(tree, &a), 0);
	assert_true(fdt_path_offset(tree, "/reserved-memory/other@1000") > 0);
	expect_reg("/reserved-memory/luo-firmware@0", (uint32_t[]){ 0, 0x1000 }, 2);
}

static void cannot(void **state)
{
	struct luo_range high = { 1ULL << 32, 0x1000 }, low = { 0x1000, 0x1000 };

	(void)state;
	open_tree(1, sizeof(tree));
	assert_int_equal(fdt_reserve(tree, &high), LUO_E_FORMAT);
	for (int size = 160; size < 360; size += 8) {
		open_tree(1, size);
		if (!fdt_reserve(tree, &low))
			return;
		assert_int_equal(fdt_check_header(tree), 0);
	}
	fail();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(two),
		cmocka_unit_test(beside_others),
		cmocka_unit_test(cannot),
	};

	return cmocka_run_group_tests_name("reserve", tests, NULL, NULL);
}
