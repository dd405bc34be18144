/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The table of damages becomes a group of tests. Each damage is done to the standard state at
 * every page size; verify must give the exact code and severity and nothing else, and a
 * compaction must not write when the damage is more than an empty block.
 */
#include <stdlib.h>

#include "check.h"

static void expect_damage(const struct answer *a, const struct damage *d)
{
	expect_verdict(a, d->verdict);
	if (d->severity == LUO_SEV_NONE) {
		assert_int_equal(a->report.nr_findings, 0);
		return;
	}
	expect(a, d->code, d->severity);
	for (u32 i = 0; i < a->report.nr_kept; i++) {
		u16 code = a->report.findings[i].code;

		if (code != d->code && !(d->also && code == d->also))
			fail_msg("%s comes with %s", d->name, luo_code_text(code));
	}
}

static void one_damage(const struct damage *d, enum world_abi abi, u32 shift)
{
	struct world w;
	struct answer a;
	struct snap *s;

	world_standard(&w, shift, abi);
	d->harm(&w);
	s = snap_take(&w);
	run_open(&a, KIB(1024));
	run(&a, &w, LUO_MODE_VERIFY);
	expect_damage(&a, d);
	snap_expect(s, &w, NULL, 0);
	if (d->severity >= LUO_SEV_LOSE && !luo_repairable(d->code)) {
		run(&a, &w, LUO_MODE_COMPACT);
		expect_damage(&a, d);
		assert_int_equal(w.nr_log, 0);
		snap_expect(s, &w, NULL, 0);
	}
	run_close(&a);
	snap_free(s);
	world_close(&w);
}

/* cmocka hands on one pointer; groups of one program run one after the other. */
static enum world_abi current_abi;

static void damage_test(void **state)
{
	for (u32 shift = 12; shift <= 16; shift += 2)
		one_damage(*state, current_abi, shift);
}

int run_damages(const char *group, enum world_abi abi, const struct damage *table, u32 nr)
{
	struct CMUnitTest *test = calloc(nr, sizeof(*test));
	int failed;

	current_abi = abi;
	for (u32 i = 0; i < nr; i++) {
		test[i].name = table[i].name;
		test[i].test_func = damage_test;
		test[i].initial_state = (void *)&table[i];
	}
	failed = _cmocka_run_group_tests(group, test, nr, NULL, NULL);
	free(test);
	return failed;
}
