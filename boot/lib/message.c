/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the host tool's code says on stderr goes to the handle whose call it is made by: errors are
 * kept for libluo_message(), notes handed to who asked for them.
 */
#include "../host/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handle.h"

static _Thread_local struct libluo *listener;

/** lib_listen() - what is said in this thread is about @l from now on; NULL: about nothing. */
void lib_listen(struct libluo *l)
{
	listener = l;
}

/* One more line; when memory is out, the ones before must do. */
static void add_line(struct libluo *l, const char *format, va_list args)
{
	char *line, *all;

	if (vasprintf(&line, format, args) < 0)
		return;
	if (!l->message) {
		l->message = line;
		return;
	}
	if (asprintf(&all, "%s\n%s", l->message, line) >= 0) {
		free(l->message);
		l->message = all;
	}
	free(line);
}

/**
 * lib_fail() - a call on a handle fails
 * @l:   the handle
 * @err: why
 * @format: the same in words
 *
 * Return: @err.
 */
int lib_fail(struct libluo *l, int err, const char *format, ...)
{
	va_list args;

	free(l->message);
	l->message = NULL;
	va_start(args, format);
	add_line(l, format, args);
	va_end(args);
	return err;
}

void host_quiet(bool quiet)
{
	(void)quiet;
}

void host_progress(const char *what, unsigned long long done, unsigned long long all)
{
	(void)what;
	(void)done;
	(void)all;
}

void host_error(const char *format, ...)
{
	va_list args;

	if (!listener)
		return;
	va_start(args, format);
	add_line(listener, format, args);
	va_end(args);
}

void host_note(const char *format, ...)
{
	va_list args;
	char *line;
	int len;

	if (!listener || !listener->note)
		return;
	va_start(args, format);
	len = vasprintf(&line, format, args);
	va_end(args);
	if (len < 0)
		return;
	listener->note(listener->note_ctx, line);
	free(line);
}
