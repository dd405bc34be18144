/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Printing of a report in the forms that people and machines read. It knows nothing of checking,
 * and writes through one function of the front end's.
 */
#ifndef LUO_PRINT_H
#define LUO_PRINT_H

#include "plan.h"
#include "report.h"

/** struct luo_out - where text goes: @write gets @len bytes of UTF-8, not terminated. */
struct luo_out {
	void (*write)(void *ctx, const char *text, size_t len);
	void *ctx;
};

void luo_put(const struct luo_out *out, const char *text);
void luo_put_dec(const struct luo_out *out, u64 value);
void luo_put_hex(const struct luo_out *out, u64 value);
void luo_put_escaped(const struct luo_out *out, const char *text);

void luo_put_code(const struct luo_out *out, enum luo_code code);
void luo_put_cause(const struct luo_out *out, enum luo_code code, const u64 *value);
void luo_put_what(const struct luo_out *out, const struct luo_finding *f);
void luo_put_owner(const struct luo_out *out, const struct luo_owner *owner);

/** luo_put_finding() - one finding in one line, without its end. */
void luo_put_finding(const struct luo_out *out, const struct luo_finding *f);
/** luo_print_line() - the verdict line; @nonce may be NULL or empty. */
void luo_print_line(const struct luo_out *out, const struct luo_report *report, const char *nonce);
/** luo_print_text() - every finding in three lines. */
void luo_print_text(const struct luo_out *out, const struct luo_report *report);
/** luo_print_brief() - every finding in one line. */
void luo_print_brief(const struct luo_out *out, const struct luo_report *report);
/** luo_print_plan() - what a compaction would write, a line for each operation. */
void luo_print_plan(const struct luo_out *out, const struct luo_report *report,
		    const struct luo_plan *plan);
/** luo_print_ktap() - KTAP version 1, one point for each code of the catalogue. */
void luo_print_ktap(const struct luo_out *out, const struct luo_report *report);
/** luo_print_json() - one object; @plan may be NULL; @tool is the program's name and version. */
void luo_print_json(const struct luo_out *out, const struct luo_report *report,
		    const struct luo_plan *plan, const char *tool, int exit_status);

/** luo_print_anchor() - what was trodden on since the anchor was written. */
struct luo_anchor_check;
void luo_print_anchor(const struct luo_out *out, const struct luo_anchor_check *c);

#endif
