/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where the kernel's reader and the core may differ, each with its reason. */
#ifndef JUDGE_DIFFERENCES_H
#define JUDGE_DIFFERENCES_H

#include "machine.h"

/**
 * struct difference - one code of the core's that the kernel does not bear out
 * @code:   the code
 * @kernel: what judge_kernel() starts with, "" for all
 * @least, @most: outcomes of the kernel that this explains
 * @when:   the condition, in words, that facts_bear_out() asks for; NULL: none
 * @why:    the reason, for docs/kernel-differences.md
 */
struct difference {
	u16 code;
	const char *kernel;
	u8 least;
	u8 most;
	const char *why;
	const char *when;
};

extern const char *const outcome_word[];
const struct difference *difference_of(const struct ours *ours, u16 code, u8 outcome);
void difference_print(void);

#endif
