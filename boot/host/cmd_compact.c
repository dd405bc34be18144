/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo compact -n: what a compaction would write. The host tool itself never writes dumps. */
#include "../../luo/error.h"
#include "answer.h"
#include "commands.h"
#include "message.h"

/* Errors that a compaction cannot mend block it: the verdict's status. */
static int plan_status(const struct answer *a)
{
	if (a->err && luo_report_repairable(&a->report)) {
		host_error("no plan could be made (error %d)%s", a->err,
			   a->err == LUO_E_ARENA ? ": out of working memory" : "");
		return HOST_FAILED;
	}
	return a->plan.nr ? 1 : luo_exit_status(a->report.verdict);
}

static int print_compact(const struct answer *a, const struct luo_out *out)
{
	int status = plan_status(a);

	switch (a->opt->format) {
	case HOST_FORMAT_JSON:
		luo_print_json(out, &a->report, &a->plan, HOST_TOOL, status);
		break;
	case HOST_FORMAT_KTAP:
		luo_print_ktap(out, &a->report);
		break;
	default:
		luo_print_text(out, &a->report);
		if (a->report.verdict != LUO_VERDICT_NONE)
			luo_print_plan(out, &a->report, &a->plan);
		luo_print_line(out, &a->report, NULL);
	}
	return status;
}

/** cmd_compact() - plan a compaction of the state in dumps, and print its operations. */
int cmd_compact(const struct options *opt)
{
	if (!opt->dry_run) {
		host_error("compact: the host tool never writes dumps; give -n to see the plan, or "
			   "boot the payload with luo_payload.mode=compact to carry it out");
		return HOST_USAGE;
	}
	return answer_command(opt, LUO_MODE_PLAN, print_compact);
}
