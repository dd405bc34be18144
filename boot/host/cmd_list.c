/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo list: sessions and their files. */
#include "../../luo/walk.h"
#include "answer.h"
#include "commands.h"
#include "message.h"

static int print_list(const struct answer *a, const struct luo_out *out)
{
	const struct luo_answer view = answer_view(a);
	int status = luo_exit_status(a->report.verdict);

	if (a->opt->format == HOST_FORMAT_JSON)
		luo_list_json(&view, out, status);
	else
		luo_list_text(&view, out);
	if (status && !a->report.none)
		host_note("the verdict on this state is '%s'; see 'luo verify'",
			  luo_verdict_word(a->report.verdict));
	return status;
}

/** cmd_list() - list the sessions in dumps, as far as they can be followed. */
int cmd_list(const struct options *opt)
{
	return answer_command(opt, LUO_MODE_VERIFY, print_list);
}
