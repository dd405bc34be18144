/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo abi: the table of versions, for people and, as Markdown, for docs/abi.md. Cells are made
 * once; text and Markdown differ in what stands between them.
 */
#include "abi_words.h"
#include "commands.h"
#include "message.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 10
#define MAX_ROWS    32
#define MAX_CELL    80

/** struct table - a title, column heads in row 0, and rows. */
struct table {
	const char *title;
	u32 columns;
	u32 rows;
	char cell[MAX_ROWS][MAX_COLUMNS][MAX_CELL];
};

static void start(struct table *t, const char *title, const char *const *heads, u32 nr)
{
	memset(t, 0, sizeof(*t));
	t->title = title;
	t->columns = nr;
	t->rows = 1;
	for (u32 i = 0; i < nr; i++)
		snprintf(t->cell[0][i], MAX_CELL, "%s", heads[i]);
}

static void put_padded(const struct luo_out *out, const char *text, size_t width)
{
	luo_put(out, text);
	for (size_t n = strlen(text); n < width; n++)
		luo_put(out, " ");
}

static size_t width_of(const struct table *t, u32 column)
{
	size_t width = 0;

	for (u32 r = 0; r < t->rows; r++)
		if (strlen(t->cell[r][column]) > width)
			width = strlen(t->cell[r][column]);
	return width;
}

static void put_text(const struct luo_out *out, const struct table *t)
{
	luo_put(out, t->title);
	luo_put(out, "\n");
	for (u32 r = 0; r < t->rows; r++)
		for (u32 c = 0; c < t->columns; c++) {
			bool last = c + 1 == t->columns;

			luo_put(out, "  ");
			put_padded(out, t->cell[r][c], last ? 0 : width_of(t, c));
			luo_put(out, last ? "\n" : "");
		}
	luo_put(out, "\n");
}

static void put_markdown(const struct luo_out *out, const struct table *t)
{
	luo_put(out, "### ");
	luo_put(out, t->title);
	luo_put(out, "\n\n");
	for (u32 r = 0; r < t->rows; r++) {
		for (u32 c = 0; c < t->columns; c++) {
			luo_put(out, c ? " | " : "| ");
			luo_put(out, t->cell[r][c]);
		}
		luo_put(out, " |\n");
		for (u32 c = 0; !r && c < t->columns; c++)
			luo_put(out, c + 1 < t->columns ? "|---" : "|---|\n");
	}
	luo_put(out, "\n");
}

#define CELL(t, column, ...) snprintf((t)->cell[(t)->rows][column], MAX_CELL, __VA_ARGS__)

static void kho_table(struct table *t)
{
	static const char *const heads[] = {
		"KHO", "Linux", "map", "a sub-node's data", "its size", "compaction", "tested on"
	};
	const struct luo_kho_abi *k;

	start(t, "KHO versions", heads, LUO_ARRAY_SIZE(heads));
	for (u32 i = 0; (k = luo_kho_abi_row(i)); i++, t->rows++) {
		CELL(t, 0, "%s", k->name);
		CELL(t, 1, "%s", k->kernels);
		CELL(t, 2, "%s", abi_map_word(k));
		CELL(t, 3, "%s", k->blob_prop);
		CELL(t, 4, "%s", k->has_size ? "blob-size" : "one page");
		CELL(t, 5, "%s", k->read_only ? "never" : "clears bits");
		CELL(t, 6, "%s", abi_tested_word(k->tested));
	}
}

static void luo_table(struct table *t)
{
	static const char *const heads[] = { "LUO",   "Linux",	    "container", "sessions",
					     "files", "compaction", "tested on" };
	const struct luo_abi *a;

	start(t, "LUO versions", heads, LUO_ARRAY_SIZE(heads));
	for (u32 i = 0; (a = luo_abi_row(i)); i++, t->rows++) {
		CELL(t, 0, "%s", a->name);
		CELL(t, 1, "%s", a->kernels);
		CELL(t, 2, "%s", abi_container_word(a));
		CELL(t, 3, "%s", a->sessions.linked ? "chain" : "array");
		CELL(t, 4, "%s", a->files.linked ? "chain" : "array");
		CELL(t, 5, "%s", abi_compaction_word(a));
		CELL(t, 6, "%s", abi_tested_word(a->tested));
	}
}

static void list_row(struct table *t, const char *name, const char *what,
		     const struct luo_chain_abi *c)
{
	CELL(t, 0, "%s", name);
	CELL(t, 1, "%s", what);
	CELL(t, 2, "%u", 1U << c->order);
	CELL(t, 3, "%u", c->header);
	CELL(t, 4, "%u", c->entry);
	for (u32 i = 0; i < 3; i++)
		CELL(t, 5 + i, "%llu", (unsigned long long)luo_capacity(c, 12 + i * 2));
	CELL(t, 8, "%u", c->linked ? LUO_MAX_BLOCKS : 1);
	CELL(t, 9, "%llu", (unsigned long long)abi_limit(c, 12));
	t->rows++;
}

static void list_table(struct table *t)
{
	static const char *const heads[] = {
		"LUO",	       "list", "pages", "first entry at", "bytes",
		"entries, 4K", "16K",  "64K",	"blocks",	  "entries in all, 4K"
	};
	const struct luo_abi *a;

	start(t, "Blocks and entries", heads, LUO_ARRAY_SIZE(heads));
	for (u32 i = 0; (a = luo_abi_row(i)); i++) {
		list_row(t, a->name, "sessions", &a->sessions);
		list_row(t, a->name, "files", &a->files);
	}
}

static void effect_table(struct table *t)
{
	static const char *const heads[] = {
		"LUO",	      "pointer 0",	  "empty block",    "too many",		  "loop",
		"empty name", "empty file block", "too many files", "files do not add up"
	};
	const struct luo_abi *a;

	start(t, "What the next kernel makes of it", heads, LUO_ARRAY_SIZE(heads));
	for (u32 i = 0; (a = luo_abi_row(i)); i++, t->rows++) {
		CELL(t, 0, "%s", a->name);
		CELL(t, 1, "%s", luo_severity_word(a->head_zero));
		CELL(t, 2, "%s", abi_empty_word(&a->sessions));
		CELL(t, 3, "%s", luo_severity_word(a->sessions.overfull));
		CELL(t, 4, "%s", a->sessions.linked ? luo_severity_word(a->sessions.loop) : "-");
		CELL(t, 5, "%s", luo_severity_word(a->sessions.nameless));
		CELL(t, 6, "%s", abi_empty_word(&a->files));
		CELL(t, 7, "%s", luo_severity_word(a->files.overfull));
		CELL(t, 8, "%s", a->files.linked ? luo_severity_word(a->files.total) : "-");
	}
}

static void put_tables(const struct luo_out *out, bool markdown)
{
	static void (*const make[])(struct table *) = { kho_table, luo_table, list_table,
							effect_table };
	static struct table t;

	for (u32 i = 0; i < LUO_ARRAY_SIZE(make); i++) {
		make[i](&t);
		if (markdown)
			put_markdown(out, &t);
		else
			put_text(out, &t);
	}
}

/** cmd_abi() - print every version that this program knows, and what it does with it. */
int cmd_abi(const struct options *opt)
{
	struct output output;
	int status;

	if (opt->nr_dumps) {
		host_error("abi: takes no file; 'luo info' tells the versions in a dump");
		return HOST_USAGE;
	}
	status = output_open(&output, opt, NULL);
	if (status)
		return status;
	if (opt->format == HOST_FORMAT_JSON)
		abi_json(&output.out);
	else
		put_tables(&output.out, opt->format == HOST_FORMAT_MARKDOWN);
	return output_close(&output, 0);
}
