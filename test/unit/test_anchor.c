/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor: one that the test writes itself is read and held against memory, and damaged in every
 * byte; what the core writes is taken apart by the test's own reader; and every page that it has a
 * digest of is changed once.
 */
#include <stdlib.h>
#include <string.h>

#include "../../fdt/anchor.h"
#include "../../fdt/owners.h"
#include "follow.h"

#define HEAD  128
#define SLOT  32
#define AT    (LOW_BANK + KIB(128)) /* in the first scratch area */
#define AT2   (LOW_BANK + KIB(640))
#define ROOM  KIB(896)
#define AWORD "luo-anchor-1\0\0\0"

/* docs/reset.md, "The anchor": written again from there. */
static u64 sum_of(const u8 *p, u64 len, u64 seed)
{
	u64 lane[4], word;

	for (u64 i = 0; i < 4; i++)
		lane[i] = seed + i;
	for (u64 i = 0; i < len / 8; i++) {
		memcpy(&word, p + 8 * i, 8);
		lane[i % 4] = (lane[i % 4] ^ word) * 0x9fb21c651e98df25;
		lane[i % 4] = lane[i % 4] << 29 | lane[i % 4] >> 35;
	}
	for (u64 i = 1; i < 4; i++) {
		lane[0] = (lane[0] ^ lane[i]) * 0x9fb21c651e98df25;
		lane[0] = lane[0] << 29 | lane[0] >> 35;
	}
	return lane[0] ^ lane[0] >> 32;
}

/* An anchor of the test's own, in the making: words are put behind each other. */
struct own {
	struct world *w;
	u64 pa;
	u64 len;
};

static void put(struct own *o, u64 word)
{
	world_put(o->w, o->pa + o->len, word);
	o->len += 8;
}

static void put_slot(struct own *o, u64 pa, u64 len, u32 kind, u32 index)
{
	put(o, pa);
	put(o, len);
	put(o, len ? sum_of(world_at(o->w, pa, len), len, pa) : 0);
	put(o, (u64)index << 32 | kind);
}

static void seal(struct own *o)
{
	u8 *p = world_at(o->w, o->pa, o->len);

	world_put(o->w, o->pa + 16, sum_of(p + 32, o->len - 32, o->pa));
}

/* KHO FDT, container, a session with the memfd that has folios; pages: sums of two folios. */
static struct own own_anchor(struct world *w, u64 pa, u64 number, bool pages)
{
	struct own o = { w, pa, HEAD };
	u64 page = world_page(w), words[12], at = pa + 32;
	u64 pair = folio_of(w, 0);

	memset(world_at(w, pa, KIB(4)), 0, KIB(4));
	for (u32 i = 0; i < 2; i++) {
		put(&o, w->scratch[i].start);
		put(&o, w->scratch[i].size);
	}
	put_slot(&o, w->kho.fdt_pa, page, 1, 0);
	put_slot(&o, w->luo_pa, page, 3, 0);
	put_slot(&o, 0, 0, 7, 0);
	for (u32 i = 0; i < 8; i++)
		put(&o, world_get(w, world_session(w, 0) + 8 * i));
	put_slot(&o, record_of(w), page, 9, 4);
	put_slot(&o, array_of(w), page, 11, 4);
	if (pages) {
		put(&o, pair);
		put(&o, 1);
		put(&o, (u32)sum_of(world_at(w, pair, page), page, pair));
		put(&o, 0);
	}
	o.len = (o.len + 31) & ~31ULL;
	memcpy(world_at(w, pa, 16), AWORD, 16);
	words[0] = o.len;
	words[1] = number;
	words[2] = w->kho.fdt_pa;
	words[3] = page;
	words[4] = 2;
	words[5] = 7;
	words[6] = pages ? 32 : 0;
	words[7] = w->pages;
	world_put(w, pa + 24, pa);
	for (u32 i = 0; i < 8; i++)
		world_put(w, at + 8 * i, words[i]);
	seal(&o);
	return o;
}

static struct luo_anchor opened;
static struct luo_anchor_check checked;

static void own_one_is_read(void **state)
{
	struct world w;
	struct own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = own_anchor(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	assert_int_equal(opened.head.size, o.len);
	assert_int_equal(opened.head.number, 7);
	assert_int_equal(opened.head.kho_fdt, w.kho.fdt_pa);
	assert_int_equal(opened.scratch_pa, AT + HEAD);
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.nr + checked.nr_damage, 0);
	assert_int_equal(checked.summed, 1);
	assert_int_equal(checked.preserved, 4);
	world_close(&w);
}

static void own_one_tells_what_was_hit(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	own_anchor(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	world_at(&w, record_of(&w), 4096)[4095] ^= 1;
	world_at(&w, folio_of(&w, 0), 4096)[0] ^= 0x80;
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.nr, 1);
	assert_true(checked.list[0].meta && !checked.list[0].unread);
	assert_string_equal(checked.list[0].what, "memfd record");
	assert_int_equal(checked.list[0].pa, record_of(&w));
	assert_int_equal(checked.list[0].owner.kind, LUO_OWNER_FILE);
	assert_int_equal(checked.list[0].owner.index, 4);
	assert_string_equal(checked.list[0].owner.name,
			    (char *)world_at(&w, world_session(&w, 0), 64));
	assert_int_equal(checked.nr_damage, 1);
	assert_int_equal(checked.damage[0].start, folio_of(&w, 0));
	world_close(&w);
}

/* Whatever byte of it is changed, nothing of it is believed. */
static void damaged_anywhere(void **state)
{
	struct luo_anchors found;
	struct world w;
	struct own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = own_anchor(&w, AT, 7, true);
	for (u64 i = 0; i < o.len; i++) {
		int want = i < 11 ? LUO_E_NONE : i < 16 ? LUO_E_VERSION : LUO_E_FORMAT;

		*world_at(&w, AT + i, 1) ^= 0x40;
		assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), want);
		*world_at(&w, AT + i, 1) ^= 0x40;
	}
	*world_at(&w, AT + HEAD, 1) ^= 1;
	luo_anchor_find(&w.phys, &found);
	assert_int_equal(found.nr, 0);
	assert_int_equal(found.damaged, AT);
	*world_at(&w, AT + 11, 1) = '2';
	luo_anchor_find(&w.phys, &found);
	assert_int_equal(found.unknown, AT);
	world_close(&w);
}

/* Numbers that do not fit each other under a checksum that does. */
static void sealed_nonsense(void **state)
{
	static const struct {
		u32 at;
		u64 value;
	} bad[] = {
		{ 24, AT + 4096 },
		{ 32, 96 },
		{ 32, 513 },
		{ 32, ~0ULL & ~31ULL },
		{ 64, ~0ULL },
		{ 64, 1ULL << 60 },
		{ 72, ~0ULL },
		{ 72, 1ULL << 59 },
		{ 72, 4000 },
		{ 80, ~0ULL & ~7ULL },
		{ 80, 36 },
		{ 80, 4096 },
		{ 128, LOW_BANK + MIB(4) },
	};
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(bad); i++) {
		struct own o = own_anchor(&w, AT, 7, true);

		world_put(&w, AT + bad[i].at, bad[i].value);
		seal(&o);
		assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), LUO_E_FORMAT);
	}
	world_close(&w);
}

/* Runs and names that end before they should are not read beyond the end. */
static void sealed_and_cut(void **state)
{
	struct world w;
	struct own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = own_anchor(&w, AT, 7, true);
	world_put(&w, AT + o.len - 24, 1000); /* pages of the run */
	seal(&o);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.summed, 0);
	o = own_anchor(&w, AT, 7, false);
	world_put(&w, AT + 72, 4); /* slots: the name is cut */
	seal(&o);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.preserved, 2);
	world_close(&w);
}

static void no_anchor_there(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	own_anchor(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT + 8, &opened), LUO_E_ALIGN);
	assert_int_equal(luo_anchor_open(&w.phys, HOLE, &opened), LUO_E_RAM);
	assert_int_equal(luo_anchor_open(&w.phys, AT2, &opened), LUO_E_NONE);
	/* a copy is no anchor */
	memcpy(world_at(&w, AT2, KIB(4)), world_at(&w, AT, KIB(4)), KIB(4));
	assert_int_equal(luo_anchor_open(&w.phys, AT2, &opened), LUO_E_FORMAT);
	world_close(&w);
}

/* What a front end keeps for looking. */
static struct looking {
	struct fdt_candidate c[8];
	struct luo_phys phys;
	struct luo_job job;
	struct fdt_locate l;
	struct luo_found found;
	struct fdt_anchored a;
	struct luo_report report;
	u8 tree[FDT_SCAN_TREE] __attribute__((aligned(8)));
	u8 arena[LUO_ARENA_MIN] __attribute__((aligned(16)));
} look;

static int locate(struct world *w, u64 given)
{
	int err;

	look.phys = w->phys;
	look.phys.nr_scratch = 0;
	look.job = (struct luo_job){ .arena = look.arena, .arena_size = sizeof(look.arena) };
	look.found = (struct luo_found){ 0 };
	look.l = (struct fdt_locate){ .phys = &look.phys,
				      .job = &look.job,
				      .each = fdt_each_phys,
				      .each_ctx = &look.phys,
				      .scan = { look.c, 8, 0, look.tree } };
	err = fdt_anchor_locate(&look.l, given, &look.a, &look.found);
	luo_report_init(&look.report);
	fdt_anchor_report(&look.a, &look.report);
	return err;
}

static void expect_note(u16 code, u64 pa, u64 value)
{
	assert_int_equal(look.report.nr_findings, 1);
	assert_int_equal(look.report.findings[0].code, code);
	assert_int_equal(look.report.findings[0].severity, LUO_SEV_NOTE);
	assert_int_equal(look.report.findings[0].pa, pa);
	assert_int_equal(look.report.findings[0].value, value);
}

static u64 number_of(struct world *w)
{
	struct answer a;
	u64 number;

	run_open(&a, LUO_ARENA_MIN);
	run(&a, w, LUO_MODE_VERIFY);
	number = a.state.number;
	run_close(&a);
	return number;
}

static void names_the_state(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	assert_int_equal(locate(&w, 0), LUO_E_NONE);
	assert_int_equal(look.report.nr_findings, 0);
	number = number_of(&w);
	own_anchor(&w, AT, number, false);
	assert_int_equal(locate(&w, 0), 0);
	assert_int_equal(look.report.nr_findings, 0);
	assert_int_equal(look.found.handover.fdt_pa, w.kho.fdt_pa);
	assert_int_equal(look.found.handover.scratch_pa, AT + HEAD);
	assert_int_equal(look.found.handover.scratch_size, 32);
	assert_int_equal(look.found.page_shift, 12);
	assert_int_equal(locate(&w, AT), 0);
	assert_int_equal(locate(&w, AT2), LUO_E_NONE);
	world_close(&w);
}

/* An anchor of live update 6 beside the state of another one. */
static void stale(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	number = number_of(&w);
	own_anchor(&w, AT, number - 1, false);
	assert_int_equal(locate(&w, 0), LUO_E_NONE);
	expect_note(LUO_A03, AT, number - 1);
	assert_int_equal(locate(&w, AT), LUO_E_NONE);
	/* of a KHO FDT that is there no more: a later state shows it */
	own_anchor(&w, AT, number - 1, false);
	world_put(&w, AT + 48, STRAY_AT);
	seal(&(struct own){ &w, AT, world_get(&w, AT + 32) });
	assert_int_equal(locate(&w, 0), LUO_E_NONE);
	expect_note(LUO_A03, AT, number - 1);
	world_close(&w);
}

/* The KHO FDT was hit, and no other state is there: the anchor is the best that there is. */
static void kho_fdt_hit(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	own_anchor(&w, AT, number_of(&w), false);
	memset(world_at(&w, w.kho.fdt_pa, 4096), 0xaf, 4096);
	assert_int_equal(locate(&w, 0), 0);
	assert_int_equal(look.found.handover.fdt_pa, w.kho.fdt_pa);
	luo_anchor_check(&checked, &w.phys, &look.a.all.best);
	assert_int_equal(checked.nr, 1);
	assert_string_equal(checked.list[0].what, "KHO FDT");
	world_close(&w);
}

static void two(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	number = number_of(&w);
	for (u32 swap = 0; swap < 2; swap++) {
		u64 old = swap ? AT2 : AT, new = swap ? AT : AT2;

		own_anchor(&w, old, number - 1, false);
		own_anchor(&w, new, number, false);
		assert_int_equal(locate(&w, 0), 0);
		assert_int_equal(look.found.handover.scratch_pa, new + HEAD);
		expect_note(LUO_A04, new, old);
	}
	/* the same twice is as good as once, but of two KHO FDTs nobody can tell */
	own_anchor(&w, AT2, number, false);
	assert_int_equal(locate(&w, 0), 0);
	world_put(&w, AT2 + 48, STRAY_AT);
	seal(&(struct own){ &w, AT2, world_get(&w, AT2 + 32) });
	assert_int_equal(locate(&w, 0), LUO_E_TIE);
	assert_int_equal(locate(&w, AT), 0);
	/* a damaged one beside a whole one is a note */
	*world_at(&w, AT2 + 200, 1) ^= 1;
	assert_int_equal(locate(&w, 0), 0);
	expect_note(LUO_A01, AT2, 0);
	world_close(&w);
}

/* What the core writes. */

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
				 is == 12 ? 0 : sum_of(world_at(w, pa, len), len, pa));
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
			assert_int_equal(sum, (u32)sum_of(world_at(w, pa, page), page, pa));
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
			number = number_of(&w);
			for (u32 all = 0; all < 2; all++) {
				size = write_anchor(&w, ROOM, all);
				assert_int_not_equal(size, 0);
				assert_int_equal(world_get(&w, AT + 32), size);
				assert_int_equal(world_get(&w, AT + 40), number);
				expect_slots(&w);
				if (all)
					expect_pages(&w);
				assert_int_equal(locate(&w, 0), 0);
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

static void expect_hit(struct world *w, u64 pa, bool meta)
{
	u64 page = world_page(w);

	luo_anchor_check(&checked, &w->phys, &opened);
	assert_int_equal(checked.nr, 1);
	assert_int_equal(checked.nr_damage, 0);
	assert_int_equal(checked.list[0].meta, meta);
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

		if ((u32)world_get(&w, at + 24) == 7) {
			i += 2;
			at += 64;
			continue;
		}
		*world_at(&w, pa + i * 8 % 4096, 1) ^= 4;
		expect_hit(&w, pa, (u32)world_get(&w, at + 24) != 12);
		*world_at(&w, pa + i * 8 % 4096, 1) ^= 4;
	}
	end = at + opened.head.run_bytes;
	assert_true(at < end);
	for (u32 i = 0; i < 3; i++) {
		*world_at(&w, folio_of(&w, i) + 1000 * i, 1) ^= 1;
		expect_hit(&w, folio_of(&w, i), false);
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
	own_anchor(&w, AT, 7, true);
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
	own_anchor(&w, AT, 7, true);
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
		cmocka_unit_test(own_one_is_read),
		cmocka_unit_test(own_one_tells_what_was_hit),
		cmocka_unit_test(damaged_anywhere),
		cmocka_unit_test(sealed_nonsense),
		cmocka_unit_test(sealed_and_cut),
		cmocka_unit_test(no_anchor_there),
		cmocka_unit_test(names_the_state),
		cmocka_unit_test(stale),
		cmocka_unit_test(kho_fdt_hit),
		cmocka_unit_test(two),
		cmocka_unit_test(written),
		cmocka_unit_test(no_room),
		cmocka_unit_test(written_back),
		cmocka_unit_test(each_page),
		cmocka_unit_test(content_has_its_owner),
		cmocka_unit_test(other_content),
		cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(no_longer_memory),
	};

	return cmocka_run_group_tests_name("anchor", tests, NULL, NULL);
}
