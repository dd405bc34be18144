/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Following a state to its last page, once luo_run() has verified it. */
#ifndef FDT_OWNERS_H
#define FDT_OWNERS_H

#include "../luo/owners.h"

int luo_follow(const struct luo_phys *phys, const struct luo_state *state,
	       struct luo_report *report, struct luo_arena *arena, u64 seed,
	       const struct luo_owner_watch *watch, struct luo_owners *o);

#endif
