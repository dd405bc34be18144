/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Errors and notes on stderr. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 1 /* seconds in which nobody asks what is going on */

static bool quiet_notes;
static bool shown; /* a line of progress is on the terminal */

/** host_quiet() - with @quiet, notes are not printed; errors always are. */
void host_quiet(bool quiet)
{
	quiet_notes = quiet;
}

static void clear(void)
{
	if (shown)
		fputs("\r\033[K", stderr);
	shown = false;
}

/**
 * host_progress() - how far something has got that may take long; only on a terminal, and not for
 * what takes a second
 * @what: what is going on
 * @done: how much is done; @all or more: it is over, and what comes next is something else
 * @all:  how much there is
 */
void host_progress(const char *what, unsigned long long done, unsigned long long all)
{
	static time_t since;
	static unsigned int percent;
	unsigned int now = done >= all ? 100 : (unsigned int)(done / ((all + 99) / 100));

	if (quiet_notes || !isatty(STDERR_FILENO))
		return;
	if (done >= all) {
		clear();
		since = 0;
		return;
	}
	if (!since)
		since = time(NULL);
	if (time(NULL) - since <= PATIENCE || (shown && now == percent))
		return;
	clear();
	percent = now;
	fprintf(stderr, "luo: %s: %u %%", what, now);
	shown = true;
}

/** host_error() - one line: why there is no answer, and what to do. */
void host_error(const char *format, ...)
{
	va_list args;

	clear();
	va_start(args, format);
	fputs("luo: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/** host_note() - one line that the reader of an answer should know. */
void host_note(const char *format, ...)
{
	va_list args;

	if (quiet_notes)
		return;
	clear();
	va_start(args, format);
	fputs("luo: note: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}
