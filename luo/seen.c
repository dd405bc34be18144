/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The table behind duplicate names, duplicate tokens and pages with two owners, and its walks. */
#include "seen.h"

#include "abi.h"
#include "error.h"

#define FIRST_SLOTS 256	 /* 4 KiB */
#define SMALL_SLOTS 1024 /* 16 KiB: for more a filter takes less time, bins for less as well */

/* What goes into bins first is still in a table where they will be compared. */
_Static_assert(FIRST_SLOTS * sizeof(struct luo_seen_slot) <= LUO_FILTER_TABLE, "table");

#define MOST_MEMORY (8192ULL * 1024) /* of a filter; clearing more would not pay */

#define OWNER		 ((1ULL << 56) - 1)
#define TAG(kind, owner) ((u64)(kind) << 56 | ((owner)&OWNER))

/* The top of a name's hash, all that a filter looks at as well, so that no name is hashed again. */
#define NAME_TAG(hash) TAG(LUO_SEEN_NAME, (hash) >> 8)

/* Of a thing whose tag says what it is; for a name without the lowest byte. */
static LUO_NOINLINE u64 hash_of(const struct luo_seen *seen, u64 ref, u64 tag)
{
	if (tag >> 56 == LUO_SEEN_NAME)
		return tag << 8;
	/* A page is the same whoever owns it. */
	if (tag >> 56 == LUO_SEEN_PAGE)
		tag = TAG(LUO_SEEN_PAGE, 0);
	return luo_hash_pair(seen->key, tag, ref);
}

static LUO_NOINLINE void clear(struct luo_seen *seen)
{
	__builtin_memset(seen->slot, 0, seen->slots * sizeof(*seen->slot));
	seen->used = 0;
}

/* A table of @slots; false when the arena has no room. */
static bool take_table(struct luo_seen *seen, u64 slots)
{
	void *table = luo_arena_take(seen->arena, slots * sizeof(struct luo_seen_slot));

	if (!table)
		return false;
	seen->slot = table;
	seen->slots = slots;
	clear(seen);
	return true;
}

static u64 after(const struct luo_seen *seen, u64 i)
{
	return ++i == seen->slots ? 0 : i;
}

static LUO_NOINLINE void put(struct luo_seen *seen, u64 hash, u64 ref, u64 tag)
{
	u64 i = luo_place(hash, seen->slots);

	while (seen->slot[i].tag)
		i = after(seen, i);
	seen->slot[i] = (struct luo_seen_slot){ ref, tag };
	seen->used++;
}

/* Four times the room, behind the old table, while bits behind it would have most of it. */
static bool grow(struct luo_seen *seen)
{
	const struct luo_seen_slot *old = seen->slot;
	u64 slots = seen->slots;
	u64 part = luo_arena_left(seen->arena) / (LUO_WITH_BITS ? 4 : 1);

	if ((LUO_WITH_BITS && slots == SMALL_SLOTS) || slots * 4 * sizeof(*old) > part ||
	    !take_table(seen, slots * 4))
		return false;
	for (u64 i = 0; i < slots; i++)
		if (old[i].tag)
			put(seen, hash_of(seen, old[i].ref, old[i].tag), old[i].ref, old[i].tag);
	return true;
}

/**
 * luo_seen_init() - an empty table
 * @seen:   filled in
 * @arena:  working memory, of which all that is free may be used; aligned to 16 bytes. The caller
 *          gives back what was taken.
 * @key:    random numbers
 * @likely: things that will come, if all is as usual; not 0
 * @most:   things that can come; more do no harm but cost further walks
 *
 * Return: 0, or LUO_E_ARENA with no room for the first FIRST_SLOTS slots.
 */
int luo_seen_init(struct luo_seen *seen, struct luo_arena *arena, const u64 key[2], u64 likely,
		  u64 most)
{
	__builtin_memset(seen, 0, sizeof(*seen));
	seen->arena = arena;
	seen->bottom = arena->used;
	seen->passes = 1;
	if (LUO_WITH_FILTER) {
		seen->likely = likely;
		seen->most = most;
	}
	luo_hash_keys(seen->key, key);
	return take_table(seen, FIRST_SLOTS) ? 0 : LUO_E_ARENA;
}

/* Names are equal when their first 63 bytes are, up to a NUL: all that a kernel looks at. */
static bool same_name(const char *a, const char *b)
{
	for (u32 i = 0; i < LUO_NAME_LEN - 1; i++) {
		if (a[i] != b[i])
			return false;
		if (!a[i])
			return true;
	}
	return true;
}

/*
 * A page is the same whoever owns it; a token counts within its session only. The tag of a name has
 * most of its hash, so that next to no name is read again that is another one.
 */
static bool same(const struct luo_seen_slot *slot, u64 ref, u64 tag)
{
	if (tag >> 56 == LUO_SEEN_PAGE)
		return slot->tag >> 56 == LUO_SEEN_PAGE && slot->ref == ref;
	if (slot->tag != tag)
		return false;
	if (tag >> 56 == LUO_SEEN_TOKEN)
		return slot->ref == ref;
	return same_name((const char *)(uintptr_t)slot->ref, (const char *)(uintptr_t)ref);
}

/* Of what the arena has from @used on. */
static u64 filter_room(const struct luo_seen *seen, u64 used)
{
	u64 bytes = seen->arena->size - used, most = MOST_MEMORY - (used - seen->bottom);

	return (bytes < most ? bytes : most) & ~15ULL;
}

/* Bins, whose first part the table may still use. */
static bool start_bins(struct luo_seen *seen)
{
	struct luo_arena *arena = seen->arena;
	u64 taken = luo_filter_bins(&seen->filter, arena->base + seen->bottom,
				    filter_room(seen, seen->bottom), seen->likely);

	if (!taken)
		return false;
	arena->used = seen->bottom;
	luo_arena_take(arena, taken);
	seen->stage = LUO_SEEN_FILTER;
	return true;
}

/* Bits, in what is left of the arena. */
static LUO_COLD bool start_bits(struct luo_seen *seen)
{
	struct luo_arena *arena = seen->arena;
	u64 taken = luo_filter_bits(&seen->filter, arena->base + arena->used,
				    filter_room(seen, arena->used), seen->most);

	if (!taken)
		return false;
	luo_arena_take(arena, (taken + 15) & ~15ULL);
	seen->stage = LUO_SEEN_FILTER;
	return true;
}

/* Go on with a filter, which learns what the table holds. */
static void leave_table(struct luo_seen *seen, u64 hash)
{
	const struct luo_seen_slot *s = seen->slot;

	seen->covered = seen->number - 1;
	for (u64 i = 0; i < seen->slots; i++)
		if (s[i].tag)
			luo_filter_add(&seen->filter, hash_of(seen, s[i].ref, s[i].tag));
	luo_filter_add(&seen->filter, hash);
}

/* The table is full: a larger one for one thing more, or a filter. False when there is neither. */
static LUO_COLD bool extend(struct luo_seen *seen, u64 hash, u64 ref, u64 tag)
{
	if (seen->stage != LUO_SEEN_SMALL)
		return false;
	if (LUO_WITH_FILTER && seen->slots == FIRST_SLOTS && start_bins(seen))
		return leave_table(seen, hash), true;
	if (grow(seen))
		return put(seen, hash, ref, tag), true;
	if (LUO_WITH_BITS && start_bits(seen))
		return leave_table(seen, hash), true;
	return false;
}

/* The slot of an equal thing when there was one and nobody said so yet; else it is remembered. */
static const struct luo_seen_slot *look_up(struct luo_seen *seen, u64 hash, u64 ref, u64 tag)
{
	u64 i;

	seen->met++;
	if (seen->full)
		return NULL;
	for (i = luo_place(hash, seen->slots); seen->slot[i].tag; i = after(seen, i))
		if (same(&seen->slot[i], ref, tag))
			return seen->number > seen->covered ? &seen->slot[i] : NULL;
	if (seen->used < seen->slots / 4 * 3) {
		seen->slot[i] = (struct luo_seen_slot){ ref, tag };
		seen->used++;
	} else if (!extend(seen, hash, ref, tag)) {
		seen->full = true;
		if (seen->passes == 1 && seen->covered < seen->number - 1)
			seen->covered = seen->number - 1;
	}
	return NULL;
}

/*
 * Can nothing be said about a thing with this hash at once? That is so while the filter looks, in a
 * walk for other shares, and for all but suspects in the last one.
 */
static bool later(struct luo_seen *seen, u64 hash)
{
	if (LUO_WITH_FILTER && seen->filter.binned) {
		luo_filter_add(&seen->filter, hash);
		return true;
	}
	seen->number++;
	if (seen->passes > 1 && (hash & ~0U) * seen->passes >> 32 != seen->pass)
		return true;
	if (luo_seen_waits(seen)) {
		luo_filter_add(&seen->filter, hash);
		return true;
	}
	return LUO_WITH_FILTER && seen->filter.suspect && !luo_filter_suspects(&seen->filter, hash);
}

/**
 * luo_seen_name() - was this name met before in the walk?
 *
 * Return: true once for each that was, in the walk that finds it.
 */
bool luo_seen_name(struct luo_seen *seen, const char *name)
{
	u64 hash = luo_hash_name(seen->key, name);

	return !later(seen, hash) && look_up(seen, hash, (uintptr_t)name, NAME_TAG(hash));
}

static LUO_NOINLINE const struct luo_seen_slot *look(struct luo_seen *seen, u64 ref, u64 tag)
{
	u64 hash = hash_of(seen, ref, tag);

	return later(seen, hash) ? NULL : look_up(seen, hash, ref, tag);
}

/** luo_seen_token() - was this token met in this session (its position among all sessions)? */
bool luo_seen_token(struct luo_seen *seen, u64 session, u64 token)
{
	return look(seen, token, TAG(LUO_SEEN_TOKEN, session));
}

/**
 * luo_seen_page() - was this page met before?
 * @seen:  the table
 * @pa:    its physical address
 * @chain: number of the list it is now met in
 * @owner: out: the list it was met in first, when the answer is true
 */
bool luo_seen_page(struct luo_seen *seen, u64 pa, u64 chain, u64 *owner)
{
	const struct luo_seen_slot *slot = look(seen, pa, TAG(LUO_SEEN_PAGE, chain));

	if (slot)
		*owner = slot->tag & OWNER;
	return slot;
}

/* Walk once more, as pass number @pass of @passes. */
static bool start_pass(struct luo_seen *seen, u64 pass, u64 passes)
{
	seen->pass = pass;
	seen->passes = passes;
	seen->number = 0;
	seen->met = 0;
	seen->full = false;
	return true;
}

/* Suspects go to the bottom of the arena, a table behind them, with room for all that look alike.
 */
static LUO_COLD bool start_exact(struct luo_seen *seen)
{
	struct luo_filter *f = &seen->filter;
	u64 bytes = (f->mask + 1) / 8, slots;
	/* Suspects and their twins; others that have a suspect's two bits by chance. */
	u64 alike = f->suspects * 2 + FIRST_SLOTS, fill = f->suspects * 2048 / (f->mask + 1);

	alike += f->held * seen->passes / 1024 * fill / 1024 * fill;
	seen->arena->used = seen->bottom;
	f->suspect = __builtin_memmove(luo_arena_take(seen->arena, (bytes + 15) & ~15ULL),
				       f->suspect, bytes);
	slots = luo_arena_left(seen->arena) / sizeof(struct luo_seen_slot);
	seen->stage = LUO_SEEN_EXACT;
	return take_table(seen, slots < alike * 2 ? slots : alike * 2) && start_pass(seen, 0, 1);
}

/* Bins had no room for all: everything is a suspect, and goes into a table as large as may be. */
static bool start_all(struct luo_seen *seen)
{
	struct luo_filter *f = &seen->filter;

	seen->arena->used = seen->bottom;
	f->suspect = NULL;
	seen->met = f->held;
	seen->stage = LUO_SEEN_EXACT;
	return take_table(seen, luo_arena_left(seen->arena) / sizeof(struct luo_seen_slot));
}

/* More came than the filter takes: shares, somewhat smaller than what fits, as they differ. */
static bool start_shares(struct luo_seen *seen)
{
	struct luo_filter *f = &seen->filter;

	seen->arena->used = seen->bottom;
	seen->most = f->held;
	return start_bits(seen) && start_pass(seen, 0, seen->most / (f->limit / 8 * 7) + 1);
}

static bool filter_again(struct luo_seen *seen)
{
	struct luo_filter *f = &seen->filter;

	if (seen->pass + 1 < seen->passes) {
		luo_filter_clear(f);
		return start_pass(seen, seen->pass + 1, seen->passes);
	}
	return f->suspects && start_exact(seen);
}

/* Shares of half the room that the table has: a keyed hash does not fill one up by chance. */
static bool table_shares(struct luo_seen *seen)
{
	clear(seen);
	return start_pass(seen, 0, seen->met / (seen->slots / 8 * 3) + 2);
}

/**
 * luo_seen_again() - must the walk be done once more?
 * @seen: after a whole walk
 *
 * Return: true when the same walk, with the same things in the same order, has to be done again,
 * because some were not compared yet. Then @seen is ready for it.
 */
bool luo_seen_again(struct luo_seen *seen)
{
	if (seen->stage == LUO_SEEN_SMALL && (LUO_WITH_BITS || !seen->full))
		return false;
	if (LUO_WITH_FILTER && seen->stage == LUO_SEEN_FILTER) {
		luo_filter_drain(&seen->filter);
		seen->full = seen->filter.held > seen->filter.limit;
		if (!seen->full)
			return filter_again(seen);
		if (seen->passes > 1)
			return false;
		return LUO_WITH_BITS ? start_shares(seen) : start_all(seen) && table_shares(seen);
	}
	seen->stage = LUO_SEEN_EXACT;
	if (seen->full && seen->passes == 1)
		return table_shares(seen);
	if (seen->full || seen->pass + 1 >= seen->passes)
		return false;
	clear(seen);
	return start_pass(seen, seen->pass + 1, seen->passes);
}
