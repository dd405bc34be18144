/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the parts of the benchmark share. */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include "../unit/world.h"

#define RUNS 15

extern volatile u64 bench_sink; /* so that nothing that is read is left out */
u64 bench_now(void);
u64 bench_median(u64 t[RUNS]);
void *bench_large_pages(void *p, u64 size);
int bench_map(const char *kind);
int bench_compact(u64 blocks);
int bench_read(const char *path, u64 head, u64 away);
int bench_dump(u64 sessions, const char *luo, const char *path);

#endif
