/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Putting hashes into bins, and getting them out again. */
#include "bins.h"

#define CHUNK	   16U		/* cells, and a line of the cache */
#define AMPLE	   20		/* chunks for a bin, all of which a few bins may need */
#define MOST_BYTES (1ULL << 30) /* numbers in struct luo_bin are 32 bits wide */

_Static_assert(LUO_BIN_SHARE + CHUNK <= LUO_BIN_MOST, "a range and one chunk can be compared");

static u64 smaller(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * luo_bins_init() - empty bins
 * @bins:   filled in
 * @memory: aligned to 8 bytes; only a small part of it is written
 * @bytes:  how much there may be
 * @likely: hashes to expect, not 0
 *
 * Return: bytes that are taken, a multiple of 16, or 0 when they do not do for as many hashes.
 */
LUO_COLD u64 luo_bins_init(struct luo_bins *bins, void *memory, u64 bytes, u64 likely)
{
	u64 order = 1, nr, share, range, fixed, chunks;

	while (likely >> order > LUO_BIN_SHARE - 1)
		order++;
	nr = 1ULL << order;
	share = (likely >> order) + 1;
	/* A bit less than the share, so that little stays empty: the rest goes into chunks. */
	range = (share - share / 32 + 1) & ~1ULL;
	fixed = nr * (range * 4 + sizeof(struct luo_bin) + 2);
	bytes = smaller(bytes, MOST_BYTES) & ~15ULL;
	chunks = smaller(bytes < fixed ? 0 : (bytes - fixed) / (CHUNK * 4 + 2), nr * AMPLE);
	chunks = smaller(chunks, LUO_NO_CHUNK);
	/* Half of each bin's last one stays empty. So many bins that sizes could wrap never do. */
	if (chunks < nr * (share / 32 + CHUNK / 2 + 4) / CHUNK)
		return 0;
	*bins = (struct luo_bins){
		.cell = memory,
		.bin = (struct luo_bin *)(void *)((u32 *)memory + nr * range + chunks * CHUNK),
		.shift = 64 - order,
		.range = (u32)range,
		.most = (u32)chunks,
	};
	bins->last = (u16 *)(void *)(bins->bin + nr);
	bins->before = bins->last + nr;
	for (u64 i = 0; i < nr; i++) {
		bins->bin[i] = (struct luo_bin){ (u32)(i * range), (u32)((i + 1) * range) };
		bins->last[i] = LUO_NO_CHUNK;
	}
	return (fixed + chunks * (CHUNK * 4 + 2) + 15) & ~15ULL;
}

/** luo_bins_capacity() - hashes that there would be room for if all were where they are needed. */
u64 luo_bins_capacity(const struct luo_bins *bins)
{
	return luo_bins_nr(bins) * bins->range + (u64)bins->most * CHUNK;
}

/* Where the cells of a chunk begin, or those of a bin's range. */
static u64 first_cell(const struct luo_bins *bins, u64 nr, u32 chunk)
{
	return chunk == LUO_NO_CHUNK ? nr * bins->range
				     : luo_bins_nr(bins) * bins->range + (u64)chunk * CHUNK;
}

/**
 * luo_bins_grow() - a chunk for a bin that is full
 * @bins: they
 * @hash: one that belongs there
 *
 * Return: false when there are no chunks left.
 */
LUO_COLD bool luo_bins_grow(struct luo_bins *bins, u64 hash)
{
	u64 nr = hash >> bins->shift, first = first_cell(bins, nr, bins->chunks);

	if (bins->chunks == bins->most)
		return false;
	bins->before[bins->chunks] = bins->last[nr];
	bins->last[nr] = (u16)bins->chunks++;
	bins->bin[nr] = (struct luo_bin){ (u32)first, (u32)(first + CHUNK) };
	return true;
}

/**
 * luo_bin_gather() - all cells of a bin in one place
 * @bins: they
 * @nr:   the bin's number
 * @to:   room for LUO_BIN_MOST cells
 *
 * Return: how many they are, or LUO_BIN_MOST + 1 when there are more.
 */
u32 luo_bin_gather(const struct luo_bins *bins, u64 nr, u32 *to)
{
	u32 last = bins->last[nr], cells = 0;
	u64 first = first_cell(bins, nr, last), part = bins->bin[nr].at - first;

	/* What may be no whole number of words comes last: the others are copied faster. */
	if (last != LUO_NO_CHUNK) {
		cells = bins->range;
		__builtin_memcpy(to, bins->cell + nr * cells, cells * 4);
		for (u32 c = bins->before[last]; c != LUO_NO_CHUNK; c = bins->before[c]) {
			if (cells + CHUNK + part > LUO_BIN_MOST)
				return LUO_BIN_MOST + 1;
			__builtin_memcpy(to + cells, bins->cell + first_cell(bins, nr, c),
					 CHUNK * 4);
			cells += CHUNK;
		}
	}
	__builtin_memcpy(to + cells, bins->cell + first, part * 4);
	return cells + (u32)part;
}
