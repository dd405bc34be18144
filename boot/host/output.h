/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where answers go: stdout, the file of -o, or nowhere. */
#ifndef HOST_OUTPUT_H
#define HOST_OUTPUT_H

#include <stdio.h>

#include "../../luo/print.h"
#include "colour.h"
#include "dump.h"

/** struct output - @file is NULL when nothing is to be written; @out is always usable. */
struct output {
	FILE *file;
	const char *path;
	struct luo_out out;
	struct colour colour;
};

int output_open(struct output *o, const struct options *opt, const struct dump *dump);
int output_close(struct output *o, int status);

#endif
