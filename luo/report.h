/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What verify answers: findings, totals, verdict. Checking fills it in, printing reads it, and
 * neither knows of the other.
 */
#ifndef LUO_REPORT_H
#define LUO_REPORT_H

#include "abi.h"
#include "finding.h"

#define LUO_MAX_FINDINGS 64 /* kept in full; more are only counted */
#define LUO_MAX_SAME	 16 /* of one code, so that many effects do not push out their cause */

/** enum luo_verdict - the one-word answer; luo_exit_status() gives its number. */
enum luo_verdict {
	LUO_VERDICT_OK,
	LUO_VERDICT_REPAIRED,
	LUO_VERDICT_ERRORS,
	LUO_VERDICT_REFUSED,
	LUO_VERDICT_NONE,
};

/** enum luo_owner_kind - what a finding is about. */
enum luo_owner_kind {
	LUO_OWNER_BOOT,
	LUO_OWNER_KHO,
	LUO_OWNER_MAP,
	LUO_OWNER_CONTAINER,
	LUO_OWNER_SESSION_BLOCK, /* index: position in the chain, from 0 */
	LUO_OWNER_SESSION,	 /* index: position among all sessions, name */
	LUO_OWNER_FILE_BLOCK,	 /* index: position in the chain, name of the session */
	LUO_OWNER_FILE,		 /* index: position in the session, name of the session */
	LUO_OWNER_NEXT,		 /* name: which part of what the next kernel is given */
};

/** struct luo_owner - names the thing that a finding is about. */
struct luo_owner {
	u8 kind;
	u64 index;
	char name[LUO_NAME_LEN];
};

/**
 * struct luo_finding - one thing that verify has to say
 * @code:     which entry of the catalogue
 * @severity: what the next kernel will do, under the ABI at hand
 * @pa:       where, 0 when there is no address
 * @value:    the offending value (count, pointer, order), as the catalogue's text says
 * @owner:    whose it is
 */
struct luo_finding {
	u16 code;
	u8 severity;
	u64 pa;
	u64 value;
	struct luo_owner owner;
};

/** enum luo_pass - the timed passes of a run. */
enum luo_pass {
	LUO_PASS_OPEN,
	LUO_PASS_MAP,
	LUO_PASS_SESSIONS,
	LUO_PASS_COMPACT,
	LUO_PASS_RECHECK,
	LUO_NR_PASSES,
};

/**
 * struct luo_totals - what was counted; blocks include the empty ones, pages are base pages;
 * sessions do not include the @vacant entries; @fewest_blocks and @fewest_fblocks would do for
 * what is there
 */
struct luo_totals {
	u64 sessions;
	u64 files;
	u64 blocks;
	u64 fblocks;
	u64 empty_blocks;
	u64 empty_fblocks;
	u64 fewest_blocks;
	u64 fewest_fblocks;
	u64 vacant;
	u64 pages;
	u64 map_nodes;
	u64 map_entries;
};

/**
 * struct luo_report - the whole answer of a run
 * @verdict:      filled by luo_report_close()
 * @kho, @abi:    rows of the version table, NULL when not reached or unknown
 * @kho_name, @abi_name: the strings found, for messages; "-" when none was found
 * @page_size:    bytes
 * @number:       live update number
 * @before:       totals as found
 * @after:        totals after a compaction, the same as @before without one
 * @findings:     the first @nr_kept of @nr_findings
 * @by_severity:  how many of each
 * @by_code:      how many of each
 * @unrepairable: findings that stop a compaction
 * @changed:      a compaction wrote something
 * @followed:     the owners of all pages were looked for as well
 * @boot:         what else boot data tell the next kernel was looked at
 * @kernel:       the next kernel's image was looked at
 * @claimed:      firmware was asked for the memory of the state
 * @anchored:     an anchor was looked for
 * @us:           microseconds of each pass, 0 without a clock
 * @arena_peak:   bytes of working memory that were written, from its start
 */
struct luo_report {
	u8 verdict;
	const struct luo_kho_abi *kho;
	const struct luo_abi *abi;
	char kho_name[32];
	char abi_name[32];
	u32 page_size;
	u64 number;
	struct luo_totals before;
	struct luo_totals after;
	u32 nr_kept;
	u64 nr_findings;
	u64 by_severity[LUO_SEV_PANIC + 1];
	u64 by_code[LUO_NR_CODES];
	u64 unrepairable;
	bool refused;
	bool none;
	bool changed;
	bool followed;
	bool boot;
	bool kernel;
	bool claimed;
	bool anchored;
	u64 us[LUO_NR_PASSES];
	u64 arena_peak;
	struct luo_finding findings[LUO_MAX_FINDINGS]; /* last: luo_report_init() leaves them */
};

void luo_report_init(struct luo_report *report);
void luo_report_add(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, u64 value,
		    const struct luo_owner *owner);
void luo_report_part(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, u64 value,
		     u8 part);
void luo_report_restart(struct luo_report *report);
void luo_report_close(struct luo_report *report);
bool luo_report_map_clean(const struct luo_report *report);
bool luo_report_repairable(const struct luo_report *report);
int luo_exit_status(enum luo_verdict verdict);
const char *luo_verdict_word(enum luo_verdict verdict);
const char *luo_severity_word(u8 severity);
u64 luo_report_us(const struct luo_report *report);

#endif
