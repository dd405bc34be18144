/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Memory that one kernel had from vmalloc() and the next one maps again. */
#ifndef LUO_VMALLOC_H
#define LUO_VMALLOC_H

#include "owners.h"

/**
 * struct luo_vmalloc - one such area
 * @o, @owner:    the walk, and whose it is
 * @first:        physical address of the first chunk
 * @total, @order, @flags: as its descriptor says; any values
 * @pages:        pages listed so far
 * @page:         called for every page of it that can be read, in order
 * @ctx:          handed to @page
 */
struct luo_vmalloc {
	struct luo_owners *o;
	const struct luo_owner *owner;
	u64 first;
	u32 total;
	u16 order;
	u16 flags;
	u64 pages;
	void (*page)(void *ctx, const u8 *p, u64 pa);
	void *ctx;
};

void luo_vmalloc_init(struct luo_vmalloc *v, struct luo_owners *o, const u8 *descriptor,
		      const struct luo_owner *owner);
bool luo_vmalloc_follow(struct luo_vmalloc *v, u64 pa);

#endif
