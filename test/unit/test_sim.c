/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Every filling of up to four blocks, for every ABI, stopped after every store. See sim.h.
 */
#include "sim.h"

#include <string.h>

#define SIZE 32768

static struct sim_list list_of(u32 nr, u32 number, const u8 *fill, u32 fills)
{
	struct sim_list l = { .nr = nr };

	for (u32 b = 0; b < nr; b++, number /= fills)
		l.count[b] = fill[number % fills];
	return l;
}

static u32 power(u32 base, u32 exponent)
{
	return exponent ? base * power(base, exponent - 1) : 1;
}

static void report(const char *what, const struct sim_trial *t)
{
	print_message("%s: %llu states, %llu memory images; %llu times more moved than need be\n",
		      what, (unsigned long long)t->states, (unsigned long long)t->images,
		      (unsigned long long)t->inexact);
}

/* Blocks of one page hold three entries here, of two pages six. */
static void all_sessions(struct sim_trial *t, struct sim_spec *spec, u32 most)
{
	static const u8 fill[] = { 0, 1, 2, 3, 4, 5, 6 };
	u32 fills = spec->kernel->order ? 7 : 4;

	for (u32 nr = 0; nr <= most; nr++)
		for (u32 i = 0; i < power(fills, nr); i++) {
			spec->sessions = list_of(nr, i, fill, fills);
			sim_check(t, spec);
		}
}

/* Session lists of every kernel. */
static void sessions(void **state)
{
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8 };
	struct sim_trial t;

	sim_trial_open(&t, 2, 8, SIZE);
	all_sessions(&t, &spec, 4);
	report(k->name, &t);
	sim_trial_close(&t);
}

/* The same, and what a stop leaves is compacted and stopped again. */
static void sessions_twice(void **state)
{
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8 };
	struct sim_trial t;

	sim_trial_open(&t, 3, 8, SIZE);
	all_sessions(&t, &spec, 3);
	report(k->name, &t);
	sim_trial_close(&t);
}

/* With room for two dropped blocks: their keys are cleared while the list is worked on. */
static void little_memory(void **state)
{
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8 };
	struct sim_trial t;

	sim_trial_open(&t, 2, 8, SIZE);
	t.arena = 32;
	all_sessions(&t, &spec, 4);
	spec.sessions = (struct sim_list){ 8, { 1, 3, 0, 3, 0, 3, 2, 1 } };
	sim_check(&t, &spec);
	report(k->name, &t);
	sim_trial_close(&t);
}

/* File lists of one session, and two lists side by side. */
static void files(void **state)
{
	static const u8 fill[] = { 0, 1, 2, 3 };
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8, .sessions = { 1, { 1 } }, .nr_files = 1 };
	struct sim_trial t;

	sim_trial_open(&t, 2, 8, SIZE);
	for (u32 nr = 0; nr <= 4; nr++)
		for (u32 i = 0; i < power(4, nr); i++) {
			spec.files[0] = list_of(nr, i, fill, 4);
			sim_check(&t, &spec);
		}
	spec.sessions.count[0] = spec.nr_files = 2;
	for (u32 i = 0; i < 64 * 64; i += 1 + i % 7) {
		spec.files[0] = list_of(3, i % 64, fill, 4);
		spec.files[1] = list_of(3, i / 64, fill, 4);
		sim_check(&t, &spec);
	}
	report(k->name, &t);
	sim_trial_close(&t);
}

/* Sessions with files, of which some are lists that must change: records move with their lists. */
static void both(void **state)
{
	static const u8 fill[] = { 0, 1, 2, 3 };
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8, .nr_files = 3 };
	const u32 lists[] = { 0, 3, 1 + 4 * 3, 2 + 4 * 3, 4 * 1, 1 + 4 * 1, 3 + 4 * 3 };
	struct sim_trial t;

	sim_trial_open(&t, 2, 8, SIZE);
	for (u32 nr = 1; nr <= 3; nr++)
		for (u32 i = 0; i < power(4, nr); i++) {
			spec.sessions = list_of(nr, i, fill, 4);
			for (u32 f = 0; f < 3; f++)
				spec.files[f] = list_of(
					2, lists[sim_random(&t, k->file_chains ? 7 : 2)], fill, 4);
			sim_check(&t, &spec);
		}
	report(k->name, &t);
	sim_trial_close(&t);
}

/* Counted zeros behind the sessions of a block; and a first block that cannot be left. */
static void zeros(void **state)
{
	static const u16 live[] = { 0, 0, 0, 1, 1, 2, 3 }, stale[] = { 0, 1, 3, 0, 2, 1, 0 };
	const struct sim_kernel *k = *state;
	struct sim_spec spec = { .kernel = k, .shift = 8 };
	struct sim_trial t;

	sim_trial_open(&t, 2, 8, SIZE);
	for (u32 nr = 1; nr <= 3; nr++)
		for (u32 i = 0; i < 2 * power(7, nr); i++) {
			spec.sessions.nr = nr;
			spec.apart = i % 2;
			for (u32 b = 0, rest = i / 2; b < nr; b++, rest /= 7) {
				spec.sessions.count[b] = live[rest % 7];
				spec.sessions.zeros[b] = stale[rest % 7];
			}
			sim_check(&t, &spec);
		}
	report(k->name, &t);
	sim_trial_close(&t);
}

struct group {
	const char *name;
	void (*test)(void **state);
	bool (*fits)(const struct sim_kernel *k);
};

static bool always(const struct sim_kernel *k)
{
	return k;
}

static bool chains(const struct sim_kernel *k)
{
	return k->file_chains;
}

static bool zeros_fit(const struct sim_kernel *k)
{
	return k->zeros;
}

int main(void)
{
	static const struct group groups[] = {
		{ "lists of sessions", sessions, always },
		{ "lists of sessions, stopped twice", sessions_twice, always },
		{ "lists of sessions, little working memory", little_memory, always },
		{ "lists of files", files, chains },
		{ "sessions and files", both, always },
		{ "zeros and fixed heads", zeros, zeros_fit },
	};
	int failed = 0;

	for (u32 g = 0; g < LUO_ARRAY_SIZE(groups); g++) {
		struct CMUnitTest tests[8] = { 0 };
		u32 nr = 0;

		for (u32 i = 0; i < sim_nr_kernels; i++)
			if (groups[g].fits(&sim_kernels[i]))
				tests[nr++] = (struct CMUnitTest){ sim_kernels[i].name,
								   groups[g].test, NULL, sim_tell,
								   (void *)&sim_kernels[i] };
		failed += _cmocka_run_group_tests(groups[g].name, tests, nr, NULL, NULL);
	}
	return failed;
}
