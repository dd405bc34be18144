/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What is said on stderr of the KHO FDTs that a scan has met. */
#include "find.h"
#include "message.h"

#define MAX_NOTES 16

static void describe(const struct fdt_candidate *c, bool chosen)
{
	unsigned long long pa = c->pa, number = c->number, problems = c->problems;

	if (c->verified)
		host_note("KHO FDT at 0x%llx, live update number %llu%s", pa, number,
			  chosen ? "" : ": not the one reported on");
	else if (c->first < LUO_NR_CODES)
		host_note("KHO FDT at 0x%llx does not verify (findings: %llu, first %s)%s", pa,
			  problems, luo_code_text(c->first),
			  chosen ? ": reported on, for want of a better one" : "");
	else
		host_note("KHO FDT at 0x%llx holds no LUO state that could be checked", pa);
}

/** candidates_describe() - what else there was besides the state that is reported on. */
void candidates_describe(const struct fdt_locate *l)
{
	const struct fdt_scan *list = &l->scan;
	u32 shown = 0;

	for (u32 i = 0; i < list->nr && shown < MAX_NOTES; i++) {
		bool chosen = i == l->best;

		if (chosen && (list->c[i].verified || !list->c[i].has_luo))
			continue;
		describe(&list->c[i], chosen);
		shown++;
	}
	if (shown == MAX_NOTES && list->nr > MAX_NOTES)
		host_note("and more; %u KHO FDTs in all", list->nr);
}

/** candidates_tied() - an error: several states are equally good, and which they are. */
void candidates_tied(const struct fdt_locate *l)
{
	const struct fdt_scan *list = &l->scan;

	host_error("nothing tells which of %u KHO FDTs is meant; name the one:", l->ties + 1);
	for (u32 i = 0; i < list->nr; i++)
		if (!fdt_candidate_compare(&list->c[i], &list->c[l->best]))
			host_error("  --kho-fdt 0x%llx (live update number %llu)",
				   (unsigned long long)list->c[i].pa,
				   (unsigned long long)list->c[i].number);
}
