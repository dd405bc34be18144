/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo info: what was found, where, and how. */
#include "commands.h"
#include "info.h"

/** info_how() - how the state was found, in words. */
const char *info_how(const struct answer *a)
{
	static const char *const how[] = {
		[FIND_NOTHING] = "not found",
		[FIND_GIVEN] = "--kho-fdt",
		[FIND_BOOT] = "boot data",
		[FIND_SCAN] = "scan",
	};

	return how[a->found.source];
}

static int print_info(const struct answer *a, const struct luo_out *out)
{
	int status = luo_exit_status(a->report.verdict);

	if (a->opt->format == HOST_FORMAT_JSON)
		info_json(a, out, status);
	else
		info_text(a, out);
	return status;
}

/** cmd_info() - describe the state in dumps. */
int cmd_info(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_info);
}
