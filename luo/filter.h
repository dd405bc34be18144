/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A filter of hashes: it keeps a few bits of each, and says which may have been put in before.
 * Those are suspects, two bits each in a map of their own; of all others it is certain that they
 * are new.
 *
 * It has two forms. With 32 bits of memory for each hash a word keeps the prints of three of them,
 * 21 bits each, and a full word goes on in the next one: of half a million different hashes less
 * than one becomes a suspect by chance. With 7 bits of memory for each a hash sets three bits of a
 * word, and one or two in a hundred do.
 *
 * Hashes wait in a queue, until the words that they go to have come into the cache.
 */
#ifndef LUO_FILTER_H
#define LUO_FILTER_H

#include "types.h"

#define LUO_FILTER_QUEUE 64

/**
 * struct luo_filter - the filter
 * @word, @room:    words, and how many
 * @suspect, @mask: two bits for each suspect; bits of the map less 1
 * @limit:          hashes that may go in
 * @held:           hashes that came; those above @limit did not go in
 * @suspects:       how often a hash became a suspect
 * @prints:         the form with prints
 * @queued, @queue: hashes that wait
 */
struct luo_filter {
	u64 *word;
	u64 room;
	u64 *suspect;
	u64 mask;
	u64 limit;
	u64 held;
	u64 suspects;
	bool prints;
	u32 queued;
	u64 queue[LUO_FILTER_QUEUE];
};

bool luo_filter_init(struct luo_filter *filter, void *memory, u64 bytes, u64 likely, u64 most);
void luo_filter_clear(struct luo_filter *filter);
void luo_filter_drain(struct luo_filter *filter);

/* The top bits of a hash choose its word; the forms keep lower ones, but not the lowest byte. */
static inline u64 luo_place(u64 hash, u64 room)
{
	return (u64)((unsigned __int128)hash * room >> 64);
}

/** luo_filter_add() - put a hash in, some time before luo_filter_drain() returns. */
static inline void luo_filter_add(struct luo_filter *filter, u64 hash)
{
	__builtin_prefetch(filter->word + luo_place(hash, filter->room), 1);
	filter->queue[filter->queued++] = hash;
	if (filter->queued == LUO_FILTER_QUEUE)
		luo_filter_drain(filter);
}

/* A suspect has two bits in the map: these of the hash, and those next to the top. 1 or 0. */
static inline u64 luo_suspect_bit(const struct luo_filter *filter, u64 hash)
{
	return filter->suspect[(hash & filter->mask) / 64] >> (hash & 63) & 1;
}

/** luo_filter_suspects() - is this hash a suspect? */
static inline bool luo_filter_suspects(const struct luo_filter *filter, u64 hash)
{
	return luo_suspect_bit(filter, hash >> 21) & luo_suspect_bit(filter, hash >> 37);
}

#endif
