/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A line is held back until it is known what it is: a finding by its severity, the verdict line by
 * its verdict, a check of luo doctor by its state. Other lines stay as they are.
 */
#include "colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

static const struct {
	const char *word;
	const char *colour;
} words[] = {
	{ "panic:", RED },	{ "refuse:", RED },  { "lose:", RED },	  { "leak:", YELLOW },
	{ "note:", YELLOW },	{ "ok ", GREEN },    { "errors ", RED },  { "refused ", RED },
	{ "repaired ", GREEN }, { "none ", YELLOW }, { "missing ", RED }, { "note ", YELLOW },
};

/** colour_wanted() - is a file a terminal that shows colours, and does its user want them? */
bool colour_wanted(FILE *file)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(file)) && !(no && *no) && term && strcmp(term, "dumb");
}

/* What follows "LUO-S06 " or "luo: ", or the line itself. */
static const char *said(const char *line)
{
	if (!strncmp(line, "LUO-", 4) && strlen(line) > 8 && line[7] == ' ')
		return line + 8;
	if (!strncmp(line, "luo: ", 5))
		return line + 5;
	return line;
}

static const char *colour_of(const char *line)
{
	const char *word = said(line);

	for (u32 i = 0; i < LUO_ARRAY_SIZE(words); i++)
		if (!strncmp(word, words[i].word, strlen(words[i].word)))
			return words[i].colour;
	return NULL;
}

/** colour_flush() - write what was held back. */
void colour_flush(struct colour *c, FILE *file)
{
	const char *colour;
	size_t start, end;

	c->line[c->len] = '\0';
	colour = colour_of(c->line);
	start = (size_t)(said(c->line) - c->line);
	end = start + strcspn(c->line + start, ": \n");
	if (colour)
		fprintf(file, "%.*s%s%.*s" PLAIN "%s", (int)start, c->line, colour,
			(int)(end - start), c->line + start, c->line + end);
	else
		fwrite(c->line, 1, c->len, file);
	c->len = 0;
}

/**
 * colour_write() - write text, coloured when it is on
 * @c:    what was held back
 * @file: where to
 * @text: @len bytes
 */
void colour_write(struct colour *c, FILE *file, const char *text, size_t len)
{
	if (!c->on) {
		fwrite(text, 1, len, file);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		c->line[c->len++] = text[i];
		if (text[i] == '\n' || c->len == sizeof(c->line) - 1)
			colour_flush(c, file);
	}
}
