/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Room in the scratch areas: nothing is preserved there, and the next kernel starts in them. What
 * lies there already is kept: the busy ranges of the view.
 */
#include "uboot.h"

#define MAX_FREE 128

/**
 * uboot_free() - the stretches of scratch that nobody uses
 * @run:   with scratch areas
 * @range: filled in, ascending
 * @max:   how many it has room for
 * @nr:    how many there are
 *
 * Return: false when there are too many, or not all that is in use is known.
 */
bool uboot_free(const struct uboot_run *run, struct luo_range *range, u32 max, u32 *nr)
{
	*nr = 0;
	if (run->crowded)
		return false;
	for (u32 i = 0; i < run->found.nr_areas; i++) {
		if (!run->found.area[i].size)
			continue;
		if (*nr == max)
			return false;
		range[(*nr)++] = run->found.area[i];
	}
	*nr = luo_ranges_normalize(range, *nr);
	for (u32 i = 0; i < run->nr_busy; i++)
		if (!luo_ranges_remove(range, nr, max, &run->busy[i].range))
			return false;
	*nr = luo_ranges_normalize(range, *nr);
	return true;
}

/* The first fit from below in one stretch, or 0. */
static u64 fit(const struct luo_range *r, u64 size, u64 align)
{
	u64 start = (r->start + align - 1) & -align;

	if (start < r->start || !luo_range_holds(r, start, size) ||
	    !luo_range_holds(r, start + size - 1, 1))
		return 0;
	return start;
}

/**
 * uboot_place() - take room in scratch
 * @run:   the room becomes busy
 * @size:  bytes, at least 1
 * @align: a power of two
 * @what:  for messages
 *
 * Only what U-Boot maps is taken. Return: the address, 0 when there is no such room.
 */
u64 uboot_place(struct uboot_run *run, u64 size, u64 align, const char *what)
{
	struct luo_range range[MAX_FREE];
	u32 nr;

	if (!uboot_free(run, range, MAX_FREE, &nr))
		return 0;
	for (u32 i = 0; i < nr; i++) {
		u64 start = fit(&range[i], size, align);

		if (!start || !luo_map(&run->phys, start, size))
			continue;
		uboot_busy(run, start, size, what);
		run->phys.nr_busy = run->nr_busy;
		return start;
	}
	return 0;
}

static u64 largest_below(const struct luo_range *range, u32 nr, u64 end, u64 *size)
{
	u64 best = 0;

	*size = 0;
	for (u32 i = 0; i < nr; i++) {
		u64 start = fit(&range[i], 1, 2U << 20);
		u64 stop = range[i].start + range[i].size;
		u64 len = start && start < end ? (stop < end ? stop : end) - start : 0;

		if (len > *size) {
			best = start;
			*size = len;
		}
	}
	return best;
}

/**
 * uboot_largest() - a large free stretch, from a multiple of 2 MiB on
 * @size: its bytes
 *
 * `load` refuses memory above what U-Boot takes for itself, other commands do not, so a stretch
 * below is preferred when it has at least half of the size of the largest.
 *
 * Return: its start, 0 when there is none.
 */
u64 uboot_largest(const struct uboot_run *run, u64 *size)
{
	struct luo_range range[MAX_FREE];
	u64 start, low, low_size;
	u32 nr;

	*size = 0;
	if (!uboot_free(run, range, MAX_FREE, &nr))
		return 0;
	start = largest_below(range, nr, ~0ULL, size);
	low = largest_below(range, nr, uboot_ram_top(), &low_size);
	if (!low || low_size < *size / 2)
		return start;
	*size = low_size;
	return low;
}
