/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * KTAP version 1 for KernelCI and LAVA: one point for each check, which has the name of its code
 * in the catalogue, findings as diagnostics in front of their point. A point fails when one of them
 * is an error. Names stay what they are for ever; numbers may move when a version adds checks.
 */
#include "print.h"

static void diagnose(const struct luo_out *out, const struct luo_finding *f)
{
	luo_put(out, "# ");
	luo_put_finding(out, f);
	luo_put(out, "\n");
}

/* Print a check's findings; true when one is an error, or may be: those not kept are only counted.
 */
static bool print_findings(const struct luo_out *out, const struct luo_report *report, u32 code)
{
	bool bad = false, any = false;

	for (u32 i = 0; i < report->nr_kept; i++) {
		const struct luo_finding *f = &report->findings[i];

		if (f->code != code)
			continue;
		any = true;
		bad |= f->severity >= LUO_SEV_LOSE;
		diagnose(out, f);
	}
	return bad || (report->by_code[code] && !any);
}

/* Was there anything that this check could look at? */
static bool reached(const struct luo_report *report, u32 code)
{
	char area = *luo_code_short(code);

	if (code >= LUO_FIRST_OF_ANCHOR)
		return report->anchored;
	if (code >= LUO_FIRST_OF_LIVE)
		return false;
	if (code >= LUO_FIRST_OF_FIRMWARE)
		return report->claimed;
	if (code >= LUO_FIRST_OF_NEXT)
		return report->kernel;
	if (code >= LUO_FIRST_OF_BOOT)
		return report->boot;
	if (code >= LUO_FIRST_OF_OWNERS && !report->followed)
		return false;
	if (area == 'S' || area == 'F')
		return report->abi && !report->by_code[LUO_X06];
	if (area == 'M' || area == 'C')
		return report->kho && !report->by_code[LUO_K04];
	return true;
}

/**
 * luo_print_ktap() - the report as KTAP
 * @out:    where to
 * @report: a closed report
 *
 * With verdict none nothing could be checked, and the plan is empty. What could not be looked at,
 * because of what was found before or because this command does not, is skipped.
 */
void luo_print_ktap(const struct luo_out *out, const struct luo_report *report)
{
	luo_put(out, "KTAP version 1\n");
	if (report->verdict == LUO_VERDICT_NONE) {
		luo_put(out, "1..0 # SKIP no KHO or no LUO state\n");
		return;
	}
	luo_put(out, "1..");
	luo_put_dec(out, LUO_NR_TEXTS);
	luo_put(out, "\n");
	for (u32 i = 0; i < LUO_NR_TEXTS; i++) {
		luo_put(out, print_findings(out, report, i) ? "not ok " : "ok ");
		luo_put_dec(out, i + 1);
		luo_put(out, " ");
		luo_put_code(out, i);
		luo_put(out,
			report->by_code[i] || reached(report, i) ? "\n" : " # SKIP not reached\n");
	}
}
