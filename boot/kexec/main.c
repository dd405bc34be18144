/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The payload's main flow, the same on every architecture. It is entered from arch/<arch>/entry.S
 * with a stack and .bss, and goes back there to jump to the next kernel:
 *
 *	get ready to hand on -> parameters -> look at memory -> verify (compact) -> report -> (anchor) -> policy
 *
 * Whatever goes wrong, the next kernel is booted with what came in, unless luo_payload.onerror=
 * says otherwise.
 */
#include "payload.h"

static struct luo_job_state job;
static u32 faults;
static bool ready;  /* the next kernel can be entered */
static bool parsed; /* the parameters are known */
static bool spoken; /* the console has been tried */

static void prepare(void)
{
	struct luo_text cmdline;
	size_t max;

	if (luo_arch_init() != LUO_INIT_OK)
		luo_arch_halt(); /* not wrapped: kexec refuses such a file, no one gets here */
	ready = true;
	cmdline.s = luo_arch_cmdline(&cmdline.len, &max);
	luo_params_parse(&cmdline, &job.params);
	job.params.crash |= luo_arch_crash_kernel();
	parsed = true;
}

static void open_console(void)
{
	if (!spoken)
		luo_arch_console_open(&job.params.uart);
	spoken = true;
}

static void finish(const char *word)
{
	luo_tell_next(&job.params, word);
	if (job.params.then == LUO_THEN_RESET)
		luo_reset();
	luo_arch_clock_stop();
}

static bool is_off(void)
{
	if (!job.params.crash && job.params.mode != LUO_PARAM_OFF)
		return false;
	open_console();
	luo_say(job.params.crash ? "off: crash kernel" : "off");
	luo_arch_clock_stop();
	return true;
}

/** luo_payload_main() - do the job; returns when the next kernel is to be entered. */
void luo_payload_main(void)
{
	prepare();
	if (is_off())
		return;
	if (luo_arch_crypt() != LUO_CRYPT_GUEST)
		job.have_phys = !luo_arch_view(&job.phys);
	open_console();
	luo_say_rejected(&job.params);
	luo_inspect(&job);
	luo_say_report(&job);
	if (job.params.then == LUO_THEN_RESET)
		luo_leave_anchor(&job);
	if (job.report.verdict == LUO_VERDICT_ERRORS)
		luo_onerror(&job, luo_report_map_clean(&job.report));
	finish(luo_verdict_word(job.report.verdict));
}

/** luo_payload_bail() - go on after a fault, on a fresh stack; returns as luo_payload_main(). */
void luo_payload_bail(void)
{
	if (!job.params.crash && job.params.mode != LUO_PARAM_OFF) {
		luo_onerror(&job, false);
		finish("fault");
	}
}

/**
 * luo_payload_fault() - an exception happened
 * @vector, @error: from the CPU
 * @addr: address of a page fault, else 0
 * @pc:  where, from the load address
 * @at:  where, absolute
 *
 * A second one means that even the way out is damaged: with onerror=pass the jump is still
 * tried, without a word, because writing one may be what faulted.
 *
 * Return: true to call luo_payload_bail() on a fresh stack, false to enter the next kernel at
 * once.
 */
bool luo_payload_fault(u32 vector, u64 error, u64 addr, u64 pc, u64 at)
{
	faults++;
	if (faults > 2)
		luo_arch_reset();
	if (faults == 1 && !parsed)
		prepare();
	if (faults == 2 && ready && job.params.onerror == LUO_ONERROR_PASS)
		return false;
	open_console();
	luo_say_fault(vector, error, addr, pc, at);
	if (faults == 1)
		return true;
	if (job.params.onerror == LUO_ONERROR_HALT)
		luo_arch_halt();
	luo_arch_reset();
}
