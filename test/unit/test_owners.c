/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * In sound states of every form all that is preserved has one owner; pages of two owners or none,
 * and what owns pages beside files, damaged one at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "follow.h"

static void sound(void **state)
{
	struct luo_owners o;
	struct world w;

	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		for (u32 abi = WORLD_V5; abi <= WORLD_L4; abi++) {
			world_standard(&w, shift, abi);
			expect_sound(&w, &o);
			assert_int_equal(o.owned[LUO_CLAIMS_FILES].entries, w.fblocks);
			assert_int_equal(o.owned[LUO_CLAIMS_SESSIONS].entries, w.nr_blocks);
			assert_int_equal(o.owned[LUO_CLAIMS_RECORD].entries, w.files);
			world_close(&w);
		}
	}
}

static void sound_kho_v1(void **state)
{
	struct luo_owners o;
	struct world w;

	(void)state;
	world_kho_v1 = true;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		world_standard(&w, shift, WORLD_S2);
		expect_sound(&w, &o);
		assert_true(o.owned[LUO_CLAIMS_FOLIO].entries > 0);
		world_close(&w);
	}
	world_kho_v1 = false;
}

/* Two owners. */

static void folio_is_session_block(struct world *w)
{
	world_forget(w, folio_of(w, 0), 0);
	put_folio(w, 0, w->block[1].pa);
}

static void folio_is_kho_fdt(struct world *w)
{
	world_forget(w, folio_of(w, 0), 0);
	put_folio(w, 0, w->kho.fdt_pa);
}

static void folio_is_own_chunk(struct world *w)
{
	world_forget(w, folio_of(w, 0), 0);
	put_folio(w, 0, chunk_of(w));
}

static void folio_twice(struct world *w)
{
	world_forget(w, folio_of(w, 0), 0);
	put_folio(w, 0, folio_of(w, 1));
}

static void record_shared(struct world *w)
{
	world_forget(w, world_get(w, file_at(w, 0, 5) + 48), 0);
	world_put(w, file_at(w, 0, 5) + 48, record_of(w));
}

static void flb_is_container(struct world *w)
{
	world_forget(w, w->flb_pa, 0);
	world_put(w, world_head_at(w) + 8, w->luo_pa);
}

/* What is left, and what else has pages. */

static void left_over(struct world *w)
{
	world_alloc(w, 0);
}

static void node_preserved(struct world *w)
{
	world_preserve(w, w->root, 0);
}

static void flb_stray(struct world *w)
{
	world_put(w, world_head_at(w) + 8, world_stray(w, 0));
}

static void flb_hole(struct world *w)
{
	world_put(w, world_head_at(w) + 8, HOLE);
}

static void no_flb(struct world *w)
{
	world_forget(w, w->flb_pa, 0);
	world_put(w, world_head_at(w) + 8, 0);
}

static void memblock_unpreserved(struct world *w)
{
	world_forget(w, w->memblock_pa, 0);
}

static void memblock_no_tree(struct world *w)
{
	world_put(w, w->memblock_pa, 0);
}

static void metadata_unpreserved(struct world *w)
{
	world_forget(w, w->metadata_pa, 0);
}

static void metadata_newer(struct world *w)
{
	world_put32(w, w->metadata_pa, 2);
}

static void metadata_zero(struct world *w)
{
	memset(world_at(w, w->metadata_pa, 73), 0, 73);
}

static void metadata_unterminated(struct world *w)
{
	memset(world_at(w, w->metadata_pa + 4, 65), '7', 65);
}

static void metadata_long(struct world *w)
{
	memset(world_at(w, w->metadata_pa + 4, 64), '7', 64);
}

static void metadata_short(struct world *w)
{
	w->metadata_size = 72;
	world_write_kho(w);
}

/* A region that begins at an odd page: entries of order 0, 1, and so on. */
static void region(struct world *w)
{
	u64 pa = world_stray(w, 3), page = world_page(w);

	world_preserve(w, pa + page, 0);
	world_preserve(w, pa + 2 * page, 1);
	world_preserve(w, pa + 4 * page, 1);
	world_write_memblock(w, pa + page, 5 * page);
}

static void region_unpreserved(struct world *w)
{
	u64 page = world_page(w);

	region(w);
	world_forget(w, STRAY_AT + 4 * page, 1);
}

/* The last entry is longer than the region. */
static void region_short(struct world *w)
{
	u64 page = world_page(w);

	region(w);
	world_write_memblock(w, STRAY_AT + page, 4 * page);
}

static void region_everything(struct world *w)
{
	region(w);
	world_write_memblock(w, STRAY_AT + world_page(w), ~0ULL);
}

static void other_child(struct world *w)
{
	w->kho.other = "kho-test";
	w->kho.other_data = world_alloc(w, 0) + 16;
	world_write_kho(w);
}

static void other_unpreserved(struct world *w)
{
	other_child(w);
	world_forget(w, w->kho.other_data - 16, 0);
}

static void other_left_over(struct world *w)
{
	other_child(w);
	world_alloc(w, 2);
}

static const struct damage page_damages[] = {
	{ "folio is a session block", folio_is_session_block, LUO_M10, PANIC },
	{ "folio is the KHO FDT", folio_is_kho_fdt, LUO_M10, PANIC },
	{ "folio is its file's chunk", folio_is_own_chunk, LUO_M10, PANIC },
	{ "folio twice in a file", folio_twice, LUO_M10, LOSE },
	{ "two files, one record", record_shared, LUO_M10, PANIC },
	{ "FLB area is the container", flb_is_container, LUO_M10, PANIC, .also = LUO_C08 },
	{ "page of nobody", left_over, LUO_M11, LEAK },
	{ "unknown handler", handler_unknown, LUO_M11, NOTE, .also = LUO_F13 },
	{ "map node preserved", node_preserved, LUO_M12, LOSE, .also = LUO_M11 },
	{ "no FLB area", no_flb, FINE },
	{ "FLB area not preserved", flb_stray, LUO_C07, LOSE },
	{ "FLB area in a hole", flb_hole, LUO_C07, PANIC },
	{ "memblock not preserved", memblock_unpreserved, LUO_K08, LOSE },
	{ "memblock not a tree", memblock_no_tree, LUO_K09, LOSE },
	{ "metadata not preserved", metadata_unpreserved, LUO_K08, LOSE },
	{ "metadata of another version", metadata_newer, LUO_K11, NOTE },
	{ "metadata all zero", metadata_zero, LUO_K11, NOTE },
	{ "metadata without an end", metadata_unterminated, LUO_K11, NOTE },
	{ "metadata with a long release", metadata_long, FINE },
	{ "metadata too short", metadata_short, LUO_K11, NOTE },
	{ "region", region, FINE },
	{ "region not preserved", region_unpreserved, LUO_K10, LOSE },
	{ "region ends in an entry", region_short, LUO_K10, LOSE },
	{ "region of all memory", region_everything, LUO_K10, LOSE },
	{ "unknown sub-node", other_child, FINE },
	{ "unknown sub-node not preserved", other_unpreserved, LUO_K08, NOTE },
	{ "unknown sub-node with more", other_left_over, LUO_M11, NOTE },
};

static void metadata_is_read(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	world_put32(&w, w.metadata_pa + 69, 0x01020304);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_string_equal(o.metadata.release, "7.3.4");
	assert_int_equal(o.metadata.count, 0x01020304);
	metadata_unterminated(&w);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_string_equal(o.metadata.release, "");
	run_close(&a);
	world_close(&w);
}

/* Both owners are named, each with what becomes of it. */
static void two_owners(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;
	bool block = false, file = false;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	folio_is_session_block(&w);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(a.report.nr_findings, 2);
	for (u32 i = 0; i < 2; i++) {
		const struct luo_finding *f = &a.report.findings[i];

		assert_int_equal(f->code, LUO_M10);
		assert_int_equal(f->pa, w.block[1].pa);
		block |= f->owner.kind == LUO_OWNER_SESSION_BLOCK && f->owner.index == 1 &&
			 f->severity == LUO_SEV_PANIC;
		file |= f->owner.kind == LUO_OWNER_FILE && f->owner.index == 4 &&
			!strcmp(f->owner.name, "vm-0.guest") && f->severity == LUO_SEV_LOSE;
	}
	assert_true(block && file);
	run_close(&a);
	world_close(&w);
}

struct seen {
	u64 nr;
	u64 pa;
	u32 order;
};

static void see(void *ctx, u64 pa, u32 order)
{
	struct seen *s = ctx;

	*s = (struct seen){ s->nr + 1, pa, order };
}

static void unclaimed_is_listed(void **state)
{
	struct luo_arena arena;
	struct luo_owners o;
	struct seen seen = { 0 };
	struct answer a;
	struct world w;
	u64 pa;

	(void)state;
	world_standard(&w, 14, WORLD_S3);
	pa = world_alloc(&w, 3);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	arena.size = luo_owners_need(&w.phys, &a.report.before);
	arena.base = aligned_alloc(16, arena.size);
	arena.used = arena.peak = 0;
	assert_int_equal(luo_follow(&w.phys, &a.state, &a.report, &arena, 1, NULL, &o), 0);
	luo_owners_unclaimed(&o, see, &seen);
	assert_int_equal(seen.nr, 1);
	assert_int_equal(seen.pa, pa);
	assert_int_equal(seen.order, 3);
	assert_int_equal(o.unclaimed.entries, 1);
	assert_int_equal(o.unclaimed.pages, 8);
	assert_int_equal(expect(&a, LUO_M11, LUO_SEV_LEAK)->value, 1);
	free(arena.base);
	run_close(&a);
	world_close(&w);
}

/* What whoever watches the claims is told: each once, and whose it is. */
struct told {
	u64 entries[LUO_NR_CLAIMANTS];
	u64 folio;
	struct luo_owner owner;
};

static void tell(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct told *t = ctx;

	(void)order;
	t->entries[kind]++;
	if (kind == LUO_CLAIMS_FOLIO && pa == t->folio)
		t->owner = *owner;
}

static void watched(void **state)
{
	struct luo_owner_watch watch = { tell, NULL };
	struct luo_arena arena;
	struct told told = { 0 };
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	folio_is_session_block(&w); /* two owners: a second walk tells nothing */
	told.folio = folio_of(&w, 1);
	watch.ctx = &told;
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	arena.size = luo_owners_need(&w.phys, &a.report.before);
	arena.base = aligned_alloc(16, arena.size);
	arena.used = arena.peak = 0;
	assert_int_equal(luo_follow(&w.phys, &a.state, &a.report, &arena, 1, &watch, &o), 0);
	for (u32 i = 0; i < LUO_NR_CLAIMANTS; i++)
		assert_int_equal(told.entries[i], o.owned[i].entries);
	assert_true(told.entries[LUO_CLAIMS_FOLIO] > 1);
	assert_int_equal(told.owner.kind, LUO_OWNER_FILE);
	free(arena.base);
	run_close(&a);
	world_close(&w);
}

static void refusals(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, true), LUO_E_ARENA);
	expect_only(&a, LUO_X05, LUO_SEV_LOSE);
	expect_verdict(&a, LUO_VERDICT_ERRORS);
	/* a map that is no tree is not asked */
	world_put(&w, w.root + 511 * 8, w.root);
	assert_int_equal(follow(&a, &w, &o, false), LUO_E_NONE);
	assert_int_equal(a.report.by_code[LUO_M11], 0);
	run_close(&a);
	world_close(&w);
}

/* What cannot be followed leaves pages over, which is no finding of its own. */
static void broken_lists(void **state)
{
	void (*const harm[])(struct world *) = {
		session_hole,	file_hole,	     loop_head,	 files_shared,	 files_joined,
		file_loop_self, session_unpreserved, total_more, block_overfull,
	};

	(void)state;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(harm); i++) {
		struct luo_owners o;
		struct answer a;
		struct world w;
		u64 before;

		world_standard(&w, 12, WORLD_V5);
		harm[i](&w);
		run_open(&a, LUO_ARENA_MIN);
		run(&a, &w, LUO_MODE_VERIFY);
		before = a.report.nr_findings;
		assert_int_equal(follow(&a, &w, &o, false), 0);
		assert_int_equal(a.report.nr_findings, before);
		assert_true(o.partial);
		run_close(&a);
		world_close(&w);
	}
}

/* The same where no list of files was gone to, so that verification has counted no block of one. */
static void no_list_reached(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	for (u64 i = 0; i < w.sessions; i++)
		if (world_get(&w, world_session(&w, i) + 64))
			world_forget(&w, world_get(&w, world_session(&w, i) + 64), 0);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(a.report.before.fblocks, 0);
	assert_int_equal(a.report.nr_findings, a.report.by_code[LUO_F05]);
	assert_true(o.partial);
	assert_true(o.unclaimed.entries);
	run_close(&a);
	world_close(&w);
}

/* Of a session that says it has no files nobody gives back the array: it is left over. */
static void array_of_no_files(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_S2);
	world_put(&w, world_session(&w, 1) + 72, 0);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(o.owned[LUO_CLAIMS_FILES].entries, w.fblocks - 1);
	assert_false(o.partial);
	/* the array, and the records of its three files */
	assert_int_equal(o.unclaimed.entries, 4);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound),
		cmocka_unit_test(sound_kho_v1),
		cmocka_unit_test(metadata_is_read),
		cmocka_unit_test(two_owners),
		cmocka_unit_test(unclaimed_is_listed),
		cmocka_unit_test(watched),
		cmocka_unit_test(refusals),
		cmocka_unit_test(broken_lists),
		cmocka_unit_test(no_list_reached),
		cmocka_unit_test(array_of_no_files),
	};
	int failed = cmocka_run_group_tests_name("owners", tests, NULL, NULL);

	return failed + run_followed("pages", WORLD_V5, page_damages, LUO_ARRAY_SIZE(page_damages));
}
