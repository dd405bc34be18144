/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor that the core writes: taken apart by the test's own reader, and every page that it has
 * a digest of is changed once.
 */
#include <stdlib.h>
#include <string.h>

#include "../../fdt/anchor.h"
#include "../../fdt/owners.h"
#include "anchor_own.h"

static struct luo_anchor opened;
static struct luo_anchor_check checked;
static struct anchor_looking look;

static u64 write_anchor(struct world *w, u64 room, bool all)
{
	struct luo_anchor_writer writer = { .phys = &w->phys, .room = room, .all = all };
	struct answer a;
	u64 size;

	run_open(&a, LUO_ARENA_MIN);
	run(&a, w, LUO_MODE_VERIFY);
	expect_verdict(&a, LUO_VERDICT_OK);
	writer.base = world_at(w, AT, ROOM);
	size = fdt_anchor_write(&writer, &a.state, AT);
	run_close(&a);
	return size;
}

static u64 slots_of(struct world *w, u32 kind)
{
	u64 at = AT + HEAD + 16 * world_get(w, AT + 64), nr = world_get(w, AT + 72), found = 0;

	for (u64 i = 0; i < nr; i++, at += SLOT) {
		u64 pa = world_get(w, at), len = world_get(w, at + 8);
		u32 is = (u32)world_get(w, at + 24);

		found += is == kind;
		if (is == 7) {
			i += 2;
			at += 64;
			continue;
		}
		assert_int_equal(world_get(w, at + 16),
				 is == 12 ? 0 : anchor_sum(world_at(w, pa, len), len, pa));
	}
	return found;
}

static void expect_slots(struct world *w)
{
	u64 files = w->files;

	assert_int_equal(slots_of(w, 1), 1);
	assert_int_equal(slots_of(w, 2), w->nodes);
	assert_true(slots_of(w, 3) >= 1);
	assert_int_equal(slots_of(w, 6), w->nr_blocks);
	assert_int_equal(slots_of(w, 7), w->sessions);
	assert_int_equal(slots_of(w, 8), w->fblocks);
	assert_int_equal(slots_of(w, 9), files);
	assert_true(slots_of(w, 10) >= 1);
	assert_true(slots_of(w, 11) >= 1);
}

/* Each preserved page once. */
static void expect_pages(struct world *w)
{
	u64 at = AT + HEAD + 16 * world_get(w, AT + 64) + SLOT * world_get(w, AT + 72);
	u64 end = at + world_get(w, AT + 80), page = world_page(w), pages = 0;

	while (end - at > 16) {
		u64 pa = world_get(w, at), nr = world_get(w, at + 8);

		at += 16;
		for (u64 i = 0; i < nr; i++, pa += page, pages++) {
			u32 sum;

			memcpy(&sum, world_at(w, at + 4 * i, 4), 4);
			assert_int_equal(sum, (u32)anchor_sum(world_at(w, pa, page), page, pa));
		}
		at += (4 * nr + 7) & ~7ULL;
	}
	assert_int_equal(pages, w->pages);
}

static void written(void **state)
{
	struct world w;

	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		for (u32 abi = WORLD_V5; abi <= WORLD_L4; abi++) {
			u64 size, number;

			if (shift == 16 && abi != WORLD_V5)
				continue; /* tens of thousands of names: no room */
			world_standard(&w, shift, abi);
			number = anchor_number(&w);
			for (u32 all = 0; all < 2; all++) {
				size = write_anchor(&w, ROOM, all);
				assert_int_not_equal(size, 0);
				assert_int_equal(world_get(&w, AT + 32), size);
				assert_int_equal(world_get(&w, AT + 40), number);
				expect_slots(&w);
				if (all)
					expect_pages(&w);
				assert_int_equal(anchor_locate(&look, &w, 0), 0);
			}
			world_close(&w);
		}
	}
}

/* Too little room is an answer of its own, whatever there is, and nothing behind it is written. */
static void no_room(void **state)
{
	struct world w;
	u64 size;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	size = write_anchor(&w, ROOM, true);
	memset(world_at(&w, AT, ROOM), 0x5a, ROOM);
	for (u64 room = 0; room < size; room += 8) {
		assert_int_equal(write_anchor(&w, room, true), 0);
		assert_int_equal(*world_at(&w, AT + room, 1), 0x5a);
		assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), LUO_E_NONE);
	}
	assert_int_equal(write_anchor(&w, size, true), size);
	world_close(&w);
}

/* All preserved pages and the map's nodes are written back, and so is the anchor. */
static void written_back(void **state)
{
	struct world w;
	u64 from, size, hit = 0;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	from = w.nr_log;
	size = write_anchor(&w, ROOM, false);
	for (u64 i = from; i < w.nr_log; i++)
		assert_true(w.log[i].persist);
	assert_int_equal(w.log[w.nr_log - 1].pa, AT);
	assert_int_equal(w.log[w.nr_log - 1].len, size);
	for (u32 i = 0; i < 3; i++)
		for (u64 k = from; k < w.nr_log; k++)
			hit += w.log[k].pa == folio_of(&w, i) && w.log[k].len == 4096;
	assert_int_equal(hit, 3);
	world_close(&w);
}

/* Every page with a digest, changed in one bit: that one is found, and nothing else. */

static void owner_watch(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct world *w = ctx;

	luo_anchor_owner(&checked, luo_claimant_word(kind), pa, world_page(w) << order, owner);
}

static void follow_owners(struct world *w, struct answer *a)
{
	struct luo_owner_watch watch = { owner_watch, w };
	struct luo_arena arena = { .size = luo_owners_need(&w->phys, &a->report.before) };
	struct luo_owners o;

	arena.base = aligned_alloc(16, arena.size);
	luo_follow(&w->phys, &a->state, &a->report, &arena, 1, &watch, &o);
	free(arena.base);
}

static void expect_hit(struct world *w, u64 pa, u32 kind)
{
	u64 page = world_page(w);

	luo_anchor_check(&checked, &w->phys, &opened);
	assert_int_equal(checked.nr, 1);
	assert_int_equal(checked.nr_damage, 0);
	assert_int_equal(checked.list[0].meta, kind != 12);
	assert_int_equal(checked.kho, kind == 1 || kind == 2);
	assert_in_range(pa, checked.list[0].pa,
			checked.list[0].pa + page * checked.list[0].pages - 1);
}

static void each_page(void **state)
{
	struct world w;
	u64 at, end;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	assert_int_not_equal(write_anchor(&w, ROOM, true), 0);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	at = AT + HEAD + 16 * world_get(&w, AT + 64);
	for (u64 i = 0; i < opened.head.nr_slots; i++, at += SLOT) {
		u64 pa = world_get(&w, at);
		u32 kind = (u32)world_get(&w, at + 24);

		if (kind == 7) {
			i += 2;
			at += 64;
			continue;
		}
		*world_at(&w, pa + i * 8 % 4096, 1) ^= 4;
		expect_hit(&w, pa, kind);
		*world_at(&w, pa + i * 8 % 4096, 1) ^= 4;
	}
	end = at + opened.head.run_bytes;
	assert_true(at < end);
	for (u32 i = 0; i < 3; i++) {
		*world_at(&w, folio_of(&w, i) + 1000 * i, 1) ^= 1;
		expect_hit(&w, folio_of(&w, i), 12);
		*world_at(&w, folio_of(&w, i) + 1000 * i, 1) ^= 1;
	}
	world_close(&w);
}

static void expect_folios(u64 pages)
{
	const struct luo_trodden *t = &checked.list[checked.nr - 1];

	assert_int_equal(t->pages, pages);
	assert_string_equal(t->what, "folios");
	assert_int_equal(t->owner.kind, LUO_OWNER_FILE);
	assert_int_equal(t->owner.index, 4);
}

/* The anchor knows whose folios are, even when the array that lists them was hit. */
static void content_has_its_owner(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	assert_int_not_equal(write_anchor(&w, ROOM, true), 0);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	*world_at(&w, folio_of(&w, 0), 1) ^= 1;
	*world_at(&w, folio_of(&w, 2), 1) ^= 1;
	luo_anchor_check(&checked, &w.phys, &opened);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	luo_anchor_report(&checked, &a.report);
	expect_verdict(&a, LUO_VERDICT_ERRORS);
	expect_only(&a, LUO_A06, LUO_SEV_LOSE);
	assert_int_equal(checked.nr, 1);
	assert_int_equal(checked.unchecked, 0);
	expect_folios(2);
	memset(world_at(&w, array_of(&w), 4096), 0xaf, 4096);
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.nr, 2);
	assert_string_equal(checked.list[0].what, "folio array");
	expect_folios(2);
	run_close(&a);
	world_close(&w);
}

/* Of pages that no slot is about, whoever follows the state to them is told. */
static void other_content(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	*world_at(&w, folio_of(&w, 0), 1) ^= 1;
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.nr, 0);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	follow_owners(&w, &a);
	luo_anchor_report(&checked, &a.report);
	expect_only(&a, LUO_A06, LUO_SEV_LOSE);
	assert_int_equal(checked.nr, 1);
	expect_folios(1);
	run_close(&a);
	world_close(&w);
}

/* Pages that nobody is found for are counted all the same; without sums the rest is a note. */
static void what_is_not_known(void **state)
{
	struct answer a;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	*world_at(&w, folio_of(&w, 0), 1) ^= 1;
	luo_anchor_check(&checked, &w.phys, &opened);
	run_open(&a, LUO_ARENA_MIN);
	run(&a, &w, LUO_MODE_VERIFY);
	luo_anchor_report(&checked, &a.report);
	expect_only(&a, LUO_A06, LUO_SEV_LOSE);
	assert_string_equal(checked.list[0].what, "nobody known");
	assert_int_not_equal(write_anchor(&w, ROOM, false), 0);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	luo_anchor_check(&checked, &w.phys, &opened);
	run(&a, &w, LUO_MODE_VERIFY);
	luo_anchor_report(&checked, &a.report);
	expect_only(&a, LUO_A08, LUO_SEV_NOTE);
	expect_verdict(&a, LUO_VERDICT_OK);
	assert_int_equal(checked.unchecked + checked.preserved, w.pages);
	run_close(&a);
	world_close(&w);
}

/* Memory that is none any more: the KHO FDT's page cut out of RAM. */
static void no_longer_memory(void **state)
{
	struct luo_range ram[4];
	struct luo_report report;
	struct luo_range hole;
	struct luo_phys phys;
	struct world w;
	u32 nr = 2;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	assert_int_not_equal(write_anchor(&w, ROOM, false), 0);
	hole = (struct luo_range){ w.kho.fdt_pa, 4096 };
	memcpy(ram, w.ram, sizeof(w.ram));
	assert_true(luo_ranges_remove(ram, &nr, 4, &hole));
	phys = w.phys;
	phys.ram = ram;
	phys.nr_ram = luo_ranges_normalize(ram, nr);
	assert_int_equal(luo_anchor_open(&phys, AT, &opened), 0);
	luo_anchor_check(&checked, &phys, &opened);
	luo_report_init(&report);
	luo_anchor_report(&checked, &report);
	assert_int_equal(checked.nr, 1);
	assert_true(checked.list[0].unread);
	assert_int_equal(report.by_code[LUO_A07], 1);
	world_close(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(written),
		cmocka_unit_test(no_room),
		cmocka_unit_test(written_back),
		cmocka_unit_test(each_page),
		cmocka_unit_test(content_has_its_owner),
		cmocka_unit_test(other_content),
		cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(no_longer_memory),
	};

	return cmocka_run_group_tests_name("anchor_write", tests, NULL, NULL);
}
