/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor: one that the test writes itself is read and held against memory, and damaged in every
 * byte.
 */
#include <stdlib.h>
#include <string.h>

#include "../../fdt/anchor.h"
#include "../../fdt/owners.h"
#include "anchor_own.h"

static struct luo_anchor opened;
static struct luo_anchor_check checked;

static void own_one_is_read(void **state)
{
	struct world w;
	struct anchor_own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = anchor_own_write(&w, AT, 7, true);
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
	anchor_own_write(&w, AT, 7, true);
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
	struct anchor_own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = anchor_own_write(&w, AT, 7, true);
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
		struct anchor_own o = anchor_own_write(&w, AT, 7, true);

		world_put(&w, AT + bad[i].at, bad[i].value);
		anchor_seal(&o);
		assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), LUO_E_FORMAT);
	}
	world_close(&w);
}

/* Runs and names that end before they should are not read beyond the end. */
static void sealed_and_cut(void **state)
{
	struct world w;
	struct anchor_own o;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	o = anchor_own_write(&w, AT, 7, true);
	world_put(&w, AT + o.len - 24, 1000); /* pages of the run */
	anchor_seal(&o);
	assert_int_equal(luo_anchor_open(&w.phys, AT, &opened), 0);
	luo_anchor_check(&checked, &w.phys, &opened);
	assert_int_equal(checked.summed, 0);
	o = anchor_own_write(&w, AT, 7, false);
	world_put(&w, AT + 72, 4); /* slots: the name is cut */
	anchor_seal(&o);
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
	anchor_own_write(&w, AT, 7, true);
	assert_int_equal(luo_anchor_open(&w.phys, AT + 8, &opened), LUO_E_ALIGN);
	assert_int_equal(luo_anchor_open(&w.phys, HOLE, &opened), LUO_E_RAM);
	assert_int_equal(luo_anchor_open(&w.phys, AT2, &opened), LUO_E_NONE);
	/* a copy is no anchor */
	memcpy(world_at(&w, AT2, KIB(4)), world_at(&w, AT, KIB(4)), KIB(4));
	assert_int_equal(luo_anchor_open(&w.phys, AT2, &opened), LUO_E_FORMAT);
	world_close(&w);
}

static struct anchor_looking look;

static void expect_note(u16 code, u64 pa, u64 value)
{
	assert_int_equal(look.report.nr_findings, 1);
	assert_int_equal(look.report.findings[0].code, code);
	assert_int_equal(look.report.findings[0].severity, LUO_SEV_NOTE);
	assert_int_equal(look.report.findings[0].pa, pa);
	assert_int_equal(look.report.findings[0].value, value);
}

static void names_the_state(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	assert_int_equal(look.report.nr_findings, 0);
	number = anchor_number(&w);
	anchor_own_write(&w, AT, number, false);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	assert_int_equal(look.report.nr_findings, 0);
	assert_int_equal(look.found.handover.fdt_pa, w.kho.fdt_pa);
	assert_int_equal(look.found.handover.scratch_pa, AT + HEAD);
	assert_int_equal(look.found.handover.scratch_size, 32);
	assert_int_equal(look.found.page_shift, 12);
	assert_int_equal(anchor_locate(&look, &w, AT), 0);
	assert_int_equal(anchor_locate(&look, &w, AT2), LUO_E_NONE);
	world_close(&w);
}

/* An anchor of live update 6 beside the state of another one. */
static void stale(void **state)
{
	struct world w;
	u64 number;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	number = anchor_number(&w);
	anchor_own_write(&w, AT, number - 1, false);
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	expect_note(LUO_A03, AT, number - 1);
	assert_int_equal(anchor_locate(&look, &w, AT), LUO_E_NONE);
	/* of a KHO FDT that is there no more: a later state shows it */
	anchor_own_write(&w, AT, number - 1, false);
	world_put(&w, AT + 48, STRAY_AT);
	anchor_seal(&(struct anchor_own){ &w, AT, world_get(&w, AT + 32) });
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_NONE);
	expect_note(LUO_A03, AT, number - 1);
	world_close(&w);
}

/* The KHO FDT was hit, and no other state is there: the anchor is the best that there is. */
static void kho_fdt_hit(void **state)
{
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, anchor_number(&w), false);
	memset(world_at(&w, w.kho.fdt_pa, 4096), 0xaf, 4096);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
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
	number = anchor_number(&w);
	for (u32 swap = 0; swap < 2; swap++) {
		u64 old = swap ? AT2 : AT, new = swap ? AT : AT2;

		anchor_own_write(&w, old, number - 1, false);
		anchor_own_write(&w, new, number, false);
		assert_int_equal(anchor_locate(&look, &w, 0), 0);
		assert_int_equal(look.found.handover.scratch_pa, new + HEAD);
		expect_note(LUO_A04, new, old);
	}
	/* the same twice is as good as once, but of two KHO FDTs nobody can tell */
	anchor_own_write(&w, AT2, number, false);
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	world_put(&w, AT2 + 48, STRAY_AT);
	anchor_seal(&(struct anchor_own){ &w, AT2, world_get(&w, AT2 + 32) });
	assert_int_equal(anchor_locate(&look, &w, 0), LUO_E_TIE);
	assert_int_equal(anchor_locate(&look, &w, AT), 0);
	/* a damaged one beside a whole one is a note */
	*world_at(&w, AT2 + 200, 1) ^= 1;
	assert_int_equal(anchor_locate(&look, &w, 0), 0);
	expect_note(LUO_A01, AT2, 0);
	world_close(&w);
}

/* Of three the two that cannot be chosen from are named, whatever lies behind them. */
static void two_and_an_earlier_one(void **state)
{
	struct luo_anchors found;
	struct anchor_own o;
	struct world w;

	(void)state;
	world_standard(&w, 12, WORLD_V5);
	anchor_own_write(&w, AT, 7, false);
	o = anchor_own_write(&w, AT + KIB(8), 7, false);
	world_put(&w, o.pa + 48, w.kho.fdt_pa + 4096);
	anchor_seal(&o);
	anchor_own_write(&w, AT2, 3, false);
	luo_anchor_find(&w.phys, &found);
	assert_int_equal(found.nr, 3);
	assert_true(found.tied);
	assert_int_equal(found.best.head.pa, AT);
	assert_int_equal(found.other, AT + KIB(8));
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
		cmocka_unit_test(two_and_an_earlier_one),
	};

	return cmocka_run_group_tests_name("anchor", tests, NULL, NULL);
}
