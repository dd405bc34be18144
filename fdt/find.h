/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Finding a state in memory: pages that look like a KHO root FDT, which of them is the state, and
 * what names it. Memory is shown piece by piece, because a front end may not have all of it mapped;
 * one that has shows all RAM with fdt_each_phys().
 */
#ifndef FDT_FIND_H
#define FDT_FIND_H

#include "../luo/found.h"
#include "run.h"

#define FDT_SCAN_TREE 65536 /* a KHO FDT fits one page of the largest size */

/**
 * struct fdt_candidate - a page that looks like a KHO root FDT
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
struct fdt_candidate {
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

/**
 * struct fdt_scan - a scan for KHO root FDTs
 * @c, @max: room for candidates, the caller's
 * @nr:      how many there are, ascending; set to 0 by the caller at first
 * @tree:    FDT_SCAN_TREE bytes at a multiple of 8, the caller's: trees are looked at there
 */
struct fdt_scan {
	struct fdt_candidate *c;
	u32 max;
	u32 nr;
	void *tree;
};

/**
 * struct fdt_search - a search for boot data that name one KHO FDT
 * @phys, @fdt_pa, @page_shift: what is looked for
 * @best, @kind, @at: the first that was found
 * @ambiguous: another one has other scratch areas
 * @trees:     device trees looked into
 * @area, @nr: scratch areas of the first, and of the one at hand
 */
struct fdt_search {
	const struct luo_phys *phys;
	u64 fdt_pa;
	u32 page_shift;
	struct luo_handover best;
	enum luo_boot_kind kind;
	u64 at;
	bool ambiguous;
	u32 trees;
	struct luo_range area[2][LUO_MAX_SCRATCH];
	u32 nr;
};

/** typedef fdt_piece_fn - is shown [pa, pa + len) at @p; not 0 stops. */
typedef int fdt_piece_fn(void *ctx, u64 pa, const u8 *p, u64 len);

/**
 * struct fdt_locate - looking for a state in all memory; large, so best not on a stack
 * @phys:   the view, without scratch areas
 * @job:    working memory and key, in verify mode
 * @each:   shows all memory that may hold something to its function, ascending; fdt_each_phys()
 * when
 *          @each_ctx is a view that can map all of its RAM
 * @scan:   c, max and tree are the caller's; afterwards it holds all candidates, rated
 * @best:   index of the one that was taken
 * @ties:   how many others are as good
 * @search: what names it; ambiguous is worth a note
 * @report: for trials
 */
struct fdt_locate {
	const struct luo_phys *phys;
	const struct luo_job *job;
	int (*each)(const void *each_ctx, fdt_piece_fn *fn, void *ctx);
	const void *each_ctx;
	struct fdt_scan scan;
	u32 best;
	u32 ties;
	struct fdt_search search;
	struct luo_report report;
};

/* locate.c */
int fdt_locate_scan(struct fdt_locate *l, struct luo_found *found);
void fdt_locate_given(struct fdt_locate *l, u64 pa, struct luo_found *found);

/* find.c */
int fdt_scan_piece(struct fdt_scan *scan, u64 pa, const u8 *p, u64 len);
int fdt_each_phys(const void *phys, fdt_piece_fn *fn, void *ctx);

/* candidate.c */
void fdt_candidate_rate(const struct luo_phys *phys, const struct luo_job *job,
			struct luo_report *report, struct fdt_candidate *c);
int fdt_candidate_compare(const struct fdt_candidate *a, const struct fdt_candidate *b);
u32 fdt_scan_best(const struct fdt_scan *scan, u32 *ties);
void fdt_candidate_take(const struct fdt_candidate *c, struct luo_found *found);
void fdt_found_scratch(const struct luo_phys *phys, struct luo_found *found);

/* search.c */
void fdt_search_begin(struct fdt_search *s, const struct luo_phys *phys,
		      const struct luo_found *found);
void fdt_search_piece(struct fdt_search *s, u64 pa, const u8 *p, u64 len);
bool fdt_search_end(const struct fdt_search *s, struct luo_found *found);

#endif
