/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * "Was this seen before?" for names, tokens and pages, in caller-given memory.
 *
 * One open-addressing table of 16-byte slots, which grows with what it holds; each word of memory
 * cleared is time in the blackout. When it cannot grow any more the walk is done again in several
 * passes, each of which looks only at its share of the hashes; a thing is reported once because
 * everything has a running number and the first pass covered those below the number at which it
 * filled up. The hash is keyed, so that a state cannot be made to collide on purpose.
 */
#ifndef LUO_SEEN_H
#define LUO_SEEN_H

#include "arena.h"

/** enum luo_seen_kind - what a slot remembers. */
enum luo_seen_kind {
	LUO_SEEN_NAME = 1, /* ref: the 64-byte name field in memory */
	LUO_SEEN_TOKEN,	   /* ref: the token; owner: which session */
	LUO_SEEN_PAGE,	   /* ref: physical address of a block; owner: which list */
};

/** struct luo_seen_slot - @tag is kind in the top byte and the owner below, 0 for a free slot. */
struct luo_seen_slot {
	u64 ref;
	u64 tag;
};

/**
 * struct luo_seen - the table
 * @arena:         where tables are taken from
 * @slot, @mask:   slots, a power of two of them
 * @used:          slots taken in this pass
 * @key:           of the hash
 * @pass, @passes: which share of the hashes this walk looks at
 * @number:        running number of the things in this walk
 * @covered:       things below this number were all compared with each other already
 * @full:          the table filled up in this pass
 */
struct luo_seen {
	struct luo_arena *arena;
	struct luo_seen_slot *slot;
	u64 mask;
	u64 used;
	u64 key[2];
	u64 pass;
	u64 passes;
	u64 number;
	u64 covered;
	bool full;
};

int luo_seen_init(struct luo_seen *seen, struct luo_arena *arena, const u64 key[2]);
bool luo_seen_name(struct luo_seen *seen, const char *name);
bool luo_seen_token(struct luo_seen *seen, u64 session, u64 token);
bool luo_seen_page(struct luo_seen *seen, u64 pa, u64 chain, u64 *owner);
bool luo_seen_again(struct luo_seen *seen);

#endif
