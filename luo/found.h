/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where a state was found and what names it, and the answer about it that front ends print. */
#ifndef LUO_FOUND_H
#define LUO_FOUND_H

#include "boot.h"
#include "report.h"

/** enum luo_boot_kind - what hands KHO over: each architecture has its own kind of boot data. */
enum luo_boot_kind {
	LUO_BOOT_UNKNOWN,
	LUO_BOOT_PARAMS, /* x86: boot parameters and their setup_data list */
	LUO_BOOT_TREE,	 /* arm64: a device tree */
};

/**
 * struct luo_found - a state and what names it
 * @how:        how it was found, in words; NULL when there is none: verdict none
 * @handover:   the KHO FDT; scratch_pa is 0 when the list of scratch areas is unknown
 * @page_shift: 12, 14 or 16; 0 when fdt_size is no page size (the core says so)
 * @boot, @boot_pa: boot data that were believed, 0 when there are none
 * @named, @named_at: setup_data node or device tree that names the FDT, 0 when unknown
 * @damage:     what is wrong with boot data that were not believed, in words
 * @damaged:    where those are, 0 when all were believed
 * @area, @nr_areas: scratch areas, in the order handed over
 */
struct luo_found {
	const char *how;
	struct luo_handover handover;
	u32 page_shift;
	enum luo_boot_kind boot;
	u64 boot_pa;
	enum luo_boot_kind named;
	u64 named_at;
	const char *damage;
	u64 damaged;
	struct luo_range area[LUO_MAX_SCRATCH];
	u32 nr_areas;
};

/**
 * struct luo_answer - one state and what the core says about it, for printing
 * @tool:   name and version of the program
 * @phys:   the view that @report was made from
 * @found:  where the state is and how it was found
 * @state, @report: as luo_run() filled them in; the verdict is none when nothing was found
 * @metadata: what luo_follow() has read, or NULL
 */
struct luo_answer {
	const char *tool;
	const struct luo_phys *phys;
	const struct luo_found *found;
	const struct luo_state *state;
	const struct luo_report *report;
	const struct luo_metadata *metadata;
};

#endif
