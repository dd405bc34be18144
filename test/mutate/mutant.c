/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The library's side of `make mutate`. LUO_MUTANTS names a file with the numbers of the mutants
 * that are to be judged, LUO_MUTANT_LOG one for the answers: number, how the child ended (as
 * waitpid() has it; 0: the test did not mind) and the test, a line each.
 *
 * It stands before cmocka in the programs and is asked to run the tests in its place, so that it
 * knows when one begins and ends.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mutant.h"

#define SECONDS 2	    /* of CPU, beyond four times those of the test: a mutant may loop, */
#define MEMORY	(8LL << 30) /* or want ever more */

int luo_mutant;
unsigned char luo_mutant_open[LUO_MAX_MUTANTS];

static unsigned char alive[LUO_MAX_MUTANTS];
static const char *running; /* the test, NULL outside of one */
static rlim_t limit;	    /* seconds of CPU for it */
static FILE *answers;
static const struct CMUnitTest *next_test; /* cmocka runs them in their order */

static void __attribute__((constructor)) begin(void)
{
	const char *list = getenv("LUO_MUTANTS"), *log = getenv("LUO_MUTANT_LOG");
	FILE *file = list ? fopen(list, "r") : NULL;
	int id;

	if (!file || !log)
		return;
	while (fscanf(file, "%d", &id) == 1)
		if (id > 0 && id < LUO_MAX_MUTANTS)
			alive[id] = 1;
	fclose(file);
	answers = fopen(log, "w");
	if (!answers)
		abort();
}

/* The child says nothing, and ends with its first failure. */
static void become(int id)
{
	const struct rlimit seconds = { limit, limit }, memory = { MEMORY, MEMORY };
	const struct rlimit no_core = { 0, 0 };
	int nowhere = open("/dev/null", O_WRONLY);

	luo_mutant = id;
	memset(luo_mutant_open, 0, sizeof(luo_mutant_open));
	setrlimit(RLIMIT_CPU, &seconds);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &no_core);
	dup2(nowhere, 1);
	dup2(nowhere, 2);
	setenv("CMOCKA_TEST_ABORT", "1", 1);
}

/** luo_mutant_meet() - mutant @id would go another way here: the child is it, and goes. */
void luo_mutant_meet(int id)
{
	int status;
	pid_t pid;

	luo_mutant_open[id] = 0;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		become(id);
		return;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	alive[id] = !status;
	fprintf(answers, "%d %d %s\n", id, status, running);
}

/* How long does the test take? A child tells; whether it passes the parent will see. */
static rlim_t measure(const struct CMUnitTest *test, void **state)
{
	struct rusage usage;
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		become(0);
		test->test_func(state);
		_exit(0);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		abort();
	return SECONDS + 4 * (rlim_t)usage.ru_utime.tv_sec +
	       4 * (rlim_t)usage.ru_utime.tv_usec / 1000000;
}

static void one_test(void **state)
{
	const struct CMUnitTest *test = next_test++;

	running = test->name;
	limit = RLIM_INFINITY;
	if (answers)
		limit = measure(test, state);
	memcpy(luo_mutant_open, alive, sizeof(alive));
	test->test_func(state);
	if (luo_mutant)
		_exit(0);
	memset(luo_mutant_open, 0, sizeof(luo_mutant_open));
	running = NULL;
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *tests, const size_t nr,
			    CMFixtureFunction setup, CMFixtureFunction teardown)
{
	int (*run)(const char *, const struct CMUnitTest *, size_t, CMFixtureFunction,
		   CMFixtureFunction);
	struct CMUnitTest *mine = calloc(nr, sizeof(*mine));
	int failed;

	*(void **)&run = dlsym(RTLD_NEXT, "_cmocka_run_group_tests");
	if (!run || !mine)
		abort();
	for (size_t i = 0; i < nr; i++) {
		mine[i] = tests[i];
		mine[i].test_func = one_test;
	}
	next_test = tests;
	failed = run(name, mine, nr, setup, teardown);
	free(mine);
	return failed;
}
