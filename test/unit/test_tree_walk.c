/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The walk through a device tree, held against libfdt: on sound trees both see the same nodes and
 * properties; a tree that libfdt's full check refuses for its structure is not gone through; and
 * on trees that were damaged at random nothing is read that is not there.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "../../fdt/walk.h"
#include "check.h"

#define TREE_SIZE 4096

/* What the walk stands for. */
static bool libfdt_takes(const void *dtb, u64 size)
{
	return fdt_magic(dtb) == FDT_MAGIC && fdt_version(dtb) >= 17 &&
	       fdt_last_comp_version(dtb) <= 17 && !(fdt_off_dt_struct(dtb) & 3) &&
	       !(fdt_off_mem_rsvmap(dtb) & 7) && !fdt_check_full(dtb, size);
}

/* Names and values of all lengths around the multiples of 4. */
static void write_node(void *dtb, u32 depth, u32 children, u32 *n)
{
	char name[24], value[16] = "0123456789abcde";

	for (u32 i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "p%.*s", (int)(*n + i) % 7, "roperty");
		assert_int_equal(fdt_property(dtb, name, value, (*n + i) % 9), 0);
	}
	for (u32 i = 0; depth && i < children; i++) {
		++*n;
		snprintf(name, sizeof(name), "n%.*s@%x", (int)(*n % 6), "uvwxyz", *n);
		assert_int_equal(fdt_begin_node(dtb, name), 0);
		write_node(dtb, depth - 1, children, n);
		assert_int_equal(fdt_end_node(dtb), 0);
	}
}

static void chain(void *dtb, u32 depth)
{
	for (u32 i = 0; i < depth; i++)
		assert_int_equal(fdt_begin_node(dtb, "deeper"), 0);
	for (u32 i = 0; i < depth; i++)
		assert_int_equal(fdt_end_node(dtb), 0);
}

static u32 write_tree(void *dtb, u32 depth, u32 children, u32 deeper)
{
	u32 n = 0;

	assert_int_equal(fdt_create(dtb, TREE_SIZE), 0);
	assert_int_equal(fdt_add_reservemap_entry(dtb, 0x1000, 0x2000), 0);
	assert_int_equal(fdt_finish_reservemap(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, ""), 0);
	write_node(dtb, depth, children, &n);
	chain(dtb, deeper);
	assert_int_equal(fdt_begin_node(dtb, "memory@1"), 0);
	assert_int_equal(fdt_property_string(dtb, "device_type", "memory"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, "chosen"), 0);
	assert_int_equal(fdt_property_string(dtb, "bootargs", "quiet"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, "memory@2"), 0);
	assert_int_equal(fdt_property_string(dtb, "device_type", "memory"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
	return fdt_totalsize(dtb);
}

static void same_property(const struct fdt_walk *w, const void *dtb, int at)
{
	const char *name;
	int len;
	const void *value = fdt_getprop_by_offset(dtb, at, &name, &len);

	assert_non_null(value);
	assert_string_equal(w->name, name);
	assert_int_equal(w->len, len);
	assert_ptr_equal(w->value, value);
}

/* Node by node, property by property; @dtb has passed fdt_check_full(). */
static void same_as_libfdt(const void *dtb, u64 size)
{
	struct fdt_walk w;
	int node = -1, prop = -1, depth = 0;

	assert_true(fdt_walk_open(&w, dtb, size));
	for (;;) {
		enum fdt_walk_tag tag = fdt_walk_next(&w);

		if (tag == FDT_WALK_NODE) {
			node = node < 0 ? 0 : fdt_next_node(dtb, node, NULL);
			assert_string_equal(w.name, fdt_get_name(dtb, node, NULL));
			depth = fdt_node_depth(dtb, node);
			assert_int_equal(w.depth, depth + 1);
			prop = fdt_first_property_offset(dtb, node);
		} else if (tag == FDT_WALK_PROP && (int)w.depth == depth + 1) {
			same_property(&w, dtb, prop);
			prop = fdt_next_property_offset(dtb, prop);
		} else if (tag == FDT_WALK_DONE) {
			break;
		} else {
			assert_int_equal(tag, FDT_WALK_LEAVE);
			assert_true(prop < 0);
		}
	}
	assert_int_equal(fdt_next_node(dtb, node, NULL), -FDT_ERR_NOTFOUND);
}

static void sound(void **state)
{
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));

	(void)state;
	for (u32 depth = 0; depth < 4; depth++)
		for (u32 children = 1; children < 4; children++) {
			u32 size = write_tree(dtb, depth, children, 3);

			assert_true(libfdt_takes(dtb, size));
			same_as_libfdt(dtb, size);
		}
}

/* Where things are, and that an older tree, a deeper one and one that is cut are not gone through.
 */
static void root(void **state)
{
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));
	u32 size = write_tree(dtb, 2, 2, FDT_WALK_DEPTH - 1), len, memory = 1;
	struct fdt_root r;
	struct fdt_walk node;

	(void)state;
	assert_true(fdt_root_open(&r, dtb, size));
	assert_int_equal(r.size, size);
	assert_int_equal(r.cells[0], 2);
	assert_int_equal(r.cells[1], 1);
	assert_true(fdt_root_child(&r, FDT_CHOSEN, &node));
	assert_string_equal((const char *)fdt_walk_prop(&node, "bootargs", &len), "quiet");
	assert_int_equal(len, 6);
	assert_true(fdt_walk_text(&node, "bootargs", "quiet"));
	assert_false(fdt_walk_text(&node, "bootargs", "qui"));
	assert_null(fdt_walk_prop(&node, "bootarg", &len));
	assert_false(fdt_root_child(&r, FDT_ALIASES, &node));
	assert_true(fdt_root_child(&r, FDT_MEMORY, &node));
	while (node.at < r.at[FDT_MEMORY_LAST] && fdt_walk_child(&node, 1))
		memory += fdt_walk_text(&node, "device_type", "memory");
	assert_int_equal(memory, 2);
	for (u32 cut = 0; cut < size; cut += 4)
		assert_false(fdt_root_open(&r, dtb, cut));
	fdt_set_version(dtb, 16);
	assert_false(fdt_root_open(&r, dtb, size));
	size = write_tree(dtb, 0, 0, FDT_WALK_DEPTH);
	assert_true(libfdt_takes(dtb, size));
	assert_false(fdt_root_open(&r, dtb, size));
}

/*
 * A length with which the place behind the property wraps to a word that is a token, a NOP: libfdt
 * 1.6 goes on there.
 */
static void length_that_wraps(void **state)
{
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));
	u32 size = write_tree(dtb, 0, 0, 0);
	fdt32_t *first = (fdt32_t *)(dtb + fdt_off_dt_struct(dtb) + 8);
	struct fdt_root r;

	(void)state;
	assert_int_equal(fdt32_to_cpu(first[0]), FDT_PROP);
	first[2] = cpu_to_fdt32(FDT_NOP);
	assert_true(fdt_root_open(&r, dtb, size));
	first[1] = cpu_to_fdt32(0xfffffffc);
	assert_false(fdt_root_open(&r, dtb, size));
}

/* A device_type of more than one string is another one. */
static void another_type(void **state)
{
	u8 dtb[TREE_SIZE] __attribute__((aligned(8)));
	struct fdt_root r;

	(void)state;
	assert_int_equal(fdt_create(dtb, TREE_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, ""), 0);
	assert_int_equal(fdt_begin_node(dtb, "memory@1"), 0);
	assert_int_equal(fdt_property(dtb, "device_type", "memory\0x", 9), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
	assert_true(fdt_root_open(&r, dtb, fdt_totalsize(dtb)));
	assert_int_equal(r.at[FDT_MEMORY], 0);
}

static void names(void **state)
{
	(void)state;
	assert_true(fdt_walk_name_is("chosen", "chosen", 6));
	assert_true(fdt_walk_name_is("chosen@0", "chosen", 6));
	assert_true(fdt_walk_name_is("uart@9000", "uart@9000", 9));
	assert_false(fdt_walk_name_is("uart@9000", "uart@900", 8));
	assert_false(fdt_walk_name_is("chosen2", "chosen", 6));
	assert_false(fdt_walk_name_is("chose", "chosen", 6));
}

/* A walk over all of it, and every question, on a tree that ends where its allocation does. */
static bool go_through(const void *dtb, u64 size)
{
	struct fdt_root r;
	struct fdt_walk w;
	u32 len;
	bool ok = fdt_root_open(&r, dtb, size);

	if (!fdt_walk_open(&w, dtb, size))
		return false;
	while (fdt_walk_child(&w, 1))
		fdt_walk_text(&w, "property", "0123");
	if (ok && fdt_root_child(&r, FDT_CHOSEN, &w))
		fdt_walk_prop(&w, "bootargs", &len);
	return ok;
}

/* One to four bytes of the header or of the blocks have any value. */
static void damaged(void **state)
{
	u8 buf[TREE_SIZE] __attribute__((aligned(8)));
	u32 size = write_tree(buf, 2, 3, 4), taken = 0, refused = 0;
	u64 random = 0x9e3779b97f4a7c15;

	(void)state;
	for (u32 round = 0; round < 60000; round++) {
		u8 *dtb = test_malloc(size);
		bool ours, theirs;

		memcpy(dtb, buf, size);
		for (u32 i = 0; i <= round % 4; i++) {
			random = random * 6364136223846793005 + 1442695040888963407;
			dtb[(random >> 33) % (i ? size : 600)] = (u8)(random >> 20);
		}
		ours = go_through(dtb, size);
		theirs = libfdt_takes(dtb, size);
		if (theirs != ours)
			fail_msg("round %u: %s takes it", round, ours ? "the walk" : "libfdt");
		if (ours)
			same_as_libfdt(dtb, size);
		taken += ours;
		refused += !ours;
		test_free(dtb);
	}
	assert_true(taken > 1000 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(root),
		cmocka_unit_test(length_that_wraps),
		cmocka_unit_test(another_type),
		cmocka_unit_test(names),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("tree_walk", tests, NULL, NULL);
}
