/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo info: what was found, where, and how. */
#include "../../fdt/info.h"
#include "answer.h"
#include "commands.h"

static int print_info(const struct answer *a, const struct luo_out *out)
{
	const struct luo_answer view = answer_view(a);
	int status = luo_exit_status(a->report.verdict);

	if (a->opt->format == HOST_FORMAT_JSON)
		fdt_info_json(&view, out, status);
	else
		fdt_info_text(&view, out);
	return status;
}

/** cmd_info() - describe the state in dumps. */
int cmd_info(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_info);
}
