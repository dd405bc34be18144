/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What a device tree tells of the next kernel, as arm64 hands it over. */
#ifndef FDT_NEXT_H
#define FDT_NEXT_H

#include "../luo/next.h"

void fdt_next(struct luo_next *next, const struct luo_phys *phys, u64 pa, u64 entry,
	      struct luo_report *report);

#endif
