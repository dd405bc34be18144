/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* KHO in a device tree's /chosen, as arm64 hands it over; read and written. */
#ifndef FDT_CHOSEN_H
#define FDT_CHOSEN_H

#include "../luo/state.h"
#include "walk.h"

int fdt_chosen_in(const struct fdt_root *root, struct luo_handover *handover);
int fdt_chosen_handover(const void *dtb, u64 size, struct luo_handover *handover);
int fdt_set_pair(void *dtb, int node, const char *name, u64 addr, u64 size);
int fdt_chosen_set_handover(void *dtb, const struct luo_handover *handover);

/* reserve.c */
int fdt_reserve(void *dtb, const struct luo_range *r);

#endif
