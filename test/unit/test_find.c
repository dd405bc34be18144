/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Looking for a state in all memory: stale and second KHO FDTs, ties, more of them than there is
 * room for, and what names the one that is taken.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../fdt/chosen.h"
#include "../../fdt/find.h"
#include "../../fdt/tree.h"
#include "harm.h"

#define NODE (STRAY_AT + KIB(512)) /* setup_data nodes lie here */
#define TREE (STRAY_AT + KIB(768)) /* and a device tree */

/* One search, and what a front end keeps for it. */
struct looking {
	struct fdt_candidate c[4];
	struct luo_phys phys;
	struct luo_job job;
	struct fdt_locate l;
	struct luo_found found;
	u8 tree[FDT_SCAN_TREE] __attribute__((aligned(8)));
	u8 arena[LUO_ARENA_MIN] __attribute__((aligned(16)));
};

static struct looking look;

static int scan(struct world *w, u32 max)
{
	look.phys = w->phys;
	look.phys.nr_scratch = 0;
	look.job = (struct luo_job){ .arena = look.arena, .arena_size = sizeof(look.arena) };
	look.found = (struct luo_found){ 0 };
	look.l = (struct fdt_locate){ .phys = &look.phys,
				      .job = &look.job,
				      .each = fdt_each_phys,
				      .each_ctx = &look.phys,
				      .scan = { look.c, max, 0, look.tree } };
	return fdt_locate_scan(&look.l, &look.found);
}

static void expect_taken(const struct world *w, u64 pa, u32 nr)
{
	assert_int_equal(look.l.scan.nr, nr);
	assert_int_equal(look.c[look.l.best].pa, pa);
	assert_int_equal(look.found.handover.fdt_pa, pa);
	assert_int_equal(look.found.page_shift, w->shift);
}

/* The KHO FDT's page once more; preserved or not. */
static u64 twin(struct world *w, bool preserved)
{
	u64 pa = preserved ? world_alloc(w, 0) : world_stray(w, 0), page = world_page(w);

	memcpy(world_at(w, pa, page), world_at(w, w->kho.fdt_pa, page), page);
	return pa;
}

static void nothing(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, 12, WORLD_V5, 8);
	assert_int_equal(scan(&w, 4), LUO_E_NONE);
	world_close(&w);
}

static void one_of_each_page_size(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		struct world w;

		world_standard(&w, shift, WORLD_V5);
		assert_int_equal(scan(&w, 4), 0);
		expect_taken(&w, w.kho.fdt_pa, 1);
		assert_true(look.c[0].verified);
		assert_int_equal(look.c[0].number, 7);
		assert_int_equal(look.found.handover.scratch_pa, 0);
		assert_int_equal(look.found.named_at, 0);
		world_close(&w);
	}
}

/* A page that nobody preserves any more is of an earlier kernel, wherever it lies. */
static void stale(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	twin(&w, false);
	assert_int_equal(scan(&w, 4), 0);
	expect_taken(&w, w.kho.fdt_pa, 2);
	assert_int_equal(look.l.ties, 0);
	assert_false(look.c[0].verified);
	assert_true(look.c[0].has_luo && !look.c[0].preserved);
	world_close(&w);
}

static void tie(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	twin(&w, true);
	assert_int_equal(scan(&w, 4), LUO_E_TIE);
	assert_int_equal(look.l.ties, 1);
	assert_int_equal(look.l.scan.nr, 2);
	world_close(&w);
}

/* Of two without live update it does not matter which. */
static void tie_without_luo(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	w.kho.child = NULL;
	world_write_kho(&w);
	twin(&w, true);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.l.ties, 1);
	assert_false(look.c[look.l.best].has_luo);
	world_close(&w);
}

/* The last of the container's codes: with it a container is not sound. */
static void headless(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_S2);
	set_head(&w, 0);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.c[0].first, LUO_C05);
	assert_false(look.c[0].verified);
	world_close(&w);
}

/* Of two sound ones the later live update is the state. */
static void higher_number(void **state)
{
	(void)state;
	for (u64 number = 6; number <= 8; number += 2) {
		struct world w;
		u64 first, record;

		world_standard(&w, 12, WORLD_V5);
		first = w.kho.fdt_pa;
		record = world_alloc(&w, 0);
		memcpy(world_at(&w, record, 4096), world_at(&w, w.luo_pa, 4096), 4096);
		world_put(&w, record + 8, number);
		w.kho.fdt_pa = world_alloc(&w, 0);
		w.kho.data = record;
		world_write_kho(&w);
		assert_int_equal(scan(&w, 4), 0);
		expect_taken(&w, number > 7 ? w.kho.fdt_pa : first, 2);
		world_close(&w);
	}
}

static void no_room(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	twin(&w, false);
	assert_int_equal(scan(&w, 1), LUO_E_LIMIT);
	assert_int_equal(look.l.scan.nr, 1);
	world_close(&w);
}

/* What tells two apart that are not sound, first to last. */
static void compared(void **state)
{
	static const struct fdt_candidate better[] = {
		{ .verified = true, .number = 1 },
		{ .has_luo = true, .problems = 3 },
		{ .known = true, .problems = 2 },
		{ .problems = 1 },
		{ .problems = 2 },
	};

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(better); i++)
		for (u32 j = 0; j < LUO_ARRAY_SIZE(better); j++) {
			int order = fdt_candidate_compare(&better[i], &better[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

/* Pieces are shown as the front end has them: cut short, or the same page twice. */
static void pieces(void **state)
{
	struct fdt_scan s = { look.c, 4, 0, look.tree };
	u8 page[4096] __attribute__((aligned(8)));
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	memcpy(page, world_at(&w, w.kho.fdt_pa, 4096), 4096);
	for (u32 len = 0; len < fdt_totalsize(page); len += 3)
		assert_int_equal(fdt_scan_piece(&s, MIB(2), page, len), 0);
	assert_int_equal(s.nr, 0);
	assert_int_equal(fdt_scan_piece(&s, MIB(2), page, fdt_totalsize(page)), 0);
	assert_int_equal(s.nr, 1);
	for (u32 i = 0; i < 2; i++)
		assert_int_equal(fdt_scan_piece(&s, MIB(2), page, sizeof(page)), 0);
	assert_int_equal(s.nr, 1);
	assert_int_equal(s.c[0].pa, MIB(2));
	/* Not at a page, too small, not of KHO. */
	assert_int_equal(fdt_scan_piece(&s, MIB(4) + 8, page, sizeof(page)), 0);
	fdt_set_totalsize(page, 39);
	assert_int_equal(fdt_scan_piece(&s, MIB(6), page, sizeof(page)), 0);
	assert_int_equal(fdt_create_empty_tree(page, sizeof(page)), 0);
	assert_int_equal(fdt_scan_piece(&s, MIB(8), page, sizeof(page)), 0);
	assert_int_equal(s.nr, 1);
	world_close(&w);
}

/* A piece that ends within a header, where memory ends too. */
static void end_of_memory(void **state)
{
	struct fdt_scan s = { look.c, 4, 0, look.tree };
	const fdt32_t magic = cpu_to_fdt32(FDT_MAGIC);
	u8 *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(page != MAP_FAILED);
	assert_int_equal(mprotect(page + 4096, 4096, PROT_NONE), 0);
	for (u32 len = 4; len < 40; len += 4) {
		memcpy(page + 4096 - len, &magic, 4);
		assert_int_equal(fdt_scan_piece(&s, MIB(2), page + 4096 - len, len), 0);
		assert_int_equal(s.nr, 0);
	}
	munmap(page, 8192);
}

/* Trees that are larger than any page, or whose header contradicts itself. */
static void no_candidates(void **state)
{
	static u8 tree[FDT_SCAN_TREE + 16] __attribute__((aligned(8)));
	static u8 room[FDT_SCAN_TREE + 16] __attribute__((aligned(8)));
	struct fdt_scan s = { look.c, 4, 0, room };
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	for (u32 size = FDT_SCAN_TREE; size <= FDT_SCAN_TREE + 8; size += 8) {
		memset(room, 0x5a, sizeof(room));
		if (fdt_open_into(world_at(&w, w.kho.fdt_pa, 4096), tree, (int)size))
			fail();
		s.nr = 0;
		assert_int_equal(fdt_scan_piece(&s, MIB(2), tree, sizeof(tree)), 0);
		assert_int_equal(s.nr, size == FDT_SCAN_TREE);
		assert_int_equal(room[FDT_SCAN_TREE], 0x5a);
	}
	if (fdt_open_into(world_at(&w, w.kho.fdt_pa, 4096), tree, 4096))
		fail();
	fdt_set_off_mem_rsvmap(tree, 4096 + 8);
	s.nr = 0;
	assert_int_equal(fdt_scan_piece(&s, MIB(2), tree, sizeof(tree)), 0);
	assert_int_equal(s.nr, 0);
	world_close(&w);
}

/* struct setup_data and struct kho_data of x86. */
static void write_node(struct world *w, u64 pa, u64 scratch_size)
{
	world_put(w, pa + 8, 32ULL << 32 | 10);
	world_put(w, pa + 16, w->kho.fdt_pa);
	world_put(w, pa + 24, world_page(w));
	world_put(w, pa + 32, SCRATCH_PA);
	world_put(w, pa + 40, scratch_size);
}

static void named_by_a_node(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	write_node(&w, NODE, 32);
	write_node(&w, NODE + 64, 32);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.found.named, LUO_BOOT_PARAMS);
	assert_int_equal(look.found.named_at, NODE);
	assert_int_equal(look.found.handover.scratch_pa, SCRATCH_PA);
	fdt_found_scratch(&look.phys, &look.found);
	assert_int_equal(look.found.nr_areas, 2);
	look.found.handover.scratch_size = 8;
	fdt_found_scratch(&look.phys, &look.found);
	assert_int_equal(look.found.nr_areas, 0);
	world_close(&w);
}

/* A node with a size that no page has, with that of another page size, with areas out of reach. */
static void named_wrongly(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	write_node(&w, NODE, 32);
	world_put(&w, NODE + 24, 4097);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.found.named_at, 0);
	fdt_locate_given(&look.l, w.kho.fdt_pa, &look.found);
	expect_taken(&w, w.kho.fdt_pa, 1);
	assert_int_equal(look.found.named_at, 0);
	world_put(&w, NODE + 24, 65536);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.found.named_at, 0);
	write_node(&w, NODE, 32);
	world_put(&w, NODE + 32, HOLE);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.found.named_at, 0);
	world_put(&w, NODE + 32, SCRATCH_PA);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.found.named_at, NODE);
	world_close(&w);
}

/* Every page with the magic number costs time, so that only so many are looked into. */
static void named_behind_many_trees(void **state)
{
	u64 first = HIGH_BANK + MIB(8), last = first + 1024 * 4096;
	const fdt32_t magic = cpu_to_fdt32(FDT_MAGIC);
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	for (u64 pa = first; pa < last - 4096; pa += 4096)
		memcpy(world_at(&w, pa, 4), &magic, 4);
	assert_int_equal(fdt_create_empty_tree(world_at(&w, last, 1024), 1024), 0);
	assert_int_equal(fdt_chosen_set_handover(world_at(&w, last, 1024), &w.handover), 0);
	/* The KHO FDT and the memblock tree are two of them. */
	memset(world_at(&w, first, 2 * 4096), 0, 2 * 4096);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.l.search.trees, 1024);
	assert_int_equal(look.found.named, LUO_BOOT_TREE);
	assert_int_equal(look.found.named_at, last);
	memcpy(world_at(&w, first, 4), &magic, 4);
	assert_int_equal(scan(&w, 4), 0);
	assert_int_equal(look.l.search.trees, 1024);
	assert_int_equal(look.found.named_at, 0);
	world_close(&w);
}

/* Two lists of scratch areas: neither can be believed, the state still is. */
static void named_differently(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	write_node(&w, NODE, 32);
	write_node(&w, NODE + 64, 16);
	assert_int_equal(scan(&w, 4), 0);
	expect_taken(&w, w.kho.fdt_pa, 1);
	assert_true(look.l.search.ambiguous);
	assert_int_equal(look.found.handover.scratch_pa, 0);
	/* The same length, another area. */
	write_node(&w, NODE + 64, 32);
	world_put(&w, NODE + 64 + 32, SCRATCH_PA + 64);
	memcpy(world_at(&w, SCRATCH_PA + 64, 32), world_at(&w, SCRATCH_PA, 32), 32);
	world_put(&w, SCRATCH_PA + 64 + 8, MIB(1) - 4096);
	assert_int_equal(scan(&w, 4), 0);
	assert_true(look.l.search.ambiguous);
	world_close(&w);
}

/* The address is given; a node that does not fit RAM or names another FDT counts for nothing. */
static void given(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	write_node(&w, NODE, 32);
	world_put(&w, NODE + 16, w.kho.fdt_pa + 4096);
	world_put(&w, LOW_BANK + LOW_SIZE - 8, 32ULL << 32 | 10);
	assert_int_equal(scan(&w, 4), 0);
	fdt_locate_given(&look.l, w.kho.fdt_pa, &look.found);
	expect_taken(&w, w.kho.fdt_pa, 1);
	assert_int_equal(look.found.named_at, 0);
	write_node(&w, NODE, 32);
	fdt_locate_given(&look.l, w.kho.fdt_pa, &look.found);
	assert_int_equal(look.found.named_at, NODE);
	world_close(&w);
}

/* A device tree in memory: not one, misaligned, too small, too large, cut off by the end of RAM. */
static void tree_at(void **state)
{
	const char *damage;
	struct world w;
	u32 size;
	u8 *p;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	p = world_at(&w, TREE, 4096);
	assert_null(fdt_tree_at(&w.phys, HOLE, &size, &damage));
	assert_null(damage);
	assert_null(fdt_tree_at(&w.phys, TREE, &size, &damage));
	assert_null(damage);
	assert_int_equal(fdt_create_empty_tree(p, 1024), 0);
	assert_ptr_equal(fdt_tree_at(&w.phys, TREE, &size, &damage), p);
	assert_int_equal(size, 1024);
	memmove(p + 4, p, 1024);
	assert_null(fdt_tree_at(&w.phys, TREE + 4, &size, &damage));
	assert_string_equal(damage, "it is not at a multiple of 8 bytes");
	memmove(p, p + 4, 1024);
	fdt_set_totalsize(p, 39);
	assert_null(fdt_tree_at(&w.phys, TREE, &size, &damage));
	assert_string_equal(damage, "its size is below 40 bytes");
	fdt_set_totalsize(p, 40);
	assert_ptr_equal(fdt_tree_at(&w.phys, TREE, &size, &damage), p);
	fdt_set_totalsize(p, MIB(2) + 1);
	assert_null(fdt_tree_at(&w.phys, TREE, &size, &damage));
	assert_string_equal(damage, "it is larger than 2 MiB");
	fdt_set_totalsize(p, MIB(2));
	assert_null(fdt_tree_at(&w.phys, TREE, &size, &damage));
	assert_string_equal(damage, "it is not wholly in memory");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),	   cmocka_unit_test(one_of_each_page_size),
		cmocka_unit_test(stale),	   cmocka_unit_test(tie),
		cmocka_unit_test(higher_number),   cmocka_unit_test(no_room),
		cmocka_unit_test(compared),	   cmocka_unit_test(pieces),
		cmocka_unit_test(named_by_a_node), cmocka_unit_test(named_differently),
		cmocka_unit_test(given),	   cmocka_unit_test(tree_at),
		cmocka_unit_test(tie_without_luo), cmocka_unit_test(headless),
		cmocka_unit_test(no_candidates),   cmocka_unit_test(end_of_memory),
		cmocka_unit_test(named_wrongly),   cmocka_unit_test(named_behind_many_trees),
	};

	return cmocka_run_group_tests_name("find", tests, NULL, NULL);
}
