/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Large random states, stopped at some of their stores. The seed is printed; LUO_SEED=N gives the
 * same states again. See sim.h.
 */
#include "sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static u64 seed;

/* As memory is found: mostly full blocks, some with a few entries, some empty. */
static u16 count(struct sim_trial *t, u32 room, u32 kind)
{
	switch (sim_random(t, 6) + kind) {
	case 0:
	case 1:
	case 2:
		return (u16)room;
	case 3:
		return (u16)(sim_random(t, 8) ? sim_random(t, room / 3 + 1) : 0);
	case 4:
		return (u16)(room - sim_random(t, 3));
	default:
		return (u16)sim_random(t, room + 1);
	}
}

static struct sim_list random_list(struct sim_trial *t, u32 nr, bool files)
{
	u32 room = sim_room(&t->machines[0], files), kind = (u32)sim_random(t, 6);
	struct sim_list l = { .nr = nr };

	for (u32 b = 0; b < nr; b++) {
		l.count[b] = count(t, room, kind);
		if (!files && t->machines[0].kernel->zeros && !sim_random(t, 4))
			l.zeros[b] = (u16)sim_random(t, room - l.count[b] + 1);
	}
	return l;
}

static void one_state(struct sim_trial *t, const struct sim_kernel *k, u32 shift)
{
	struct sim_spec spec = { .kernel = k, .shift = shift, .nr_files = 8 };
	u32 most = shift == 12 ? 6 : 24;

	t->machines[0].kernel = k;
	spec.sessions = random_list(t, 1 + (u32)sim_random(t, most >> k->order), false);
	for (u32 i = 0; i < 2; i++)
		spec.files[sim_random(t, 8)] = random_list(t, (u32)sim_random(t, 4), true);
	spec.apart = !sim_random(t, 8);
	t->arena = sim_random(t, 3) ? 0 : 96;
	sim_check(t, &spec);
}

static void random_states(void **state)
{
	u32 shift = *(u32 *)*state;
	struct sim_trial t;

	sim_trial_open(&t, 3, shift, shift == 12 ? 2 << 20 : 1 << 20);
	t.random = seed;
	t.one_in = shift == 12 ? 2000 : 300;
	for (u32 i = 0; i < (shift == 12 ? 60 : 160); i++)
		one_state(&t, &sim_kernels[i % sim_nr_kernels], shift);
	print_message("pages of %u: %llu states, %llu memory images\n", 1U << shift,
		      (unsigned long long)t.states, (unsigned long long)t.images);
	sim_trial_close(&t);
}

int main(void)
{
	static u32 shifts[] = { 10, 12 };
	const struct CMUnitTest tests[] = {
		{ "pages of 1024", random_states, NULL, sim_tell, &shifts[0] },
		{ "pages of 4096", random_states, NULL, sim_tell, &shifts[1] },
	};
	const char *given = getenv("LUO_SEED");

	seed = given ? strtoull(given, NULL, 0) : (u64)time(NULL) | 1;
	print_message("LUO_SEED=%llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests_name("random lists", tests, NULL, NULL);
}
