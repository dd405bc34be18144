/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * "Was this seen before?" for names, tokens and pages, in caller-given memory.
 *
 * Small states: one open-addressing table of 16-byte slots, and an answer at once. Each word of
 * memory cleared is time in the blackout, so it is small.
 *
 * Large ones go on with a filter, and the walk reads its things once. Only when the filter has
 * suspects the walk is done again, and then only things that look like one go into a table of slots
 * and are compared exactly. Where no two things are the same there is next to never one, or in the
 * filter's smaller form one or two in a hundred. With too little memory for either, walks look at
 * shares of the hashes, one after the other. The hash is keyed, so that a state cannot be made to
 * collide on purpose, and no walk looks at more than its memory holds.
 */
#ifndef LUO_SEEN_H
#define LUO_SEEN_H

#include "arena.h"
#include "filter.h"
#include "hash.h"

/** enum luo_seen_kind - what a slot remembers. */
enum luo_seen_kind {
	LUO_SEEN_NAME = 1, /* ref: the 64-byte name field in memory; its hash */
	LUO_SEEN_TOKEN,	   /* ref: the token; owner: its session */
	LUO_SEEN_PAGE,	   /* ref: physical address of a block; owner: which list */
};

/** enum luo_seen_stage - what a walk does with its things. */
enum luo_seen_stage {
	LUO_SEEN_SMALL,	 /* all go into a table that grows */
	LUO_SEEN_FILTER, /* all go into the filter, which finds suspects */
	LUO_SEEN_EXACT,	 /* suspects go into a table that does not grow */
};

/** struct luo_seen_slot - @tag is kind in the top byte, owner or hash below, 0 for a free slot. */
struct luo_seen_slot {
	u64 ref;
	u64 tag;
};

/**
 * struct luo_seen - what was seen
 * @arena:          where table and filter are taken from
 * @bottom:         bytes of it that are not ours
 * @slot, @slots:   the table
 * @used:           slots taken in this pass
 * @key:            of the hash
 * @pass, @passes:  which share of the hashes this walk looks at
 * @number:         running number of the things in this walk
 * @covered:        things below this number were all compared with each other already
 * @likely, @most:  things that the caller expects, and that can come at most
 * @met:            things that went into the table in this pass, or would have
 * @filter:         see there
 * @stage:          enum luo_seen_stage
 * @full:           the table or filter filled up in this pass
 */
struct luo_seen {
	struct luo_arena *arena;
	size_t bottom;
	struct luo_seen_slot *slot;
	u64 slots;
	u64 used;
	u64 key[LUO_HASH_KEYS];
	u64 pass;
	u64 passes;
	u64 number;
	u64 covered;
	u64 likely;
	u64 most;
	u64 met;
	struct luo_filter filter;
	u8 stage;
	bool full;
};

int luo_seen_init(struct luo_seen *seen, struct luo_arena *arena, const u64 key[2], u64 likely,
		  u64 most);
bool luo_seen_name(struct luo_seen *seen, const char *name);
bool luo_seen_token(struct luo_seen *seen, u64 session, u64 token);
bool luo_seen_page(struct luo_seen *seen, u64 pa, u64 chain, u64 *owner);
bool luo_seen_again(struct luo_seen *seen);

/** luo_seen_waits() - does it only collect, in this walk, and says nothing of what it has met? */
static inline bool luo_seen_waits(const struct luo_seen *seen)
{
	return LUO_WITH_FILTER && seen->stage == LUO_SEEN_FILTER;
}

/** enum luo_seen_way - what is to be done with a name for which nothing can be said at once. */
enum luo_seen_way {
	LUO_SEEN_ASK,	   /* all are asked for, by luo_seen_name() */
	LUO_SEEN_BINS,	   /* into bins, where they have room */
	LUO_SEEN_BITS,	   /* into the queue of the form with bits */
	LUO_SEEN_SUSPECTS, /* nothing, unless it is a suspect, which is asked for */
};

/**
 * luo_seen_way() - what a loop over names may do itself
 *
 * Names that are not asked for count in @seen->number.
 */
static inline enum luo_seen_way luo_seen_way(const struct luo_seen *seen)
{
	if (!LUO_WITH_FILTER || seen->passes > 1)
		return LUO_SEEN_ASK;
	if (seen->filter.binned)
		return LUO_SEEN_BINS;
	if (LUO_WITH_BITS && seen->stage == LUO_SEEN_FILTER)
		return LUO_SEEN_BITS;
	return LUO_WITH_BITS && seen->stage == LUO_SEEN_EXACT ? LUO_SEEN_SUSPECTS : LUO_SEEN_ASK;
}

#endif
