/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The walk through a device tree at the bounds of its header and of its structure block: the last
 * value that is believed and the first that is not.
 */
#include <libfdt.h>
#include <string.h>
#include <sys/mman.h>

#include "../../fdt/chosen.h"
#include "../../fdt/tree.h"
#include "../../fdt/walk.h"
#include "world.h"

#define SIZE	    1024
#define STRUCT	    64 /* structure block, strings behind it, and zeros to the end */
#define STRINGS	    512
#define BEGIN_NODE  1
#define END_NODE    2
#define PROP	    3
#define END	    9
#define ADDRESS	    0 /* offsets of names among the strings */
#define DEVICE_TYPE 15
#define KIND	    27

static const char strings[] = "#address-cells\0device_type\0kind";
static u8 dtb[SIZE] __attribute__((aligned(8)));

static void put32(u32 at, u32 value)
{
	fdt32_t be = cpu_to_fdt32(value);

	memcpy(dtb + at, &be, 4);
}

/* A tree with these words as its structure block. */
static void write_tree(const u32 *word, u32 nr)
{
	const u32 head[] = { FDT_MAGIC, SIZE, STRUCT, STRINGS,	       40,
			     17,	16,   0,      sizeof(strings), nr * 4 };

	memset(dtb, 0, sizeof(dtb));
	for (u32 i = 0; i < 10; i++)
		put32(i * 4, head[i]);
	for (u32 i = 0; i < nr; i++)
		put32(STRUCT + i * 4, word[i]);
	memcpy(dtb + STRINGS, strings, sizeof(strings));
}

static const u32 empty[] = { BEGIN_NODE, 0, END_NODE, END };

/* One word of the header, and whether the tree can be gone through. */
struct word {
	u32 at, value;
	bool ok;
};

static const struct word words[] = {
	{ 4, SIZE, true },
	{ 4, SIZE + 1, false },
	{ 4, 39, false },
	{ 8, STRUCT + 2, false },
	{ 8, STRUCT + 4, true },
	{ 16, SIZE - 16, true },
	{ 16, SIZE - 20, false },
	{ 16, SIZE - 8, false },
	{ 20, 17, true },
	{ 20, 16, false },
	{ 24, 17, true },
	{ 24, 18, false },
	{ 32, SIZE - STRINGS, true },
	{ 32, SIZE - STRINGS + 1, false },
};

static void headers(void **state)
{
	struct fdt_walk w;

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(words); i++) {
		write_tree(empty, LUO_ARRAY_SIZE(empty));
		put32(words[i].at, words[i].value);
		if (fdt_walk_open(&w, dtb, SIZE) != words[i].ok)
			fail_msg("word at %u: %u", words[i].at, words[i].value);
	}
	/* Strings of no length where the header ends, within it, and where the tree does. */
	write_tree(empty, LUO_ARRAY_SIZE(empty));
	put32(32, 0);
	put32(12, 40);
	assert_true(fdt_walk_open(&w, dtb, SIZE));
	put32(12, 39);
	assert_false(fdt_walk_open(&w, dtb, SIZE));
	put32(12, SIZE);
	assert_true(fdt_walk_open(&w, dtb, SIZE));
	write_tree(empty, LUO_ARRAY_SIZE(empty));
	put32(4, 1U << 30);
	assert_true(fdt_walk_open(&w, dtb, ~0ULL));
	put32(4, (1U << 30) + 1);
	assert_false(fdt_walk_open(&w, dtb, ~0ULL));
}

/* A magic number where memory ends. */
static void end_of_memory(void **state)
{
	u8 *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct fdt_walk w;

	(void)state;
	write_tree(empty, LUO_ARRAY_SIZE(empty));
	assert_true(page != MAP_FAILED);
	assert_int_equal(mprotect(page + 4096, 4096, PROT_NONE), 0);
	memcpy(page + 4092, dtb, 4);
	assert_false(fdt_walk_open(&w, page + 4092, 4));
	munmap(page, 8192);
}

/* A property of which only the token, or all but its value, is in the structure block. */
static void last_property(void **state)
{
	static const u32 word[] = { BEGIN_NODE, 0, PROP, 0, DEVICE_TYPE };
	struct fdt_walk w;

	(void)state;
	for (u32 nr = 3; nr <= 5; nr++) {
		write_tree(word, nr);
		assert_true(fdt_walk_open(&w, dtb, SIZE));
		assert_int_equal(fdt_walk_next(&w), FDT_WALK_NODE);
		assert_int_equal(fdt_walk_next(&w), nr == 5 ? FDT_WALK_PROP : FDT_WALK_DAMAGED);
	}
}

/* The child of a sibling is none of the node's. */
static void no_child(void **state)
{
	static const u32 word[] = { BEGIN_NODE, 0,	   BEGIN_NODE, 'a' << 24, END_NODE,
				    BEGIN_NODE, 'b' << 24, BEGIN_NODE, 'c' << 24, END_NODE,
				    END_NODE,	END_NODE,  END };
	struct fdt_walk w, a;

	(void)state;
	write_tree(word, LUO_ARRAY_SIZE(word));
	assert_true(fdt_walk_open(&w, dtb, SIZE));
	assert_int_equal(fdt_walk_next(&w), FDT_WALK_NODE);
	assert_true(fdt_walk_child(&w, 1));
	a = w;
	assert_false(fdt_walk_child(&a, 2));
	assert_true(fdt_walk_child(&w, 1));
	assert_string_equal(w.name, "b");
	assert_true(fdt_walk_child(&w, 2));
	assert_string_equal(w.name, "c");
	assert_false(fdt_walk_child(&w, 1));
}

/* A tree without a node, with an end for each that is asked for. */
static void no_node(void **state)
{
	static const u32 word[] = { END, END };
	struct fdt_root r;

	(void)state;
	write_tree(word, 2);
	assert_false(fdt_root_open(&r, dtb, SIZE));
	write_tree(empty, LUO_ARRAY_SIZE(empty));
	assert_true(fdt_root_open(&r, dtb, SIZE));
	put32(STRUCT + 4, 'x' << 24); /* a root with a name */
	assert_false(fdt_root_open(&r, dtb, SIZE));
	put32(STRUCT + 4, 0);
	put32(24, 18);
	assert_false(fdt_root_open(&r, dtb, SIZE));
}

/* One property of the root, or of a node below it, with two words of value. */
static void one_property(struct fdt_root *r, bool below, u32 name, u32 len, const char *value)
{
	const u32 word[] = { BEGIN_NODE,
			     0,
			     below ? BEGIN_NODE : 4,
			     below ? 'n' << 24 : 4,
			     PROP,
			     len,
			     name,
			     0,
			     0,
			     below ? END_NODE : 4,
			     END_NODE,
			     END };

	write_tree(word, LUO_ARRAY_SIZE(word));
	memcpy(dtb + STRUCT + 28, value, 8);
	assert_true(fdt_root_open(r, dtb, SIZE));
}

/* Behind a token of no meaning a property is not passed over for its length. */
static void long_type(void **state)
{
	static const u32 word[] = { BEGIN_NODE, 0,	  BEGIN_NODE,  'n' << 24,  4,
				    PROP,	8,	  DEVICE_TYPE, 0x6d656d6f, 0x72790000,
				    END_NODE,	END_NODE, END };
	struct fdt_root r;

	(void)state;
	write_tree(word, LUO_ARRAY_SIZE(word));
	assert_true(fdt_root_open(&r, dtb, SIZE));
	assert_false(r.at[FDT_MEMORY]);
}

static void properties(void **state)
{
	struct fdt_root r;
	struct fdt_walk node;

	(void)state;
	one_property(&r, true, DEVICE_TYPE, 7, "memory\0");
	assert_true(r.at[FDT_MEMORY]);
	one_property(&r, true, DEVICE_TYPE, 8, "memory\0");
	assert_false(r.at[FDT_MEMORY]);
	one_property(&r, true, DEVICE_TYPE, 7, "memorx\0");
	assert_false(r.at[FDT_MEMORY]);
	one_property(&r, true, KIND, 7, "memory\0");
	assert_false(r.at[FDT_MEMORY]);
	one_property(&r, false, ADDRESS, 8, "\0\0\0\1\0\0\0");
	assert_int_equal(r.cells[0], 2);
	/* Text that does not end within its property. */
	one_property(&r, false, KIND, 8, "abc\0abc");
	node = r.start;
	assert_true(fdt_walk_text(&node, "kind", "abc"));
	assert_false(fdt_walk_text(&node, "kind", "abcd"));
	one_property(&r, false, KIND, 7, "xyz\0abc");
	node = r.start;
	assert_true(fdt_walk_text(&node, "kind", "xyz"));
	assert_false(fdt_walk_text(&node, "kind", "abc"));
}

/* libfdt still reads version 16, and goes through what lies too deep for us. */
static void refused(void **state)
{
	struct luo_handover h;

	(void)state;
	write_tree(empty, LUO_ARRAY_SIZE(empty));
	assert_true(fdt_tree_sound(dtb, SIZE));
	put32(20, 16);
	assert_false(fdt_tree_sound(dtb, SIZE));
	if (fdt_create(dtb, SIZE) || fdt_finish_reservemap(dtb) || fdt_begin_node(dtb, ""))
		fail();
	for (u32 i = 0; i < FDT_WALK_DEPTH; i++)
		assert_int_equal(fdt_begin_node(dtb, "d"), 0);
	for (u32 i = 0; i <= FDT_WALK_DEPTH; i++)
		assert_int_equal(fdt_end_node(dtb), 0);
	assert_int_equal(fdt_finish(dtb), 0);
	assert_int_equal(fdt_check_full(dtb, SIZE), 0);
	assert_false(fdt_tree_sound(dtb, SIZE));
	assert_int_equal(fdt_chosen_handover(dtb, SIZE, &h), LUO_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),	 cmocka_unit_test(end_of_memory),
		cmocka_unit_test(last_property), cmocka_unit_test(no_child),
		cmocka_unit_test(no_node),	 cmocka_unit_test(properties),
		cmocka_unit_test(long_type),	 cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests_name("tree edges", tests, NULL, NULL);
}
