/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Errors and notes on stderr. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

static bool quiet_notes;

/** host_quiet() - with @quiet, notes are not printed; errors always are. */
void host_quiet(bool quiet)
{
	quiet_notes = quiet;
}

/** host_error() - one line: why there is no answer, and what to do. */
void host_error(const char *format, ...)
{
	va_list args;

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
	va_start(args, format);
	fputs("luo: note: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}
