/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Range questions about a view of physical memory. All arithmetic subtracts, so nothing wraps. */
#include "phys.h"

/* The one RAM range that may hold pa, by bisection: the list is ascending and disjoint. */
static const struct luo_range *ram_range(const struct luo_phys *phys, u64 pa)
{
	u32 lo = 0, hi = phys->nr_ram;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (phys->ram[mid].start <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &phys->ram[lo - 1] : NULL;
}

/**
 * luo_in_ram() - is a range RAM?
 * @phys: the view
 * @pa:   first byte
 * @len:  bytes; 0 is never RAM
 *
 * Return: true when the whole range lies inside one RAM range of the view.
 */
bool luo_in_ram(const struct luo_phys *phys, u64 pa, u64 len)
{
	const struct luo_range *r = ram_range(phys, pa);

	return r && luo_range_holds(r, pa, len);
}

/**
 * luo_hits_scratch() - which scratch area does a range touch?
 * @phys: the view
 * @pa:   first byte
 * @len:  bytes; the range must not wrap
 *
 * Return: the first area that shares a byte with the range, or NULL.
 */
const struct luo_range *luo_hits_scratch(const struct luo_phys *phys, u64 pa, u64 len)
{
	for (u32 i = 0; i < phys->nr_scratch; i++)
		if (luo_range_hits(&phys->scratch[i], pa, len))
			return &phys->scratch[i];
	return NULL;
}

/**
 * luo_hits_busy() - whose memory does a range touch?
 * @phys: the view
 * @pa:   first byte
 * @len:  bytes; the range must not wrap
 *
 * Return: the first busy range that shares a byte with the range, or NULL.
 */
const struct luo_busy *luo_hits_busy(const struct luo_phys *phys, u64 pa, u64 len)
{
	for (u32 i = 0; i < phys->nr_busy; i++)
		if (luo_range_hits(&phys->busy[i].range, pa, len))
			return &phys->busy[i];
	return NULL;
}

/**
 * luo_map() - the only way from a handed-over address to a pointer
 * @phys: the view
 * @pa:   physical address, any value
 * @len:  bytes wanted, any value
 *
 * Return: a readable pointer to @len bytes, or NULL when they are not all RAM or the platform
 * cannot reach them.
 */
const void *luo_map(const struct luo_phys *phys, u64 pa, u64 len)
{
	if (!luo_in_ram(phys, pa, len))
		return NULL;
	return phys->ops->map(phys->ctx, pa, len);
}

static void sort_ranges(struct luo_range *r, u32 nr)
{
	for (u32 i = 1; i < nr; i++) {
		struct luo_range key = r[i];
		u32 j = i;

		for (; j && r[j - 1].start > key.start; j--)
			r[j] = r[j - 1];
		r[j] = key;
	}
}

/**
 * luo_ranges_normalize() - make a list of ranges ascending, disjoint and merged
 * @r:  ranges in any order; overlapping, empty and wrapping ones are allowed
 * @nr: how many; firmware maps are short, so an insertion sort does
 *
 * Return: the new number of ranges. A range that would wrap is cut at the top of the address
 * space.
 */
u32 luo_ranges_normalize(struct luo_range *r, u32 nr)
{
	u32 out = 0;

	sort_ranges(r, nr);
	for (u32 i = 0; i < nr; i++) {
		struct luo_range x = r[i];

		if (!luo_range_valid(&x))
			x.size = ~0ULL - x.start;
		if (!x.size)
			continue;
		if (out && x.start - r[out - 1].start <= r[out - 1].size) {
			u64 end = x.start - r[out - 1].start + x.size;

			if (end > r[out - 1].size)
				r[out - 1].size = end;
			continue;
		}
		r[out++] = x;
	}
	return out;
}

/* Take one range out of one entry; what remains behind it becomes a new one. */
static bool cut(struct luo_range *list, u32 *nr, u32 max, u32 i, const struct luo_range *hole)
{
	struct luo_range r = list[i];
	u64 front = hole->start > r.start ? hole->start - r.start : 0;
	u64 gone = hole->size;

	if (hole->start < r.start)
		gone -= r.start - hole->start;
	list[i].size = front;
	if (gone >= r.size - front)
		return true;
	if (*nr == max)
		return false;
	list[(*nr)++] = (struct luo_range){ r.start + front + gone, r.size - front - gone };
	return true;
}

/**
 * luo_ranges_remove() - take a range out of a list
 * @r:    ranges in any order, none of which wraps
 * @nr:   how many
 * @max:  how many @r has room for
 * @hole: what is to be gone; one that is empty or wraps changes nothing
 *
 * Entries of size 0 may be left: luo_ranges_normalize() comes next.
 *
 * Return: false when the list is full.
 */
bool luo_ranges_remove(struct luo_range *r, u32 *nr, u32 max, const struct luo_range *hole)
{
	if (!hole->size || !luo_range_valid(hole))
		return true;
	for (u32 i = 0, old = *nr; i < old; i++)
		if (luo_range_hits(&r[i], hole->start, hole->size) && !cut(r, nr, max, i, hole))
			return false;
	return true;
}

/** luo_ram_end() - first byte behind the highest RAM range of the view, 0 when it has none. */
u64 luo_ram_end(const struct luo_phys *phys)
{
	const struct luo_range *last;

	if (!phys->nr_ram)
		return 0;
	last = &phys->ram[phys->nr_ram - 1];
	return last->start + last->size;
}
