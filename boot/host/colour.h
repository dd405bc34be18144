/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Colour of reports in text, for people at a terminal. */
#ifndef HOST_COLOUR_H
#define HOST_COLOUR_H

#include <stdio.h>

#include "../../luo/types.h"

/** struct colour - @line, @len: the part of a line that has come; @on: reports are coloured. */
struct colour {
	bool on;
	char line[256];
	size_t len;
};

bool colour_wanted(FILE *file);
void colour_write(struct colour *c, FILE *file, const char *text, size_t len);
void colour_flush(struct colour *c, FILE *file);

#endif
