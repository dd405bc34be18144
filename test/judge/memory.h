/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What reader.c does with memory beside what the kernel asks for (shim/mm.h). */
#ifndef JUDGE_MEMORY_H
#define JUDGE_MEMORY_H

#include "verdict.h"

void judge_memory(const struct judge_machine *m);
void judge_use_scratch(void);
void judge_use_rest(void);
void judge_use(unsigned long long base, unsigned long long size);
unsigned long long judge_left(void);
bool judge_is_taken(unsigned long long pa);
bool judge_is_ours(const void *p);

#endif
