/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * All cases, one after the other: damage a sound state, ask the core, hold its answer against the
 * row of docs/damaged-states.md.
 *
 *	cases [--shift N] [--first] [--table] [PATTERN]
 *
 * --shift: page size 2^N, 12, 14 or 16. The rows are those of 4K pages: with others other
 * neighbours are hit, and only that every run ends and writes nothing is looked at. --first: stop
 *at the first that fails. --table: print the table instead. PATTERN: only cases with that in their
 *names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damage.h"

#define TABLE	  "docs/damaged-states.md"
#define MAX_CASES 4096
#define MIN_CASES 250 /* what the table must not fall below, */
#define MIN_CODES 60  /* and the codes in it */

static const char head[] =
	"<!-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause -->\n"
	"# Damaged states\n\n"
	"What this program answers to each single damage that the tests' generator\n"
	"(`test/damage`) does to a sound state: `make check-damage` holds it against this\n"
	"table, `make damage-table` writes it anew. A name is version, structure, field and\n"
	"what was done to the field, or version, record and what was done to all of it.\n\n"
	"*Payload*: findings (`LUO-` left out) with what the next kernel will do, verdict and\n"
	"exit status of what the payload checks. *Owners*: what `luo verify` adds, which follows\n"
	"the owner of every page and knows what lies in memory for the next kernel. *Compact*:\n"
	"verdict of a compaction. Where that is not `repaired` nothing was written, which the\n"
	"test has compared. No finding: the next kernel does not mind, or nobody can tell.\n\n"
	"What stands behind the rows: for luo-v5, luo-session-v2 and luo-session-v3 the kernels'\n"
	"own readers (`make check-judge`). Those of kho-v1 and memfd-v1 were read beside the\n"
	"source of 6.19.6. It is milder than 7.1 in one thing: luo_session_deserialize() does not\n"
	"look at what luo_file_deserialize() answers, so that where these rows say refuse because\n"
	"of a file (F11), only that session's files from there on are lost; later kernels\n"
	"of the same strings refuse, and the row says the worse. The versions that no release has\n"
	"had are at the end of this page.\n\n"
	"With `into memory in use` the payload looks at blocks and file sets only (S04, F04):\n"
	"kexec puts all that is in use into scratch, where LUO-M04 finds whatever is preserved.\n\n"
	"| case | payload | verdict | owners | verdict | compact |\n"
	"|---|---|---|---|---|---|\n";

static const char apart_head[] =
	"\n## Versions of which no kernel was asked\n\n"
	"luo-session-v4, luo-v2, luo-v3, luo-v3-kho-block-v1, luo-v4 and kho-v2 were in no "
	"release.\n"
	"Nor can a kernel of them be built here: their patches and commits are not among the\n"
	"sources that this project fetches (`configs/sources`). Each of their structures has the\n"
	"form of one that a kernel was asked about, and `make check-damage` holds their rows\n"
	"against those of that version (`test/damage/alike.c`): %u are the same in every column.\n"
	"These differ, or there is no such row; they stand on the posted patches alone. So do all\n"
	"rows of luo-v5;block-v1, feature bits and kho-v4;radix-v1, which come after Linux 7.3 "
	"and\n"
	"are read but never written to.\n\n"
	"| case | why it is not as in the other version |\n"
	"|---|---|\n";

struct one {
	char name[CASE_NAME];
	const struct variant *variant;
	const struct knob *knob;
	const struct way *way;
};

static struct one cases[MAX_CASES];
static u32 nr_cases;
static char (*table)[ROW];
static u32 nr_rows;
static struct ground ground;
static const struct variant *grown;
static u32 shift = 12;
static bool first_only;
static bool hit[LUO_NR_CODES];

static void prepare(const struct variant *v)
{
	if (grown == v)
		return ground_restore(&ground);
	if (grown)
		ground_close(&ground);
	ground_open(&ground, v, shift);
	grown = v;
}

static void apply(const struct one *c)
{
	struct field f = { 0 };

	prepare(c->variant);
	if (!c->knob)
		return;
	c->knob->find(&ground, &f);
	c->way->harm(&ground, &f);
}

/* Pointers to nothing cannot be moved, and what changes nothing is no damage. */
static bool can(const struct variant *v, const struct knob *k, const struct way *way)
{
	struct one c = { .variant = v, .knob = k, .way = way };

	apply(&c);
	return ground_changed(&ground);
}

static void add(const struct variant *v, const struct knob *k, const struct way *way)
{
	struct one *c = &cases[nr_cases];

	if (k && !first_only && !can(v, k, way))
		return;
	assert_true(nr_cases++ < MAX_CASES);
	*c = (struct one){ .variant = v, .knob = k, .way = way };
	if (k)
		snprintf(c->name, sizeof(c->name), "%s, %s: %s", v->name, k->name, way->name);
	else
		snprintf(c->name, sizeof(c->name), "%s: sound", v->name);
}

static void collect(void)
{
	static const struct knob *const all[] = { knobs_boot, knobs_tree,  knobs_map,	knobs_list,
						  knobs_file, knobs_other, knobs_record };

	for (u32 v = 0; v < nr_variants; v++) {
		add(&variants[v], NULL, NULL);
		for (u32 i = 0; i < LUO_ARRAY_SIZE(all); i++)
			for (const struct knob *k = all[i]; k->name; k++)
				for (const struct way *way = ways[k->kind];
				     k->on & ON(v) && way->name; way++)
					add(&variants[v], k, way);
	}
}

static void read_table(void)
{
	FILE *file = fopen(TABLE, "r");
	char line[ROW];

	table = calloc(MAX_CASES, sizeof(*table));
	assert_non_null(table);
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "## ", 3))
			break;
		if (!strncmp(line, "| luo", 5) || !strncmp(line, "| kho", 5) ||
		    !strncmp(line, "| feature", 9))
			strcpy(table[nr_rows++], line);
	}
	fclose(file);
}

static const char *row_of(const char *name)
{
	char start[ROW];
	int len = snprintf(start, sizeof(start), "| %s |", name);

	for (u32 i = 0; i < nr_rows; i++)
		if (!strncmp(table[i], start, (size_t)len))
			return table[i];
	return "no row";
}

/* Every code in a row, by its short text. */
static void note_codes(const char *row)
{
	for (u32 i = 0; i < LUO_NR_CODES; i++)
		hit[i] |= strstr(row + 2, luo_code_text((enum luo_code)i) + 4) != NULL;
}

static bool unfinished; /* the last case failed */

static void one_case(void **state)
{
	const struct one *c = *state;
	char row[ROW];

	if (unfinished && first_only)
		exit(1);
	unfinished = true;
	apply(c);
	if (first_only && c->knob && !ground_changed(&ground)) {
		unfinished = false;
		return;
	}
	judge(&ground, c->name, row);
	note_codes(strchr(row + 2, '|'));
	if (shift == 12 && strcmp(row, row_of(c->name)))
		fail_msg("%s\n  expected %s\n  got      %s", c->name, row_of(c->name), row);
	unfinished = false;
}

/* The columns of a row of the table behind the name, NULL without a row. */
static const char *answer_to(const char *name)
{
	const char *row = row_of(name);

	return *row == '|' ? row + strlen(name) + 4 : NULL;
}

/* Rows of versions that no kernel was asked about are those of the version with the same form. */
static void forms(void **state)
{
	char like[CASE_NAME];
	u32 same = 0, differ = 0;

	(void)state;
	for (u32 i = 0; i < nr_cases; i++) {
		const char *own = answer_to(cases[i].name), *other;

		if (!cases[i].knob || !alike(cases[i].name, like))
			continue;
		other = answer_to(like);
		assert_non_null(own);
		if (apart(cases[i].name)) {
			differ++;
			if (other && !strcmp(own, other))
				fail_msg("%s does not differ from %s", cases[i].name, like);
			continue;
		}
		same++;
		if (!other || strcmp(own, other))
			fail_msg("%s is not answered as %s", cases[i].name, like);
	}
	print_message("%u rows as of a judged version, %u that differ\n", same, differ);
	assert_true(same > differ);
}

/* Which of the rows no kernel stands behind, and why they are as they are. */
static void print_apart(void)
{
	char like[CASE_NAME];
	u32 same = 0;

	for (u32 i = 0; i < nr_cases; i++)
		same += cases[i].knob && alike(cases[i].name, like) && !apart(cases[i].name);
	printf(apart_head, same);
	for (u32 i = 0; i < nr_cases; i++)
		if (alike(cases[i].name, like) && apart(cases[i].name))
			printf("| %s | %s |\n", cases[i].name, apart(cases[i].name));
}

static void print_table(void)
{
	char row[ROW];

	fputs(head, stdout);
	for (u32 i = 0; i < nr_cases; i++) {
		apply(&cases[i]);
		judge(&ground, cases[i].name, row);
		printf("%s\n", row);
	}
	print_apart();
}

/* The table has a row for each case and no other, and there are enough of them. */
static void complete(void **state)
{
	u32 codes = 0;

	(void)state;
	for (u32 i = 0; i < nr_rows; i++) {
		bool found = false;

		for (u32 j = 0; j < nr_cases && !found; j++)
			found = !strncmp(table[i] + 2, cases[j].name, strlen(cases[j].name)) &&
				!strncmp(table[i] + 2 + strlen(cases[j].name), " |", 2);
		if (!found)
			fail_msg("no such case: %s", table[i]);
	}
	for (u32 i = 0; i < LUO_NR_CODES; i++)
		codes += hit[i];
	print_message("%u cases, %u codes\n", nr_cases, codes);
	assert_true(nr_cases >= MIN_CASES);
	assert_true(codes >= MIN_CODES);
}

static int run_cases(const char *pattern)
{
	struct CMUnitTest *test = calloc(nr_cases + 2, sizeof(*test));
	u32 nr = 0;
	int failed;

	assert_non_null(test);
	for (u32 i = 0; i < nr_cases; i++)
		if (!pattern || strstr(cases[i].name, pattern))
			test[nr++] = (struct CMUnitTest){ cases[i].name, one_case, NULL, NULL,
							  &cases[i] };
	if (!pattern && shift == 12 && !first_only) {
		test[nr++] = (struct CMUnitTest){ "complete", complete, NULL, NULL, NULL };
		test[nr++] = (struct CMUnitTest){ "forms", forms, NULL, NULL, NULL };
	}
	failed = _cmocka_run_group_tests("damaged states", test, nr, NULL, NULL);
	free(test);
	return failed;
}

int main(int argc, char **argv)
{
	const char *pattern = NULL;
	bool print = false;
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--shift") && i + 1 < argc)
			shift = (u32)atoi(argv[++i]);
		else if (!strcmp(argv[i], "--first"))
			first_only = true;
		else if (!strcmp(argv[i], "--table"))
			print = true;
		else
			pattern = argv[i];
	}
	collect();
	if (print) {
		print_table();
	} else {
		read_table();
		failed = run_cases(pattern);
	}
	ground_close(&ground);
	free(table);
	return failed;
}
