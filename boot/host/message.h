/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Exit statuses of design.md's own that no verdict has, and lines for people on stderr: each names
 * the file or option, the cause and the remedy.
 */
#ifndef HOST_MESSAGE_H
#define HOST_MESSAGE_H

#include <stdbool.h>

#define HOST_FAILED 8  /* operational failure */
#define HOST_USAGE  16 /* wrong command line */

void host_quiet(bool quiet);
void host_progress(const char *what, unsigned long long done, unsigned long long all);
void host_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void host_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
