/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A filter of hashes: it keeps a few bits of each, and says which may have been put in before.
 * Those are suspects, two bits each in a map of their own; of all others it is certain that they
 * are new.
 *
 * It has two forms. With 32 bits of memory for each hash it keeps 34 bits of it or more, 40 of half
 * a million, in bins that are compared at the end (bins.h): that two different ones are alike
 * happens once in nine times. With 7 bits of memory for each a hash sets three bits of a word, and
 * one or two in a hundred become suspects. Hashes wait in a queue then, until the words that they
 * go to have come into the cache.
 */
#ifndef LUO_FILTER_H
#define LUO_FILTER_H

#include "bins.h"

/* A payload that has no room for the filter, or for its form with bits, walks more often instead.
 */
#ifdef LUO_WITHOUT_FILTER
#define LUO_WITH_FILTER false
#else
#define LUO_WITH_FILTER true
#endif
#if defined(LUO_WITHOUT_FILTER) || defined(LUO_WITHOUT_BITS)
#define LUO_WITH_BITS false
#else
#define LUO_WITH_BITS true
#endif

#define LUO_FILTER_QUEUE 64
#define LUO_FILTER_HITS	 512   /* of a bin that are looked at closer at a time */
#define LUO_FILTER_TABLE 31248 /* bytes at the start of the memory of bins that they do not use */

/* A suspect has two bits, by these bits of its hash and those above: all in a cell of a bin. */
#define LUO_SUSPECT_ONE 8
#define LUO_SUSPECT_TWO 18

/**
 * struct luo_filter - the filter
 * @suspect, @mask: two bits for each suspect; bits of the map less 1
 * @limit:          hashes that may go in
 * @held:           hashes that came, or somewhat more; those above @limit did not go in
 * @suspects:       how often a hash became a suspect
 * @binned:         the form with bins, which are open
 * @bins, @table:   they, and memory to compare what is in them
 * @word, @room:    of the form with bits: words, and how many
 * @queued, @queue: hashes that wait
 */
struct luo_filter {
	u64 *suspect;
	u64 mask;
	u64 limit;
	u64 held;
	u64 suspects;
	bool binned;
	struct luo_bins bins;
	void *table;
	u64 *word;
	u64 room;
	u32 queued;
	u64 queue[LUO_FILTER_QUEUE];
};

u64 luo_filter_bins(struct luo_filter *filter, u8 *memory, u64 bytes, u64 likely);
void luo_filter_compare(struct luo_filter *filter);
void luo_filter_overflow(struct luo_filter *filter);
void luo_filter_suspect(struct luo_filter *filter, u64 hash);
u64 luo_filter_bits(struct luo_filter *filter, void *memory, u64 bytes, u64 most);
void luo_filter_clear(struct luo_filter *filter);
void luo_filter_drain(struct luo_filter *filter);

/* The top bits of a hash choose its word; the forms keep lower ones, but not the lowest byte. */
static inline u64 luo_place(u64 hash, u64 room)
{
	return (u64)((unsigned __int128)hash * room >> 64);
}

/* Put a hash in, of the form with bits, some time before luo_filter_drain() returns. */
static inline void luo_filter_queue(struct luo_filter *filter, u64 hash)
{
	__builtin_prefetch(filter->word + luo_place(hash, filter->room), 1);
	filter->queue[filter->queued++] = hash;
	if (filter->queued == LUO_FILTER_QUEUE)
		luo_filter_drain(filter);
}

/** luo_filter_add() - put a hash in, some time before luo_filter_drain() returns. */
static inline void luo_filter_add(struct luo_filter *filter, u64 hash)
{
	if (!filter->binned) {
		if (LUO_WITH_BITS)
			luo_filter_queue(filter, hash);
		else
			filter->held++;
	} else if (luo_bins_room(&filter->bins, hash) || luo_bins_grow(&filter->bins, hash)) {
		luo_bins_put(&filter->bins, hash);
	} else {
		luo_filter_overflow(filter);
	}
}

/* 1 or 0. */
static inline u64 luo_suspect_bit(const struct luo_filter *filter, u64 hash)
{
	return filter->suspect[(hash & filter->mask) / 64] >> (hash & 63) & 1;
}

/** luo_filter_suspects() - is this hash a suspect? */
static inline bool luo_filter_suspects(const struct luo_filter *filter, u64 hash)
{
	return luo_suspect_bit(filter, hash >> LUO_SUSPECT_ONE) &
	       luo_suspect_bit(filter, hash >> LUO_SUSPECT_TWO);
}

#endif
