/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Versions that no kernel which can be built reads: their rows are held against those of the
 * version whose form they share, which a kernel's own reader has judged. What differs, and what
 * that version has not, stands on reading alone and is listed with the reason.
 */
#include <stdio.h>
#include <string.h>

#include "damage.h"

/** struct form - a structure (start of the knobs' names) that @variant shares with @like. */
struct form {
	const char *variant;
	const char *structure;
	const char *like;
};

static const struct form forms[] = {
	{ "luo-session-v4", "session block", "luo-session-v3" },
	{ "luo-session-v4", "session: files", "luo-session-v3" },
	{ "luo-session-v4", "session: count", "luo-v5" },
	{ "luo-session-v4", "file block", "luo-v5" },
	{ "luo-session-v4", "LUO tree", "luo-session-v3" },
	{ "luo-session-v4", "map", "luo-session-v3" },
	{ "luo-v2", "session", "luo-session-v2" },
	{ "luo-v2", "LUO tree", "luo-session-v2" },
	{ "luo-v2", "LUO record", "luo-v5" },
	{ "luo-v3", "session", "luo-session-v2" },
	{ "luo-v3", "LUO record", "luo-v5" },
	{ "luo-v3-kho-block-v1", "session block", "luo-v5" },
	{ "luo-v3-kho-block-v1", "session:", "luo-session-v3" },
	{ "luo-v3-kho-block-v1", "LUO record", "luo-v5" },
	{ "luo-v3-kho-block-v1", "KHO FDT", "luo-v5" },
	{ "luo-v3-kho-block-v1", "map", "luo-v5" },
	{ "luo-v4", "session block", "luo-v5" },
	{ "luo-v4", "session:", "luo-session-v3" },
	{ "luo-v4", "file:", "luo-session-v3" },
	{ "luo-v4", "LUO record", "luo-v5" },
	{ "luo-v4", "map", "luo-session-v3" },
	{ "kho-v2", "KHO FDT: preserved-memory-map", "luo-v5" },
	{ "kho-v2", "KHO FDT: LUO:", "luo-v5" },
	{ "kho-v2", "KHO FDT", "luo-session-v2" },
};

/** struct apart - rows (their names, or all of one field) that differ, or that the other version
 * has not. */
struct apart {
	const char *name;
	const char *why;
};

#define NEIGHBOUR "what lies there is read with another version's offsets"
#define NEXT_NAME "the string one further is that of another version"
#define PATCH                                                                                      \
	"patch 2/5 of April 2026: blocks of two pages, empty ones are normal, totals are not "     \
	"compared"
#define ITS_OWN "no other version has it"
#define ARRAY	"an array of 16 pages where the other version has blocks of one page"
#define NO_SIZE "without blob-size a page is taken for the container"

static const struct apart aparts[] = {
	{ "luo-session-v4, session: files: into another owner", PATCH },
	{ "luo-session-v4, session: count", PATCH },
	{ "luo-session-v4, file block: next: zero", PATCH },
	{ "luo-session-v4, file block: next: into another owner", PATCH },
	{ "luo-session-v4, file block: next: order", PATCH },
	{ "luo-session-v4, file block: count: zero", PATCH },
	{ "luo-session-v4, file block: count: one less", PATCH },
	{ "luo-session-v4, file block: last count: zero", PATCH },
	{ "luo-session-v4, file block: last count: one more", PATCH },
	{ "luo-session-v4, file block: last count: one less", PATCH },
	{ "luo-session-v4, LUO tree: session compatible: off by one", NEXT_NAME },
	{ "luo-v2, LUO tree: compatible: off by one", NEXT_NAME },
	{ "luo-v2, LUO tree: luo-abi-header", ITS_OWN },
	{ "luo-v2, LUO record: sessions_pa: zero", ARRAY },
	{ "luo-v2, LUO record: sessions_pa: into itself", ARRAY },
	{ "luo-v2, LUO record: sessions_pa: into another owner", ARRAY },
	{ "luo-v2, LUO record: sessions_pa: order", ARRAY },
	{ "luo-v2, LUO record: flbs_pa: into itself", NEIGHBOUR },
	{ "luo-v3, LUO record: string: off by one", NEXT_NAME },
	{ "luo-v3, LUO record: sessions_pa: into itself", ARRAY },
	{ "luo-v3, LUO record: sessions_pa: into another owner", ARRAY },
	{ "luo-v3, LUO record: sessions_pa: order", ARRAY },
	{ "luo-v3-kho-block-v1, LUO record: sessions_pa: into itself", NEIGHBOUR },
	{ "luo-v4, LUO record: string: off by one", NEXT_NAME },
	{ "kho-v2, KHO FDT: compatible: off by one", NEXT_NAME },
	{ "kho-v2, KHO FDT: LUO address: off by one", NO_SIZE },
	{ "kho-v2, KHO FDT: LUO address: misaligned", NO_SIZE },
	{ "kho-v2, KHO FDT: LUO address: into itself", NO_SIZE },
};

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* The part of a case's name behind "VARIANT, ", NULL for another variant. */
static const char *behind(const char *name, const char *variant)
{
	size_t len = strlen(variant);

	return starts(name, variant) && starts(name + len, ", ") ? name + len + 2 : NULL;
}

/**
 * alike() - the case of a judged version that must have the same row
 * @name: of a case
 * @like: filled in
 *
 * Return: false when there is none, because @name's version was judged itself or is only read.
 */
bool alike(const char *name, char like[CASE_NAME])
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(forms); i++) {
		const char *rest = behind(name, forms[i].variant);

		if (!rest || !starts(rest, forms[i].structure))
			continue;
		snprintf(like, CASE_NAME, "%s, %s", forms[i].like, rest);
		return true;
	}
	return false;
}

/** apart() - why a case's row differs from the one that alike() names, NULL when it must not. */
const char *apart(const char *name)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(aparts); i++) {
		char end = starts(name, aparts[i].name) ? name[strlen(aparts[i].name)] : ' ';

		if (!end || end == ':')
			return aparts[i].why;
	}
	return NULL;
}
