/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * KTAP version 1 for KernelCI and LAVA: one point for each area of the catalogue, findings as
 * diagnostics in front of their point. A point fails when its area has an error.
 */
#include "print.h"

#define NR_AREAS 7

static const char letters[NR_AREAS + 1] = "BKMCSFX";

static const char *const words[NR_AREAS] = {
	"boot data", "KHO FDT", "preserved-memory map", "LUO container", "sessions",
	"files",     "limits",
};

/* Print an area's findings as diagnostics; true when one of them is an error. */
static bool print_area(const struct luo_out *out, const struct luo_report *report, char letter)
{
	bool bad = false;

	for (u32 i = 0; i < report->nr_kept; i++) {
		const struct luo_finding *f = &report->findings[i];

		if (luo_code_text(f->code)[4] != letter)
			continue;
		bad |= f->severity >= LUO_SEV_LOSE;
		luo_put(out, "# ");
		luo_put(out, luo_code_text(f->code));
		luo_put(out, " ");
		luo_put(out, luo_severity_word(f->severity));
		luo_put(out, " ");
		luo_put_what(out, f);
		luo_put(out, ": ");
		luo_put_owner(out, &f->owner);
		luo_put(out, " at ");
		luo_put_hex(out, f->pa);
		luo_put(out, "\n");
	}
	return bad;
}

/**
 * luo_print_ktap() - the report as KTAP
 * @out:    where to
 * @report: a closed report
 *
 * With verdict none nothing could be checked, and the plan is empty.
 */
void luo_print_ktap(const struct luo_out *out, const struct luo_report *report)
{
	luo_put(out, "KTAP version 1\n");
	if (report->verdict == LUO_VERDICT_NONE) {
		luo_put(out, "1..0 # SKIP no KHO or no LUO state\n");
		return;
	}
	luo_put(out, "1..");
	luo_put_dec(out, NR_AREAS);
	luo_put(out, "\n");
	for (u32 i = 0; i < NR_AREAS; i++) {
		bool bad = print_area(out, report, letters[i]);

		luo_put(out, bad ? "not ok " : "ok ");
		luo_put_dec(out, i + 1);
		luo_put(out, " luo ");
		luo_put(out, words[i]);
		luo_put(out, "\n");
	}
}
