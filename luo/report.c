/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Collecting findings and drawing the verdict from them. */
#include "report.h"

#include "str.h"

/** luo_report_init() - an empty report: nothing found, no version known. */
void luo_report_init(struct luo_report *report)
{
	__builtin_memset(report, 0, offsetof(struct luo_report, findings));
	luo_strcopy(report->kho_name, sizeof(report->kho_name), "-", 2);
	luo_strcopy(report->abi_name, sizeof(report->abi_name), "-", 2);
}

/**
 * luo_report_add() - add a finding
 * @report:   the report; LUO_MAX_FINDINGS are kept in full, LUO_MAX_SAME of a code, all counted
 * @code:     entry of the catalogue
 * @severity: what the next kernel does; LUO_SEV_NONE adds nothing
 * @pa:       where, or 0
 * @value:    offending value, as the catalogue's text says
 * @owner:    whose it is
 */
LUO_NOINLINE void luo_report_add(struct luo_report *report, enum luo_code code, u8 severity, u64 pa,
				 u64 value, const struct luo_owner *owner)
{
	struct luo_finding *f;

	if (severity == LUO_SEV_NONE)
		return;
	report->nr_findings++;
	report->by_severity[severity]++;
	if (severity >= LUO_SEV_LOSE && !luo_repairable(code))
		report->unrepairable++;
	if (report->by_code[code]++ >= LUO_MAX_SAME || report->nr_kept == LUO_MAX_FINDINGS)
		return;
	f = &report->findings[report->nr_kept++];
	f->code = code;
	f->severity = severity;
	f->pa = pa;
	f->value = value;
	f->owner = *owner;
}

/**
 * luo_report_part() - add a finding about one of the parts that there is one of
 * @report, @code, @severity, @pa, @value: as for luo_report_add()
 * @part: LUO_OWNER_BOOT to LUO_OWNER_CONTAINER
 */
void luo_report_part(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, u64 value,
		     u8 part)
{
	struct luo_owner owner = { .kind = part };

	luo_report_add(report, code, severity, pa, value, &owner);
}

/** luo_report_restart() - forget findings and totals after a compaction, before verifying again. */
void luo_report_restart(struct luo_report *report)
{
	report->nr_kept = 0;
	report->nr_findings = 0;
	report->unrepairable = 0;
	__builtin_memset(report->by_severity, 0, sizeof(report->by_severity));
	__builtin_memset(report->by_code, 0, sizeof(report->by_code));
	report->changed = true;
}

static bool has_errors(const struct luo_report *report)
{
	return report->by_severity[LUO_SEV_LOSE] || report->by_severity[LUO_SEV_REFUSE] ||
	       report->by_severity[LUO_SEV_PANIC];
}

/** luo_report_close() - draw the verdict from what was collected. */
void luo_report_close(struct luo_report *report)
{
	if (report->none)
		report->verdict = LUO_VERDICT_NONE;
	else if (report->refused)
		report->verdict = LUO_VERDICT_REFUSED;
	else if (has_errors(report))
		report->verdict = LUO_VERDICT_ERRORS;
	else
		report->verdict = report->changed ? LUO_VERDICT_REPAIRED : LUO_VERDICT_OK;
}

/** luo_report_repairable() - may a compaction touch this state: is all that is wrong mendable? */
bool luo_report_repairable(const struct luo_report *report)
{
	return !report->none && !report->refused && !report->unrepairable && report->abi;
}

/** luo_report_map_clean() - is there nothing wrong with KHO itself, whatever LUO looks like? */
bool luo_report_map_clean(const struct luo_report *report)
{
	if (!report->kho)
		return false;
	for (u32 i = 0; i < LUO_NR_TEXTS; i++) {
		char area = *luo_code_short(i);

		if (report->by_code[i] && (area == 'B' || area == 'K' || area == 'M'))
			return false;
	}
	return true;
}

/** luo_exit_status() - the documented exit status of a verdict. */
int luo_exit_status(enum luo_verdict verdict)
{
	static const u8 status[] = { 0, 1, 4, 8, 8 };

	return status[verdict];
}

/** luo_verdict_word() - the word that the verdict line starts with. */
const char *luo_verdict_word(enum luo_verdict verdict)
{
	return luo_word("ok\0repaired\0errors\0refused\0none", verdict);
}

/** luo_severity_word() - the word of a severity, as printed. */
const char *luo_severity_word(u8 severity)
{
	return luo_word("none\0note\0leak\0lose\0refuse\0panic", severity);
}

/** luo_report_us() - microseconds of all passes together. */
u64 luo_report_us(const struct luo_report *report)
{
	u64 us = 0;

	for (u32 i = 0; i < LUO_NR_PASSES; i++)
		us += report->us[i];
	return us;
}
