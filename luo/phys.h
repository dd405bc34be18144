/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Physical memory as the platform knows it.
 *
 * The core reaches memory only through this view: a front end says which ranges are RAM, which
 * are KHO scratch, which are in use by itself, and how to map and how to store. Every address
 * that was handed over goes through luo_map(), which answers NULL rather than let a bad pointer
 * through.
 */
#ifndef LUO_PHYS_H
#define LUO_PHYS_H

#include "types.h"

/** struct luo_range - physical range, [start, start + size) in bytes; never wraps. */
struct luo_range {
	u64 start;
	u64 size;
};

/** struct luo_busy - a range that something alive uses, and what that is (for messages). */
struct luo_busy {
	struct luo_range range;
	const char *what;
};

/**
 * struct luo_mem_ops - how a platform reads and writes physical memory
 * @map:     gives a pointer to @len bytes at @pa, valid until the view is torn down, or NULL.
 *           The range lies inside one RAM range.
 * @store:   one store of @width bytes (4 or 8) at @pa, which is aligned to @width, as a single
 *           access that cannot tear. 0 or a negative enum luo_error.
 * @store16: one 16-byte store at @pa (16-byte aligned) that is seen whole or not at all.
 * @persist: returns when [@pa, @pa + @len) has reached memory that survives a reset.
 *
 * A view that is only read may leave the last three NULL.
 */
struct luo_mem_ops {
	const void *(*map)(void *ctx, u64 pa, u64 len);
	int (*store)(void *ctx, u64 pa, u64 value, u32 width);
	int (*store16)(void *ctx, u64 pa, const u64 value[2]);
	void (*persist)(void *ctx, u64 pa, u64 len);
};

/**
 * struct luo_phys - one view of physical memory
 * @ops, @ctx:         the platform's accessors and their context
 * @ram, @nr_ram:      RAM, ascending, disjoint, adjacent ranges merged (luo_ranges_normalize())
 * @scratch, @nr_scratch: KHO scratch areas in the order handed over; sizes of 0 are legal
 * @busy, @nr_busy:    ranges in use by payload, next kernel, initrd, boot data
 * @page_shift:        12, 14 or 16: the page size of the kernel that handed over
 */
struct luo_phys {
	const struct luo_mem_ops *ops;
	void *ctx;
	const struct luo_range *ram;
	u32 nr_ram;
	const struct luo_range *scratch;
	u32 nr_scratch;
	const struct luo_busy *busy;
	u32 nr_busy;
	u32 page_shift;
};

/** luo_page_size() - bytes of a page of the view. */
static inline u64 luo_page_size(const struct luo_phys *phys)
{
	return 1ULL << phys->page_shift;
}

/** luo_range_holds() - true when [pa, pa + len) lies inside @r; @len 0 never does. */
static inline bool luo_range_holds(const struct luo_range *r, u64 pa, u64 len)
{
	return len && pa >= r->start && pa - r->start < r->size && len <= r->size - (pa - r->start);
}

/** luo_range_hits() - true when [pa, pa + len) and @r share a byte; neither may wrap. */
static inline bool luo_range_hits(const struct luo_range *r, u64 pa, u64 len)
{
	if (!len || !r->size)
		return false;
	return pa < r->start ? len > r->start - pa : pa - r->start < r->size;
}

/** luo_range_valid() - true when start + size does not wrap. */
static inline bool luo_range_valid(const struct luo_range *r)
{
	return r->size <= ~0ULL - r->start;
}

bool luo_in_ram(const struct luo_phys *phys, u64 pa, u64 len);
const struct luo_range *luo_hits_scratch(const struct luo_phys *phys, u64 pa, u64 len);
const struct luo_busy *luo_hits_busy(const struct luo_phys *phys, u64 pa, u64 len);
const void *luo_map(const struct luo_phys *phys, u64 pa, u64 len);
u32 luo_ranges_normalize(struct luo_range *r, u32 nr);
bool luo_ranges_remove(struct luo_range *r, u32 *nr, u32 max, const struct luo_range *hole);
u64 luo_ram_end(const struct luo_phys *phys);

#endif
