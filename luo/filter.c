/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Suspects, and the form of the filter with bits. */
#include "filter.h"

/** luo_filter_suspect() - from now on this hash is one, by some of the bits that a cell keeps. */
LUO_NOINLINE void luo_filter_suspect(struct luo_filter *filter, u64 hash)
{
	u64 one = hash >> LUO_SUSPECT_ONE & filter->mask;
	u64 two = hash >> LUO_SUSPECT_TWO & filter->mask;

	filter->suspect[one / 64] |= 1ULL << one % 64;
	filter->suspect[two / 64] |= 1ULL << two % 64;
	filter->suspects++;
}

static void add_bits(struct luo_filter *filter, u64 hash)
{
	u64 *word = filter->word + luo_place(hash, filter->room), old = *word;
	u64 bits = 1ULL << (hash >> 8 & 63) | 1ULL << (hash >> 14 & 63) | 1ULL << (hash >> 20 & 63);

	if ((old & bits) == bits)
		luo_filter_suspect(filter, hash);
	*word = old | bits;
}

/** luo_filter_drain() - put in what still waits; after that suspects are known. */
void luo_filter_drain(struct luo_filter *filter)
{
	u32 nr = filter->queued;

	if (filter->binned)
		return luo_filter_compare(filter);
	if (!LUO_WITH_BITS)
		return;
	filter->queued = 0;
	filter->held += nr;
	if (filter->held > filter->limit)
		return;
	for (u32 i = 0; i < nr; i++)
		add_bits(filter, filter->queue[i]);
}

/** luo_filter_clear() - forget all hashes, but not the suspects; of the form with bits. */
void luo_filter_clear(struct luo_filter *filter)
{
	__builtin_memset(filter->word, 0, filter->room * 8);
	filter->held = 0;
}

static u64 smaller(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * luo_filter_bits() - an empty filter of the form with bits
 * @filter: filled in
 * @memory: aligned to 8 bytes; the map of suspects is at its end
 * @bytes:  how much there may be
 * @most:   hashes that can come at most, which limits the memory that is used
 *
 * Return: bytes that are taken, or 0 when the memory is too small to be of any use.
 */
u64 luo_filter_bits(struct luo_filter *filter, void *memory, u64 bytes, u64 most)
{
	/* A tenth for the map; a power of two. */
	u64 map = 1ULL << (63 - __builtin_clzll(bytes / 10 | 1));
	u64 room = smaller((bytes - map) / 8, most / 7 + 8);

	if (bytes < 1024)
		return 0;
	*filter = (struct luo_filter){
		.word = memory,
		.room = room,
		.suspect = (u64 *)memory + room,
		.mask = map * 8 - 1,
		.limit = room * 64 / 7,
	};
	__builtin_memset(memory, 0, room * 8 + map);
	return room * 8 + map;
}
