/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the old kernel's boot data says about KHO: the x86 setup_data list and the scratch list.
 * (/chosen of a device tree is fdt/chosen.h.) The list is walked, never scanned for: a KHO node
 * lies there unlinked when KHO is off.
 */
#ifndef LUO_BOOT_H
#define LUO_BOOT_H

#include "state.h"

#define LUO_MAX_SETUP_NODES 64	 /* kexec writes four; firmware a handful */
#define LUO_MAX_SCRATCH	    1026 /* MAX_NUMNODES + 2 areas */
#define LUO_SETUP_HEADER    16	 /* next u64, type u32, len u32 */

/**
 * struct luo_setup_node - one node of the list
 * @pa:   its header
 * @next: header of the next node, 0 at the end
 * @type: SETUP_*
 * @len:  bytes behind the header; the whole node was checked to be RAM
 */
struct luo_setup_node {
	u64 pa;
	u64 next;
	u32 type;
	u32 len;
};

int luo_setup_next(const struct luo_phys *phys, u64 pa, struct luo_setup_node *node);
int luo_setup_find_kho(const struct luo_phys *phys, u64 first, struct luo_handover *handover,
		       struct luo_setup_node *found);
int luo_scratch_load(const struct luo_phys *phys, const struct luo_handover *handover,
		     struct luo_range *area, u32 max, u32 *nr);
u32 luo_page_shift_of(u64 size);

#endif
