/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Finding the state in a dump: the address that was given, else boot data, else a scan.
 */
#ifndef HOST_FIND_H
#define HOST_FIND_H

#include "../../fdt/run.h"
#include "../../luo/boot.h"
#include "dump.h"

enum find_source {
	FIND_NOTHING, /* there is no state: verdict none */
	FIND_GIVEN,   /* --kho-fdt */
	FIND_BOOT,    /* boot data that a CPU of an ELF core points to */
	FIND_SCAN,    /* looked for in all memory */
};

/**
 * struct found - a state and what names it
 * @source:     how it was found
 * @handover:   the KHO FDT; scratch_pa is 0 when the list of scratch areas is unknown
 * @page_shift: 12, 14 or 16; 0 when fdt_size is no page size (the core says so)
 * @boot, @boot_pa: boot data that were believed, 0 when there are none
 * @named, @named_at: setup_data node or device tree that names the FDT, 0 when unknown
 * @damage:     what is wrong with boot data that were not believed, in words
 * @area, @nr_areas: scratch areas, in the order handed over
 */
struct found {
	enum find_source source;
	struct luo_handover handover;
	u32 page_shift;
	enum boot_kind boot;
	u64 boot_pa;
	enum boot_kind named;
	u64 named_at;
	const char *damage;
	struct luo_range area[LUO_MAX_SCRATCH];
	u32 nr_areas;
};

int find_state(struct dump *d, const struct options *opt, const struct luo_job *job,
	       struct found *found);

/* bootdata.c */
const char *bootdata_word(enum boot_kind kind);
const u8 *bootdata_tree(const struct luo_phys *phys, u64 pa, u32 *size, const char **damage);
int bootdata_from_cpus(const struct dump *d, const struct luo_phys *phys, struct found *found);

/* bootsearch.c */
bool bootdata_search(const struct dump *d, const struct luo_phys *phys, struct found *found);

/**
 * struct candidate - a page that looks like a KHO root FDT
 * @pa:         its address
 * @page_shift: the page size under which it makes most sense
 * @number:     live update number, 0 when it was not reached
 * @problems:   findings under that page size
 * @first:      code of the first of them
 * @known:      its KHO version is known
 * @has_luo:    it has a LUO sub-node
 * @preserved:  the map was read, and the FDT's own page is in it
 * @verified:   map and container are sound
 */
struct candidate {
	u64 pa;
	u32 page_shift;
	u64 number;
	u64 problems;
	u16 first;
	bool known;
	bool has_luo;
	bool preserved;
	bool verified;
};

/** struct candidate_list - all of a scan. */
struct candidate_list {
	struct candidate *c;
	u32 nr;
};

int candidates_scan(const struct dump *d, struct candidate_list *list);
void candidate_rate(const struct luo_phys *phys, const struct luo_job *job, struct candidate *c);
int candidates_choose(const struct candidate_list *list, u32 *choice);

#endif
