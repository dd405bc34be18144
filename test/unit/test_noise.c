/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Every version over either map, with words of its metadata replaced at random: whatever is in
 * memory, a run ends, stays inside RAM, and writes nothing but its plan. What it then calls ok or
 * repaired the tests' own reader can follow to the end.
 */
#include <stdlib.h>
#include <string.h>

#include "harm.h"

static u64 seed;

/* xorshift64*, so that a run can be repeated from its seed */
static u64 random64(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1dULL;
}

/* What may be struck: the map's pages, the container, session blocks, a list of files. */
static u64 some_place(struct world *w)
{
	u64 page = world_page(w), at = random64() % page & ~7ULL;
	u64 files = world_get(w, world_session(w, 0) + 64);

	switch (random64() % 6) {
	case 0:
		return NODE_AT + random64() % w->nodes * page + at;
	case 1:
		return NODE_AT + random64() % w->nodes * page + at % 64;
	case 2:
		return w->luo_pa + at % 160;
	case 3:
		return w->block[random64() % w->nr_blocks].pa + at % 512;
	case 4:
		return w->block[0].pa + at;
	default:
		return files >= HIGH_BANK && files < w->alloc_end ? files + at % 256 : w->luo_pa;
	}
}

static u64 some_word(const struct world *w, u64 old)
{
	switch (random64() % 8) {
	case 0:
		return 0;
	case 1:
		return random64();
	case 2:
		return old ^ 1ULL << random64() % 64;
	case 3:
		return NODE_AT + random64() % w->nodes * world_page(w);
	case 4:
		return w->block[random64() % w->nr_blocks].pa;
	case 5:
		return random64() % 1000;
	case 6:
		return HIGH_BANK + (random64() % MIB(8) & ~(world_page(w) - 1));
	default:
		return old + world_page(w);
	}
}

static void round_of(struct world *w, struct answer *a)
{
	u32 nr = 1 + random64() % 4;

	for (u32 i = 0; i < nr; i++) {
		u64 at = some_place(w);

		world_put(w, at, some_word(w, world_get(w, at)));
	}
	run(a, w, LUO_MODE_COMPACT);
	/* A copy or a scrub takes many stores. */
	assert_true(w->stores >= a->plan.nr && !w->stores == !a->plan.nr);
	if (a->report.verdict == LUO_VERDICT_OK || a->report.verdict == LUO_VERDICT_REPAIRED)
		assert_int_equal(read_back(w).sessions, a->report.after.sessions);
}

static void noise(bool v1, u32 abi, u32 rounds)
{
	struct answer a;
	struct snap *snap;
	struct world w;

	world_kho_v1 = v1;
	world_standard(&w, 12, abi);
	snap = snap_take(&w);
	run_open(&a, LUO_ARENA_MIN);
	for (u32 i = 0; i < rounds; i++) {
		snap_restore(snap, &w);
		round_of(&w, &a);
	}
	run_close(&a);
	snap_free(snap);
	world_close(&w);
	world_kho_v1 = false;
}

static void all(void **state)
{
	const char *given = getenv("LUO_SEED");

	(void)state;
	seed = given ? strtoull(given, NULL, 0) : 0x6c756f2d70617965ULL;
	for (u32 abi = WORLD_V5; abi <= WORLD_BITS; abi++)
		for (u32 v1 = 0; v1 < 2; v1++)
			noise(v1, abi, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all) };

	return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
