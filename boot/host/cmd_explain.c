/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo explain CODE: the catalogue's text of a finding. */
#include <string.h>
#include <strings.h>

#include "../../luo/finding.h"
#include "commands.h"
#include "message.h"
#include "output.h"

static enum luo_code find_code(const char *text)
{
	u32 i = 0;

	if (!strncasecmp(text, "LUO-", 4))
		text += 4;
	while (i < LUO_NR_CODES && strcasecmp(luo_code_text(i) + 4, text))
		i++;
	return i;
}

static void put_line(const struct luo_out *out, const char *label, const char *text)
{
	luo_put(out, "  ");
	luo_put(out, label);
	luo_put(out, text);
	luo_put(out, "\n");
}

static void explain(const struct luo_out *out, enum luo_code code)
{
	const char *effect = luo_own_effect(code);

	luo_put(out, luo_code_text(code));
	luo_put(out, "\n");
	put_line(out, "what:       ", luo_cause(code));
	put_line(out, "effect:     ",
		 *effect ? effect : "as its severity says, which depends on the ABI");
	put_line(out, "remedy:     ", luo_remedy(code));
	put_line(out, "compaction: ", luo_repairable(code) ? "removes the cause" : "does not help");
}

/** cmd_explain() - print what a code means; "LUO-" and the case do not matter. */
int cmd_explain(const struct options *opt)
{
	struct output output;
	enum luo_code code;
	int status;

	if (opt->nr_dumps != 1) {
		host_error("explain: give one code, such as LUO-S06, as a finding shows it");
		return HOST_USAGE;
	}
	code = find_code(opt->dump[0].path);
	if (code == LUO_NR_CODES) {
		host_error("explain: '%s' is no code of this version; codes look like LUO-S06",
			   opt->dump[0].path);
		return HOST_USAGE;
	}
	status = output_open(&output, opt, NULL);
	if (status)
		return status;
	explain(&output.out, code);
	return output_close(&output, 0);
}
