/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the files of this folder share: parameters, the text they write, and the policies. */
#ifndef LUO_KEXEC_PAYLOAD_H
#define LUO_KEXEC_PAYLOAD_H

#include "../../arch/arch.h"
#include "../../fdt/run.h"
#include "../../luo/print.h"
#include "../../luo/token.h"

enum luo_param_mode { LUO_PARAM_VERIFY, LUO_PARAM_COMPACT, LUO_PARAM_OFF };
enum luo_param_then { LUO_THEN_BOOT, LUO_THEN_RESET };
enum luo_param_digest { LUO_DIGEST_META, LUO_DIGEST_ALL };
enum luo_param_onerror {
	LUO_ONERROR_PASS,
	LUO_ONERROR_DROP,
	LUO_ONERROR_DROP_LUO,
	LUO_ONERROR_HALT,
	LUO_ONERROR_RESET,
};
enum luo_param_report {
	LUO_SHOW_LINE,
	LUO_SHOW_TEXT,
	LUO_SHOW_KTAP,
	LUO_SHOW_OFF,
};

/* Keeps its name and its place whatever the optimiser sees, so that a debugger can stop there. */
#if __has_attribute(noipa)
#define LUO_OWN_FUNCTION __attribute__((noipa))
#else
#define LUO_OWN_FUNCTION __attribute__((noinline))
#endif

#define LUO_MAX_REJECTED 4

/**
 * struct luo_params - what the command line says
 * @mode, @then, @onerror, @report: the enums above
 * @digest:   what the anchor has digests of: enum luo_param_digest
 * @verdict:  luo_payload.verdict=on
 * @crash:    the next kernel is that of a crash dump: elfcorehdr=, or the architecture says so
 * @nonce:    as given, cut to what fits
 * @uart:     the console, kind LUO_UART_NONE for silence
 * @rejected: parameters of ours that were not understood, for a line each
 */
struct luo_params {
	u8 mode;
	u8 then;
	u8 onerror;
	u8 report;
	u8 digest;
	bool verdict;
	bool crash;
	char nonce[64];
	struct luo_uart uart;
	struct luo_text rejected[LUO_MAX_REJECTED];
	u32 nr_rejected;
};

void luo_params_parse(const struct luo_text *cmdline, struct luo_params *params);

void luo_uart_pick(const struct luo_text *cmdline, struct luo_uart *uart);

extern const struct luo_out luo_console;
void luo_put_text(const struct luo_text *t);
void luo_say(const char *line);
void luo_say_rejected(const struct luo_params *params);
void luo_say_fault(u32 vector, u64 error, u64 addr, u64 pc, u64 at);

/**
 * struct luo_job_state - everything about the run, so that a policy can be carried out at any time
 * @params:   from the command line
 * @phys, @have_phys: the view, once there is one
 * @handover: what KHO's node says, when @have_kho
 * @state:    as far as it could be followed
 * @report:   the answer; its times are ticks until luo_take_times()
 * @found:    ticks from the entry until the state was found, or was not
 * @arena, @arena_size: working memory, with nothing of use in it between two steps
 */
struct luo_job_state {
	struct luo_params params;
	struct luo_phys phys;
	bool have_phys;
	bool have_kho;
	struct luo_handover handover;
	struct luo_state state;
	struct luo_report report;
	u64 found;
	void *arena;
	size_t arena_size;
};

void luo_inspect(struct luo_job_state *job);
void luo_take_times(struct luo_job_state *job, bool say);
void luo_say_report(struct luo_job_state *job);
void luo_onerror(struct luo_job_state *job, bool map_clean);
void luo_leave_anchor(const struct luo_job_state *job);
_Noreturn void luo_reset(void);
void luo_tell_next(const struct luo_params *params, const char *word);

#endif
