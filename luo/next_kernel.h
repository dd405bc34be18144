/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Will the next kernel take this state? */
#ifndef LUO_NEXT_KERNEL_H
#define LUO_NEXT_KERNEL_H

#include "found.h"

/**
 * struct luo_kernel - what is known of a kernel
 * @release:   "7.3.4", "" when that is not known
 * @page_size: bytes, 0 when that is not known
 * @has:       is this terminated string one of the strings in the kernel? NULL when its bytes are
 *             not at hand, because they are compressed in a way that the caller does not know
 * @ctx:       handed to @has
 */
struct luo_kernel {
	char release[48];
	u32 page_size;
	bool (*has)(void *ctx, const char *string);
	void *ctx;
};

void luo_next_kernel(const struct luo_kernel *kernel, const struct luo_state *state,
		     struct luo_report *report);
void luo_next_handlers(const struct luo_kernel *kernel, const struct luo_answer *answer,
		       struct luo_report *report);

#endif
