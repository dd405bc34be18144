/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* As check.c and damage.c, for who follows owners to the last page. */
#include "follow.h"

#include <stdlib.h>
#include <string.h>

/* Verify, then follow with just the working memory that is said to be needed. */
int follow(struct answer *a, struct world *w, struct luo_owners *o, bool scarce)
{
	struct luo_phys phys = w->phys;
	struct luo_arena arena = { 0 };
	int err;

	run(a, w, LUO_MODE_VERIFY);
	arena.size = luo_owners_need(&phys, &a->report.before);
	if (scarce)
		arena.size = world_page(w) / 16;
	arena.base = aligned_alloc(16, arena.size);
	memset(arena.base, 0x5a, arena.size);
	err = luo_follow(&phys, &a->state, &a->report, &arena, 0x123456789, NULL, o);
	free(arena.base);
	return err;
}

static void expect_all_owned(const struct luo_owners *o, const struct world *w)
{
	u64 entries = 0, pages = 0;

	for (u32 i = 0; i < LUO_NR_CLAIMANTS; i++) {
		entries += o->owned[i].entries;
		pages += o->owned[i].pages;
	}
	assert_int_equal(entries, w->entries);
	assert_int_equal(pages, w->pages);
	assert_int_equal(o->total.entries, w->entries);
	assert_int_equal(o->total.pages, w->pages);
	assert_int_equal(o->nodes, w->nodes);
	assert_int_equal(o->unclaimed.entries, 0);
	assert_false(o->partial);
	assert_int_equal(o->unknown, 0);
}

void expect_sound(struct world *w, struct luo_owners *o)
{
	struct answer a;

	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, w, o, false), 0);
	expect_ok(&a, w);
	expect_all_owned(o, w);
	run_close(&a);
}

/* The parts of the memfd with three folios that the standard state has. */
u64 record_of(struct world *w)
{
	return world_get(w, file_at(w, 0, 4) + 48);
}

u64 nr_at(struct world *w)
{
	return record_of(w) + world_folios_at(w);
}

u64 chunk_of(struct world *w)
{
	return world_get(w, nr_at(w) + 8);
}

u64 array_of(struct world *w)
{
	return world_get(w, chunk_of(w) + 8);
}

u64 folio_of(struct world *w, u32 i)
{
	return world_get(w, array_of(w) + 16 * i) << 12 >> 12 << w->shift;
}

void put_folio(struct world *w, u32 i, u64 pa)
{
	world_put(w, array_of(w) + 16 * i, pa >> w->shift | 3ULL << 52);
}

static void judge(const struct answer *a, const struct damage *d)
{
	if (d->severity == LUO_SEV_NONE)
		assert_int_equal(a->report.nr_findings, 0);
	else
		expect(a, d->code, d->severity);
	expect_verdict(a, d->verdict);
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		u16 code = a->report.findings[i].code;

		if (code != d->code && !(d->also && code == d->also))
			fail_msg("%s comes with %s", d->name, luo_code_text(code));
	}
}

static void one_damage(const struct damage *d, u32 shift, enum world_abi abi)
{
	struct luo_owners o;
	struct answer a;
	struct world w;
	struct snap *s;

	world_standard(&w, shift, abi);
	d->harm(&w);
	s = snap_take(&w);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	judge(&a, d);
	snap_expect(s, &w, NULL, 0);
	snap_free(s);
	run_close(&a);
	world_close(&w);
}

/* cmocka hands on one pointer; groups of one program run one after the other. */
static enum world_abi current_abi;

static void damage_test(void **state)
{
	for (u32 shift = 12; shift <= 16; shift += 2)
		one_damage(*state, shift, current_abi);
}

/* As run_damages(), with following; world_kho_v1 holds for all of the group. */
int run_followed(const char *group, enum world_abi abi, const struct damage *d, u32 nr)
{
	struct CMUnitTest *t = calloc(nr, sizeof(*t));
	int failed;

	current_abi = abi;

	for (u32 i = 0; i < nr; i++) {
		t[i].name = d[i].name;
		t[i].test_func = damage_test;
		t[i].initial_state = (void *)&d[i];
	}
	failed = _cmocka_run_group_tests(group, t, nr, NULL, NULL);
	free(t);
	return failed;
}
