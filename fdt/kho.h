/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The two flattened trees of a handed-over state: the KHO root, and LUO's container up to 7.1. */
#ifndef FDT_KHO_H
#define FDT_KHO_H

#include "../luo/report.h"
#include "../luo/state.h"
#include "walk.h"

int fdt_kho_open(const struct luo_phys *phys, struct luo_state *state, struct luo_report *report);
int fdt_container_open(const struct luo_phys *phys, struct luo_state *state,
		       struct luo_report *report);
u64 fdt_flb_area(const struct luo_phys *phys, const struct luo_state *state);
bool fdt_is_tree(const struct luo_phys *phys, u64 pa);
bool fdt_native_u64(const struct fdt_walk *node, const char *name, u64 *value);
const char *fdt_compatible(const struct fdt_walk *node);

#endif
