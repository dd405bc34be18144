/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The memory of the running kernel, for --live. It cannot be mapped: pages are read when something
 * first asks for them, and kept.
 */
#ifndef HOST_LIVE_H
#define HOST_LIVE_H

#include "dump.h"

struct luo_job;

int live_open(struct dump *d);
void live_close(struct live *live);
const char *live_source(const struct dump *d);
void live_load(const struct dump_file *f, u64 off, u64 len);
int live_extents(const struct dump *d, dump_extent_fn fn, void *ctx);

/* live_find.c */
int live_find(struct dump *d, const struct options *opt, const struct luo_job *job,
	      struct luo_found *found);

#endif
