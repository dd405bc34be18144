/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo explain CODE: the catalogue's text of a finding. luo explain --markdown: all of it, which is
 * what docs/findings.md holds.
 */
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

static const char *own_effect(enum luo_code code)
{
	const char *effect = luo_own_effect(code);

	return *effect ? effect : "as its severity says, which depends on the ABI";
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
	luo_put(out, luo_code_text(code));
	luo_put(out, "\n  what:       ");
	luo_put_cause(out, code, NULL);
	luo_put(out, "\n");
	put_line(out, "effect:     ", own_effect(code));
	put_line(out, "remedy:     ", luo_remedy(code));
	put_line(out, "compaction: ", luo_repairable(code) ? "removes the cause" : "does not help");
}

static void put_row(const struct luo_out *out, enum luo_code code)
{
	luo_put(out, "| ");
	luo_put(out, luo_code_text(code));
	luo_put(out, " | ");
	luo_put_cause(out, code, NULL);
	luo_put(out, " | ");
	luo_put(out, own_effect(code));
	luo_put(out, " | ");
	luo_put(out, luo_remedy(code));
	luo_put(out, luo_repairable(code) ? " | yes" : " | no");
	luo_put(out, code < LUO_FIRST_OF_OWNERS ? " | yes |\n" : " | no |\n");
}

/* A table for each area, codes in their order: the enumeration has those of owners apart. */
static void put_area(const struct luo_out *out, char letter, const char *title)
{
	luo_put(out, "### ");
	luo_put(out, title);
	luo_put(out,
		"\n\n| code | what | what the next kernel does | what to do | compaction mends it "
		"| in the payload |\n|---|---|---|---|---|---|\n");
	for (u32 i = 0; i < LUO_NR_CODES; i++)
		if (luo_code_text(i)[4] == letter)
			put_row(out, i);
	luo_put(out, "\n");
}

static int catalogue(const struct options *opt)
{
	static const char *const title[] = {
		"B: boot data",
		"K: KHO FDT",
		"M: preserved-memory map",
		"C: LUO container",
		"S: sessions",
		"F: files",
		"A: the anchor, after a reset",
		"X: limits of this program",
	};
	struct output output;
	int status;

	if (opt->nr_dumps) {
		host_error("explain: --markdown is for all codes at once; give none");
		return HOST_USAGE;
	}
	status = output_open(&output, opt, NULL);
	if (status)
		return status;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(title); i++)
		put_area(&output.out, title[i][0], title[i]);
	return output_close(&output, 0);
}

/** cmd_explain() - print what a code means; "LUO-" and the case do not matter. */
int cmd_explain(const struct options *opt)
{
	struct output output;
	enum luo_code code;
	int status;

	if (opt->format == HOST_FORMAT_MARKDOWN)
		return catalogue(opt);
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
