/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The memory of the running kernel, for --live. */
#ifndef HOST_LIVE_H
#define HOST_LIVE_H

#include "dump.h"

struct luo_job;

int live_open(struct dump *d);
const char *live_source(const struct dump *d);

/* live_find.c */
int live_find(struct dump *d, const struct options *opt, const struct luo_job *job,
	      struct luo_found *found);

#endif
