/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Hashes in bins, to be compared at the end.
 *
 * The top bits of a hash say which bin it goes into, and 32 others are its cell there. Whatever
 * comes next goes behind what came last, so that nothing is looked up and no line of a cache is
 * waited for, while there are few bins. At the end, bin by bin, equal cells are found in memory
 * that stays in the first cache.
 *
 * A bin is one range of cells, somewhat smaller than its share of what is expected, and then
 * chunks of a few cells from what is left, each of which knows the one before it.
 */
#ifndef LUO_BINS_H
#define LUO_BINS_H

#include "types.h"

#define LUO_BIN_SHARE  2048   /* hashes to expect in a bin, at most */
#define LUO_BIN_MOST   2304   /* that can be compared: five deviations more */
#define LUO_CELL_SHIFT 8      /* the lowest byte is that which nobody keeps of a name's hash */
#define LUO_NO_CHUNK   0xffff /* before the first one */

/** struct luo_bin - where the next cell goes, and where room for it ends; numbers of cells. */
struct luo_bin {
	u32 at;
	u32 end;
};

/**
 * struct luo_bins - hashes in bins
 * @cell:   all cells: ranges of all bins, then chunks
 * @bin:    the bins
 * @last:   of each bin, its last chunk, or LUO_NO_CHUNK
 * @before: of each chunk, the one before it in its bin
 * @shift:  a hash without so many bits is the number of its bin
 * @range:  cells in a bin's range
 * @chunks: chunks that are taken
 * @most:   chunks that there are
 */
struct luo_bins {
	u32 *cell;
	struct luo_bin *bin;
	u16 *last;
	u16 *before;
	u64 shift;
	u32 range;
	u32 chunks;
	u32 most;
};

u64 luo_bins_init(struct luo_bins *bins, void *memory, u64 bytes, u64 likely);
bool luo_bins_grow(struct luo_bins *bins, u64 hash);
u64 luo_bins_capacity(const struct luo_bins *bins);
u32 luo_bin_gather(const struct luo_bins *bins, u64 nr, u32 *to);

/** luo_bins_nr() - how many bins there are. */
static inline u64 luo_bins_nr(const struct luo_bins *bins)
{
	return 1ULL << (64 - bins->shift);
}

/** luo_bins_hash() - the bits of a hash that its bin and its cell keep; the others are 0. */
static inline u64 luo_bins_hash(const struct luo_bins *bins, u64 nr, u32 cell)
{
	return nr << bins->shift | (u64)cell << LUO_CELL_SHIFT;
}

/** luo_bins_room() - is there room for a hash where it belongs? */
static inline bool luo_bins_room(const struct luo_bins *bins, u64 hash)
{
	const struct luo_bin *bin = bins->bin + (hash >> bins->shift);

	return __builtin_expect(bin->at != bin->end, 1);
}

/** luo_bins_put() - put a hash in, where there is room for it. */
static inline void luo_bins_put(const struct luo_bins *bins, u64 hash)
{
	bins->cell[bins->bin[hash >> bins->shift].at++] = (u32)(hash >> LUO_CELL_SHIFT);
}

#endif
