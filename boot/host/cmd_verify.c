/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo verify: everything that the next kernel would trust, checked. */
#include "answer.h"
#include "commands.h"

static int print_verify(const struct answer *a, const struct luo_out *out)
{
	int status = luo_exit_status(a->report.verdict);

	switch (a->opt->format) {
	case HOST_FORMAT_JSON:
		luo_print_json(out, &a->report, NULL, HOST_TOOL, status);
		break;
	case HOST_FORMAT_KTAP:
		luo_print_ktap(out, &a->report);
		break;
	default:
		luo_print_text(out, &a->report);
		luo_print_line(out, &a->report, NULL);
	}
	return status;
}

/** cmd_verify() - check the state in dumps and say what the next kernel will do about it. */
int cmd_verify(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_verify);
}
