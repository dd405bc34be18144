/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Lines on the console. Without a console nothing is said, and that is no error. */
#include "payload.h"

const struct luo_out luo_console = { .write = luo_arch_console_write };

/** luo_put_text() - a piece of the command line, made harmless. */
void luo_put_text(const struct luo_text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		char c[2] = { t->s[i], '\0' };

		luo_put_escaped(&luo_console, c);
	}
}

/** luo_say() - "luo: " and a sentence. */
void luo_say(const char *line)
{
	luo_put(&luo_console, "luo: ");
	luo_put(&luo_console, line);
	luo_put(&luo_console, "\n");
}

/** luo_say_rejected() - a line for each parameter that was not understood. */
void luo_say_rejected(const struct luo_params *params)
{
	for (u32 i = 0; i < params->nr_rejected; i++) {
		luo_put(&luo_console, "luo: not understood, default taken: ");
		luo_put_text(&params->rejected[i]);
		luo_put(&luo_console, "\n");
	}
}

/**
 * luo_say_report() - the report in the form asked for, the verdict line last
 * @job: the run; its times are in microseconds afterwards, when something was printed
 */
LUO_OWN_FUNCTION void luo_say_report(struct luo_job_state *job)
{
	const struct luo_report *report = &job->report;
	u8 how = job->params.report;

	if (how == LUO_SHOW_OFF)
		return;
	if (how != LUO_SHOW_LINE)
		luo_arch_console_patient();
	if (how == LUO_SHOW_TEXT)
		luo_print_brief(&luo_console, report);
	if (how == LUO_SHOW_KTAP)
		luo_print_ktap(&luo_console, report);
	luo_take_times(job, how == LUO_SHOW_TEXT);
	luo_print_line(&luo_console, report, job->params.nonce);
}

static void put_field(const char *label, u64 value)
{
	luo_put(&luo_console, label);
	luo_put_hex(&luo_console, value);
}

/** luo_say_fault() - the one line about an exception; @pc counts from the load address. */
void luo_say_fault(u32 vector, u64 error, u64 addr, u64 pc, u64 at)
{
	luo_put(&luo_console, "luo: fault vector=");
	luo_put_dec(&luo_console, vector);
	put_field(" error=", error);
	put_field(" addr=", addr);
	put_field(" pc=", pc);
	put_field(luo_arch_pc_name, at);
	luo_put(&luo_console, "\n");
}
