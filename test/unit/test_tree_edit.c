/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Edits of a device tree, held against libfdt's: both make the same tree of the same one, and where
 * libfdt has no room left, there is none.
 */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "../../fdt/edit.h"
#include "../../fdt/hide.h"
#include "../../luo/error.h"
#include "check.h"

#define TREE_SIZE 2048

struct tree {
	u8 b[TREE_SIZE] __attribute__((aligned(8)));
};

static struct tree from, ours, theirs;

/* Strings in front, the structure last, and gaps everywhere: libfdt puts that in order as well. */
static void scatter(struct tree *t)
{
	struct tree old = *t;
	const void *o = old.b;
	u32 strings = 64, reserved = 512, structure = 768;

	memset(t->b + FDT_WALK_HEADER, 0xa5, TREE_SIZE - FDT_WALK_HEADER);
	memcpy(t->b + strings, old.b + fdt_off_dt_strings(o), fdt_size_dt_strings(o));
	memcpy(t->b + reserved, old.b + fdt_off_mem_rsvmap(o), 16 * (fdt_num_mem_rsv(o) + 1));
	memcpy(t->b + structure, old.b + fdt_off_dt_struct(o), fdt_size_dt_struct(o));
	fdt_set_off_dt_strings(t->b, strings);
	fdt_set_off_mem_rsvmap(t->b, reserved);
	fdt_set_off_dt_struct(t->b, structure);
	fdt_set_totalsize(t->b, TREE_SIZE);
	fdt_set_boot_cpuid_phys(t->b, 3);
	assert_true(fdt_size_dt_strings(o) < reserved - strings);
	assert_true(fdt_size_dt_struct(o) < TREE_SIZE - structure);
}

/* @args bytes of command line, @nr reserved ranges, something before and behind /chosen. */
static void write_tree(struct tree *t, u32 args, u32 nr)
{
	void *dtb = t->b;
	struct tree other;
	char line[64];

	memset(t, 0, sizeof(*t));
	memset(line, 'a', sizeof(line));
	assert_int_equal(fdt_create(dtb, TREE_SIZE), 0);
	for (u32 i = 0; i < nr; i++)
		assert_int_equal(fdt_add_reservemap_entry(dtb, 0x1000 * (i + 1), 0x800), 0);
	assert_int_equal(fdt_finish_reservemap(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, ""), 0);
	assert_int_equal(fdt_property_u32(dtb, "#address-cells", 2), 0);
	assert_int_equal(fdt_begin_node(dtb, "before"), 0);
	assert_int_equal(fdt_property_string(dtb, "bootargs", "not these"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, "chosen"), 0);
	assert_int_equal(fdt_property_u64(dtb, "linux,kho-fdt", 0x1234567800), 0);
	assert_int_equal(fdt_property(dtb, "bootargs", line, args), 0);
	assert_int_equal(fdt_property_string(dtb, "linux,kho-scratch", "odd"), 0);
	assert_int_equal(fdt_property(dtb, "empty", NULL, 0), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, "LUO"), 0);
	assert_int_equal(fdt_property_u32(dtb, "x", 1), 0);
	assert_int_equal(fdt_begin_node(dtb, "in@1"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_begin_node(dtb, "behind"), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
	/* Without the gaps that fdt_create() leaves. */
	other = *t;
	scatter(&other);
	assert_int_equal(fdt_open_into(other.b, dtb, TREE_SIZE), 0);
	assert_int_equal(fdt_pack(dtb), 0);
	memset(t->b + fdt_totalsize(dtb), 0, TREE_SIZE - fdt_totalsize(dtb));
}

static void same_properties(const void *a, int in_a, const void *b, int in_b)
{
	int p = fdt_first_property_offset(a, in_a), q = fdt_first_property_offset(b, in_b);

	for (; p >= 0 && q >= 0;
	     p = fdt_next_property_offset(a, p), q = fdt_next_property_offset(b, q)) {
		const char *n, *m;
		int len, other;
		const void *v = fdt_getprop_by_offset(a, p, &n, &len);
		const void *w = fdt_getprop_by_offset(b, q, &m, &other);

		assert_string_equal(n, m);
		assert_int_equal(len, other);
		assert_memory_equal(v, w, len);
	}
	assert_int_equal(p, q);
}

/* Reserved memory, nodes and properties are the same, in the same order. */
static void same_trees(const void *a, const void *b)
{
	int n = 0, m = 0;

	assert_int_equal(fdt_check_full(a, TREE_SIZE), 0);
	assert_int_equal(fdt_check_full(b, TREE_SIZE), 0);
	assert_int_equal(fdt_boot_cpuid_phys(a), fdt_boot_cpuid_phys(b));
	assert_int_equal(fdt_num_mem_rsv(a), fdt_num_mem_rsv(b));
	for (int i = 0; i < fdt_num_mem_rsv(a); i++) {
		u64 start, size, other, length;

		assert_int_equal(fdt_get_mem_rsv(a, i, &start, &size), 0);
		assert_int_equal(fdt_get_mem_rsv(b, i, &other, &length), 0);
		assert_true(start == other && size == length);
	}
	for (; n >= 0 && m >= 0; n = fdt_next_node(a, n, NULL), m = fdt_next_node(b, m, NULL)) {
		assert_string_equal(fdt_get_name(a, n, NULL), fdt_get_name(b, m, NULL));
		same_properties(a, n, b, m);
	}
	assert_int_equal(n, m);
}

static bool copy(struct tree *to, u32 room)
{
	struct fdt_root root;

	memset(to, 0, sizeof(*to));
	assert_true(fdt_root_open(&root, from.b, TREE_SIZE));
	return fdt_edit_copy(&root, to->b, room);
}

/* Copies of @from with @room bytes, one by each. */
static void copies(u32 room)
{
	assert_true(copy(&ours, room));
	memset(&theirs, 0, sizeof(theirs));
	assert_int_equal(fdt_open_into(from.b, theirs.b, (int)room), 0);
}

/* A tree in order is the same to the last byte. */
static void copied(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 4; nr++) {
		write_tree(&from, 11, nr);
		copies(TREE_SIZE);
		assert_memory_equal(&ours, &theirs, TREE_SIZE);
		assert_int_equal(fdt_totalsize(ours.b), TREE_SIZE);
		scatter(&from);
		copies(TREE_SIZE);
		same_trees(ours.b, theirs.b);
		same_trees(ours.b, from.b);
	}
}

/* What a tree takes, and not a byte less. */
static void copy_room(void **state)
{
	u32 need;

	(void)state;
	write_tree(&from, 5, 1);
	need = fdt_totalsize(from.b);
	for (u32 room = 0; room < need; room++) {
		assert_false(copy(&ours, room));
		for (u32 i = 0; i < TREE_SIZE; i++)
			assert_int_equal(ours.b[i], 0);
	}
	copies(need);
	assert_memory_equal(&ours, &theirs, TREE_SIZE);
	for (u32 i = need; i < TREE_SIZE; i++)
		assert_int_equal(ours.b[i], 0);
}

/* Every length becomes every other one. */
static void lengths(void **state)
{
	char line[64];

	(void)state;
	memset(line, 'b', sizeof(line));
	for (u32 old = 0; old < 20; old++)
		for (u32 len = 0; len < 40; len++) {
			u8 *value;

			write_tree(&from, old, 1);
			copies(TREE_SIZE);
			value = fdt_edit_chosen_len(ours.b, "bootargs", len);
			assert_non_null(value);
			memcpy(value, line, len);
			assert_int_equal(fdt_setprop(theirs.b, fdt_path_offset(theirs.b, "/chosen"),
						     "bootargs", line, (int)len),
					 0);
			same_trees(ours.b, theirs.b);
			assert_int_equal(fdt_off_dt_strings(ours.b), fdt_off_dt_strings(theirs.b));
			for (; len % 4; len++)
				assert_int_equal(value[len], 0);
		}
}

static void length_room(void **state)
{
	(void)state;
	write_tree(&from, 8, 1);
	for (u32 room = 0; room < 24; room++)
		for (u32 len = 0; len < 40; len++) {
			struct tree before;
			int err;

			copies(fdt_totalsize(from.b) + room);
			before = ours;
			err = fdt_setprop_placeholder(theirs.b,
						      fdt_path_offset(theirs.b, "/chosen"),
						      "bootargs", (int)len, &(void *){ NULL });
			assert_true(!err || err == -FDT_ERR_NOSPACE);
			assert_int_equal(!fdt_edit_chosen_len(ours.b, "bootargs", len), !!err);
			if (err)
				assert_memory_equal(&ours, &before, sizeof(ours));
		}
	assert_null(fdt_edit_chosen_len(ours.b, "bootarg", 1));
}

static void reserved(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 3; nr++)
		for (u32 room = 0; room < 40; room++) {
			write_tree(&from, 3, nr);
			copies(fdt_totalsize(from.b) + room);
			for (u64 i = 1; i < 4; i++) {
				int err = fdt_add_mem_rsv(theirs.b, i << 33, i << 32 | 5);

				assert_int_equal(fdt_edit_reserve(ours.b, i << 33, i << 32 | 5),
						 !err);
			}
			assert_memory_equal(&ours, &theirs, sizeof(ours));
		}
}

static void hidden(void **state)
{
	int chosen;

	(void)state;
	write_tree(&from, 9, 1);
	copies(TREE_SIZE);
	assert_int_equal(fdt_hide_luo(ours.b, TREE_SIZE), 0);
	assert_int_equal(fdt_nop_node(theirs.b, fdt_path_offset(theirs.b, "/LUO")), 0);
	assert_memory_equal(&ours, &theirs, sizeof(ours));
	assert_int_equal(fdt_hide_luo(ours.b, TREE_SIZE), LUO_E_NONE);
	assert_int_equal(fdt_hide_kho(ours.b), 0);
	chosen = fdt_path_offset(theirs.b, "/chosen");
	assert_int_equal(fdt_nop_property(theirs.b, chosen, "linux,kho-scratch"), 0);
	assert_int_equal(fdt_nop_property(theirs.b, chosen, "linux,kho-fdt"), 0);
	assert_memory_equal(&ours, &theirs, sizeof(ours));
	assert_int_equal(fdt_hide_kho(ours.b), LUO_E_NONE);
	same_trees(ours.b, theirs.b);
	fdt_set_magic(ours.b, 0);
	assert_int_equal(fdt_hide_kho(ours.b), LUO_E_NONE);
}

/* Of a tree that is not sound to its end nothing is written. */
static void damaged(void **state)
{
	struct tree before;

	(void)state;
	write_tree(&from, 9, 1);
	copies(TREE_SIZE);
	memset(ours.b + fdt_off_dt_strings(ours.b) - 4, 0, 4);
	before = ours;
	assert_int_equal(fdt_hide_kho(ours.b), LUO_E_NONE);
	assert_null(fdt_edit_chosen_len(ours.b, "bootargs", 40));
	assert_memory_equal(&ours, &before, sizeof(ours));
}

/* It has no strings, and takes all the room there is. */
static void without_properties(void **state)
{
	(void)state;
	memset(&from, 0, sizeof(from));
	assert_int_equal(fdt_create_empty_tree(from.b, TREE_SIZE), 0);
	assert_int_equal(fdt_pack(from.b), 0);
	assert_int_equal(fdt_size_dt_strings(from.b), 0);
	assert_true(copy(&ours, FDT_WALK_HEADER + 16 + fdt_size_dt_struct(from.b)));
	assert_null(fdt_edit_chosen_len(ours.b, "bootargs", 4));
	same_trees(ours.b, from.b);
}

/* One of the two alone is hidden as well. */
static void hidden_alone(void **state)
{
	static const char *const names[] = { "linux,kho-fdt", "linux,kho-scratch" };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		write_tree(&from, 9, 1);
		copies(TREE_SIZE);
		assert_int_equal(
			fdt_nop_property(ours.b, fdt_path_offset(ours.b, "/chosen"), names[i]), 0);
		assert_int_equal(fdt_hide_kho(ours.b), 0);
		assert_int_equal(fdt_hide_kho(ours.b), LUO_E_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copied),
		cmocka_unit_test(copy_room),
		cmocka_unit_test(lengths),
		cmocka_unit_test(length_room),
		cmocka_unit_test(reserved),
		cmocka_unit_test(hidden),
		cmocka_unit_test(hidden_alone),
		cmocka_unit_test(damaged),
		cmocka_unit_test(without_properties),
	};

	return cmocka_run_group_tests_name("tree_edit", tests, NULL, NULL);
}
