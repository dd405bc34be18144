/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Holds the core's verdict against that of the kernel's own reader, on the same damaged states.
 *
 *	judge [-n ROUNDS] [-s SEED] [-r NAME:ROUND] [STATE ...]
 *	judge -l
 *
 * Each state is damaged ROUNDS times, those with a part in use a twentieth as often; round 0 is the
 *sound one. Every round is a process of its own, because the kernel's reader can be run once. What
 *the core passes the kernel must take, all of it; what the core calls fatal the kernel must not.
 *What is neither must be in the table of differences.c, or the program fails. -r does one round and
 *says everything about it; -l prints that table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/world.h"
#include "differences.h"

#define FEWER 20 /* so many times, of states that are like another */

/** struct round - one state under judgement, in memory that both processes see. */
struct round {
	struct ours ours;
	struct judge_answer kernel;
	char text[256];
};

static struct round *now;
static u64 seed = 0x6a75646765ULL;
static u64 rounds = 100, judged, differing, failed, by_outcome[JUDGE_BROKEN + 1];
static u64 met[LUO_NR_CODES][JUDGE_BROKEN + 1];
static const char *wanted;
static bool list;

static u64 seed_of(const struct base *b, u64 round)
{
	u64 s = seed ^ round * 0x9e3779b97f4a7c15ULL;

	for (const char *p = b->name; *p; p++)
		s = (s ^ (u8)*p) * 0x100000001b3ULL;
	return s ? s : 1;
}

static void judge_one(const struct base *b, u64 round)
{
	pid_t child;
	int status;

	memset(now, 0, sizeof(*now));
	now->kernel.outcome = JUDGE_BROKEN;
	child = fork();
	if (!child) {
		alarm(30); /* the core, too, must come to an end */
		if (round)
			mutate(b, seed_of(b, round), now->text, sizeof(now->text));
		ours_read(&b->machine, &now->ours);
		judge_read(&b->machine, &now->kernel);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		now->kernel.outcome = JUDGE_BROKEN;
}

static u8 worst(const struct ours *o)
{
	u8 s = 0;

	for (u32 c = 0; c < LUO_NR_CODES; c++)
		s = o->severity[c] > s ? o->severity[c] : s;
	return s;
}

/* The mildest outcome that bears out a severity. */
static u8 due(u8 severity)
{
	static const u8 outcome[] = {
		[LUO_SEV_LOSE] = JUDGE_WARNED,
		[LUO_SEV_REFUSE] = JUDGE_REFUSED,
		[LUO_SEV_PANIC] = JUDGE_PANIC,
	};

	return outcome[severity];
}

static bool of_files(u16 code)
{
	return *(luo_code_text(code) + 4) == 'F';
}

/* Did the kernel stop before it came to what the core calls worse? */
static bool stopped_before(const struct round *r, u16 code)
{
	return r->kernel.outcome == JUDGE_REFUSED && of_files(code) &&
	       worst(&r->ours) >= LUO_SEV_REFUSE;
}

/* Is what the kernel does just what another finding says, or what may come of that instead? */
static bool other_bears_out(const struct round *r, u16 code)
{
	u8 outcome = r->kernel.outcome;

	for (u16 c = 0; c < LUO_NR_CODES; c++) {
		u8 severity = r->ours.severity[c];

		if (c == code || !severity)
			continue;
		if ((severity >= LUO_SEV_LOSE && outcome == due(severity)) ||
		    difference_of(&r->ours, c, outcome))
			return true;
	}
	return false;
}

/* A difference that explains the outcome, or one that it would have been but for another damage. */
static bool explained(const struct round *r, u16 code)
{
	u8 outcome = r->kernel.outcome;

	/* Where both see no LUO, all of nothing was taken. */
	if (outcome == JUDGE_NONE && r->ours.verdict == LUO_VERDICT_NONE)
		outcome = JUDGE_TAKEN;
	if (difference_of(&r->ours, code, outcome))
		return true;
	while (other_bears_out(r, code) && outcome-- > JUDGE_NONE)
		if (difference_of(&r->ours, code, outcome))
			return true;
	return false;
}

/* The first code that the kernel does not bear out and that no difference explains. */
static int unexplained(const struct round *r)
{
	for (u32 c = 0; c < LUO_NR_CODES; c++) {
		u8 severity = r->ours.severity[c];

		if (severity < LUO_SEV_LOSE || r->kernel.outcome >= due(severity) ||
		    stopped_before(r, c))
			continue;
		met[c][r->kernel.outcome]++;
		if (!explained(r, (u16)c))
			return (int)c;
		differing++;
	}
	return -1;
}

/* What the core passes must come back, and nothing may stay behind that it does not know of. */
static const char *passed_wrongly(const struct round *r)
{
	const struct ours *o = &r->ours;

	if (o->verdict == LUO_VERDICT_NONE)
		return r->kernel.outcome == JUDGE_NONE ? NULL : "the core sees no state";
	if (r->kernel.outcome != JUDGE_TAKEN) {
		for (u32 c = 0; c < LUO_NR_CODES; c++)
			if (o->severity[c] && difference_of(&r->ours, (u16)c, r->kernel.outcome))
				return NULL;
		return "the core passes it";
	}
	if (o->sessions != r->kernel.sessions || o->files != r->kernel.files)
		return "the core counts other sessions or files";
	if (!o->unknown && o->unclaimed + o->kept != r->kernel.left)
		return "other entries are left over than the core says";
	return NULL;
}

static void tell(const struct base *b, u64 round, const char *what)
{
	const struct round *r = now;

	printf("%s %s:%llu: %s; the kernel %s: %s\n  damaged:%s\n  core:", judge_kernel(), b->name,
	       (unsigned long long)round, what, outcome_word[r->kernel.outcome], r->kernel.why,
	       r->text);
	for (u32 c = 0; c < LUO_NR_CODES; c++)
		if (r->ours.severity[c])
			printf(" %s %s", luo_code_text(c), luo_severity_word(r->ours.severity[c]));
	printf("; sessions %llu/%llu files %llu/%llu left %llu+%llu/%llu (core/kernel)\n",
	       (unsigned long long)r->ours.sessions, (unsigned long long)r->kernel.sessions,
	       (unsigned long long)r->ours.files, (unsigned long long)r->kernel.files,
	       (unsigned long long)r->ours.unclaimed, (unsigned long long)r->ours.kept,
	       (unsigned long long)r->kernel.left);
}

static void compare(const struct base *b, u64 round)
{
	const char *wrong = NULL;
	int code = -1;

	judged++;
	by_outcome[now->kernel.outcome]++;
	if (now->kernel.outcome == JUDGE_BROKEN)
		wrong = "cannot be judged";
	else if (worst(&now->ours) < LUO_SEV_LOSE)
		wrong = passed_wrongly(now);
	else if ((code = unexplained(now)) >= 0)
		wrong = luo_code_text((enum luo_code)code);
	if (wrong || wanted)
		tell(b, round, wrong ? wrong : "as it should be");
	failed += wrong != NULL;
}

static void judge_base(const struct base *b)
{
	size_t len = strlen(b->name);

	if (wanted && (strncmp(wanted, b->name, len) || wanted[len] != ':'))
		return;
	for (u64 i = 0; i < (b->few ? rounds / FEWER + 1 : rounds); i++) {
		u64 round = wanted ? strtoull(wanted + len + 1, NULL, 0) : i;

		judge_one(b, round);
		compare(b, round);
		if (wanted)
			return;
	}
}

static enum world_abi form(void)
{
	if (!strcmp(judge_kernel(), "7.1"))
		return WORLD_S2;
	return !strcmp(judge_kernel(), "7.1-v3") ? WORLD_S3 : WORLD_V5;
}

static int options(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "ln:s:r:")) != -1) {
		if (opt == 'l')
			list = true;
		else if (opt == 'n')
			rounds = strtoull(optarg, NULL, 0);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (opt == 'r')
			wanted = optarg;
		else
			return 16;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct base b;

	if (options(argc, argv))
		return 16;
	if (list) {
		difference_print();
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	now = mmap(NULL, sizeof(*now), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (u32 i = 0; i < base_nr_made_up() + (u32)(argc - optind); i++) {
		bool ok = i < base_nr_made_up()
				  ? base_make_up(&b, i, form())
				  : base_load(&b, argv[(u32)optind + i - base_nr_made_up()]);

		if (!ok) {
			fprintf(stderr, "judge: a state cannot be loaded\n");
			return 8;
		}
		judge_base(&b);
		base_free(&b);
	}
	printf("judge %s, pages of %u: %llu states, seed 0x%llx:", judge_kernel(),
	       1U << JUDGE_PAGE_SHIFT, (unsigned long long)judged, (unsigned long long)seed);
	for (u32 o = 0; o < JUDGE_BROKEN; o++)
		printf(" %s %llu%s", outcome_word[o], (unsigned long long)by_outcome[o],
		       o + 1 < JUDGE_BROKEN ? "," : ";");
	printf(" %llu findings differ as listed\n", (unsigned long long)differing);
	printf("[  PASSED  ] %llu test(s).\n", (unsigned long long)(judged - failed));
	if (failed)
		printf("[  FAILED  ] %llu test(s).\n", (unsigned long long)failed);
	return failed != 0;
}
