/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * How far owners are followed. Lists that meet, or lead into what is not theirs, take nothing away
 * from the sound ones behind them; and whatever could not be followed to its end leaves pages over
 * that nobody is told to have leaked.
 */
#include <string.h>

#include "follow.h"

static u64 files_of(struct world *w, u64 session)
{
	return world_get(w, world_session(w, session) + 64);
}

static u64 block_of(struct world *w, u64 session, u32 nr)
{
	u64 pa = files_of(w, session);

	while (nr--)
		pa = world_get(w, pa);
	return pa;
}

/* Four sessions: four blocks of a file each, one of one, one of five, the last with folios. */
static void build(struct world *w, u32 shift)
{
	static const u64 many[4] = { 1, 1, 1, 1 }, few = 1, five = 5;

	world_open(w, shift, WORLD_V5, 24);
	world_add_block(w, 4);
	world_add_files(w, world_session(w, 0), many, 4);
	world_add_files(w, world_session(w, 1), &few, 1);
	world_add_files(w, world_session(w, 2), &five, 1);
	world_finish(w);
}

/* The frame of the only folio array's first folio, in the third session's last file. */
static u64 folio_at(struct world *w)
{
	u64 record = world_get(w, file_at(w, 2, 4) + 48);

	return world_get(w, world_get(w, record + world_folios_at(w) + 8) + 8);
}

/* A second list runs into all but the first block of the first one. */
static void join(struct world *w)
{
	world_put(w, files_of(w, 1), block_of(w, 0, 1));
	world_put(w, world_session(w, 1) + 72, 4);
}

/* The last session has the first one's list, too. */
static void share(struct world *w)
{
	world_put(w, world_session(w, 3) + 64, files_of(w, 0));
	world_put(w, world_session(w, 3) + 72, 4);
}

static void share_and_join(struct world *w)
{
	share(w);
	join(w);
}

/* A list that goes around in all of its blocks. */
static void loop(struct world *w)
{
	world_put(w, block_of(w, 0, 3), files_of(w, 0));
}

static void lose_first(struct world *w)
{
	world_forget(w, files_of(w, 0), 0);
}

/* The list goes on in a page of somebody else, in which a list seems to go on. */
static void into_record(struct world *w)
{
	u64 record = world_get(w, file_at(w, 1, 0) + 48);

	world_put(w, record, block_of(w, 0, 1));
	world_put(w, files_of(w, 0), record);
}

/* The same, with a page far from all blocks, which was somebody's before the lists were. */
static void into_far_metadata(struct world *w)
{
	u64 pa = world_stray(w, 0);

	memcpy(world_at(w, pa, 73), world_at(w, w->metadata_pa, 73), 73);
	world_forget(w, w->metadata_pa, 0);
	world_preserve(w, pa, 0);
	w->metadata_pa = pa;
	world_write_kho(w);
	world_put(w, files_of(w, 0), pa);
}

static void (*const harms[])(struct world *) = {
	join, share, share_and_join, loop, lose_first, into_record, into_far_metadata,
};

static const struct luo_finding *find(const struct answer *a, u16 code)
{
	for (u32 i = 0; i < a->report.nr_kept; i++)
		if (a->report.findings[i].code == code)
			return &a->report.findings[i];
	return NULL;
}

/* Whatever the lists before it do, what is wrong with the third session's last file is said. */
static void sound_list_is_followed(void **state)
{
	(void)state;
	for (u32 shift = 12; shift <= 16; shift += 2) {
		for (u32 i = 0; i < LUO_ARRAY_SIZE(harms); i++) {
			const struct luo_finding *f;
			struct luo_owners o;
			struct answer a;
			struct world w;

			build(&w, shift);
			harms[i](&w);
			world_forget(&w, world_get(&w, folio_at(&w)) << 12 >> 12 << shift, 0);
			run_open(&a, LUO_ARENA_MIN);
			assert_int_equal(follow(&a, &w, &o, false), 0);
			f = find(&a, LUO_F24);
			assert_non_null(f);
			assert_int_equal(f->owner.kind, LUO_OWNER_FILE);
			assert_string_equal(f->owner.name, "vm-2.guest");
			assert_int_equal(f->owner.index, 4);
			assert_int_equal(o.owned[LUO_CLAIMS_FOLIO].entries, 2);
			assert_true(o.partial);
			assert_null(find(&a, LUO_M11));
			run_close(&a);
			world_close(&w);
		}
	}
}

/* Each file is followed once: those of a list that two sessions have do not have two owners. */
static void each_once(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	build(&w, 12);
	share_and_join(&w);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(o.owned[LUO_CLAIMS_RECORD].entries, 10);
	assert_int_equal(o.owned[LUO_CLAIMS_FILES].entries, 6);
	assert_null(find(&a, LUO_M10));
	run_close(&a);
	world_close(&w);
}

/* Beside lists that meet, two files with one record are told as in any other state. */
static void shared_record(void **state)
{
	struct luo_owners o;
	struct answer a;
	struct world w;

	(void)state;
	build(&w, 12);
	world_put(&w, file_at(&w, 2, 0) + 48, world_get(&w, file_at(&w, 2, 1) + 48));
	share(&w);
	run_open(&a, LUO_ARENA_MIN);
	assert_int_equal(follow(&a, &w, &o, false), 0);
	assert_int_equal(count_of(&a, LUO_M10), 2);
	run_close(&a);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_list_is_followed),
		cmocka_unit_test(each_once),
		cmocka_unit_test(shared_record),
	};

	return cmocka_run_group_tests_name("walks", tests, NULL, NULL);
}
