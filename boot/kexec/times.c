/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What each phase of the run took, by the CPU's own counter. It is read in ticks all along, because
 * x86_64 may learn the counter's rate only on the way (arch/x86_64/clock.c).
 */
#include "payload.h"

#include "../../luo/str.h"

/* In the order of time: before luo_run(), as enum luo_pass, behind it, and all of them. */
static const char phases[] = "find\0tree\0map\0sessions\0compact\0recheck\0report\0total";

enum { FIND, PASSES, REPORT = PASSES + LUO_NR_PASSES, NR_PHASES };

static void put(u32 phase, u64 time)
{
	luo_put(&luo_console, " ");
	luo_put(&luo_console, luo_word(phases, phase));
	luo_put(&luo_console, "=");
	luo_put_dec(&luo_console, time);
}

/**
 * luo_take_times() - make microseconds of the ticks in a report
 * @job: the run; times in its report are 0 afterwards when the counter's rate is not known
 * @say: print a line of all phases, in ticks when the rate is not known
 *
 * Moments are converted and not what lies between them, so that the phases add up to the total.
 */
void luo_take_times(struct luo_job_state *job, bool say)
{
	u64 *us = job->report.us, at[NR_PHASES], before = 0;
	bool known = false;

	at[FIND] = job->found;
	for (u32 i = 0; i < LUO_NR_PASSES; i++)
		at[PASSES + i] = at[FIND + i] + us[i];
	at[REPORT] = luo_arch_clock(NULL);
	for (u32 i = 0; i < NR_PHASES; i++)
		known = luo_arch_us(&at[i]);
	if (say)
		luo_put(&luo_console, "luo: clock");
	for (u32 i = 0; i < NR_PHASES; i++) {
		if (say)
			put(i, at[i] - before);
		if (i >= PASSES && i < REPORT)
			us[i - PASSES] = known ? at[i] - before : 0;
		before = at[i];
	}
	if (!say)
		return;
	put(NR_PHASES, before);
	luo_put(&luo_console, known ? " us\n" : " ticks\n");
}
