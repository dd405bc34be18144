/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The lists of memory that an architecture's view is made of: RAM, and what is in use. */
#ifndef ARCH_RAM_H
#define ARCH_RAM_H

#include "../luo/boot.h"
#include "../luo/phys.h"

/* The same, and arm64 writes it while the MMU is off: its entry.S drops stale cache lines of it. */
#define LUO_EARLY __attribute__((section(".noinit.early")))

void luo_ram_reset(void);
bool luo_ram_add(u64 start, u64 size);
bool luo_ram_remove(u64 start, u64 size);
void luo_ram_normalize(void);
const struct luo_range *luo_ram_holding(u64 pa);
bool luo_ram_hits(u64 pa, u64 len);
const struct luo_range *luo_ram_list(u32 *nr);

void luo_busy_add(u64 start, u64 size);
void luo_ram_fill(struct luo_phys *phys, const struct luo_mem_ops *ops);

#endif
