/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The table behind duplicate names, duplicate tokens and pages with two owners, and its walks. */
#include "seen.h"

#include "abi.h"
#include "error.h"

#define FIRST_SLOTS 256	 /* 4 KiB */
#define SMALL_SLOTS 1024 /* 16 KiB: for more a filter takes less time */

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

/* Four times the room, behind the old table, while a filter behind it would have most of it. */
static bool grow(struct luo_seen *seen)
{
	const struct luo_seen_slot *old = seen->slot;
	u64 slots = seen->slots;
	u64 part = luo_arena_left(seen->arena) / (LUO_WITH_FILTER ? 4 : 1);

	if ((LUO_WITH_FILTER && slots == SMALL_SLOTS) || slots * 4 * sizeof(*old) > part ||
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

/* An empty filter in what is left of the arena. */
static bool start_filter(struct luo_seen *seen, u64 likely)
{
	struct luo_arena *arena = seen->arena;
	struct luo_filter *f = &seen->filter;
	u64 bytes = luo_arena_left(arena), used = arena->used - seen->bottom;

	if (bytes > MOST_MEMORY - used)
		bytes = MOST_MEMORY - used;
	bytes &= ~15ULL;
	if (!luo_filter_init(f, arena->base + arena->used, bytes, likely, seen->most))
		return false;
	luo_arena_take(arena, (f->room * 8 + (f->mask + 1) / 8 + 15) & ~15ULL);
	seen->stage = LUO_SEEN_FILTER;
	return true;
}

/* The table is as large as it gets: go on with a filter, which learns what the table holds. */
static void leave_table(struct luo_seen *seen)
{
	const struct luo_seen_slot *s = seen->slot;

	seen->covered = seen->number - 1;
	if (!start_filter(seen, seen->likely)) {
		seen->full = true;
		return;
	}
	for (u64 i = 0; i < seen->slots; i++)
		if (s[i].tag)
			luo_filter_add(&seen->filter, hash_of(seen, s[i].ref, s[i].tag));
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
	} else if (seen->stage == LUO_SEEN_SMALL && grow(seen)) {
		put(seen, hash, ref, tag);
	} else if (LUO_WITH_FILTER && seen->stage == LUO_SEEN_SMALL) {
		leave_table(seen);
		if (!seen->full)
			luo_filter_add(&seen->filter, hash);
	} else {
		seen->full = true;
		if (seen->passes == 1 && seen->covered < seen->number - 1)
			seen->covered = seen->number - 1;
	}
	return NULL;
}

/**
 * luo_seen_name_now() - was this name met before, when that can be said at once?
 *
 * Return: as luo_seen_name().
 */
bool luo_seen_name_now(struct luo_seen *seen, const char *name, u64 hash)
{
	return look_up(seen, hash, (uintptr_t)name, NAME_TAG(hash));
}

static LUO_NOINLINE const struct luo_seen_slot *look(struct luo_seen *seen, u64 ref, u64 tag)
{
	u64 hash = hash_of(seen, ref, tag);

	return luo_seen_later(seen, hash) ? NULL : look_up(seen, hash, ref, tag);
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
static bool start_exact(struct luo_seen *seen)
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

static bool filter_again(struct luo_seen *seen)
{
	struct luo_filter *f = &seen->filter;
	u64 things;

	luo_filter_drain(f);
	things = f->held;
	seen->full = things > f->limit;
	if (seen->full && seen->passes == 1) {
		seen->arena->used = seen->bottom;
		seen->most = things;
		if (!start_filter(seen, 0))
			return false;
		/* Somewhat less than fits: shares are not quite of one size. */
		return start_pass(seen, 0, things / (f->limit / 8 * 7) + 1);
	}
	if (seen->full)
		return false;
	if (seen->pass + 1 < seen->passes) {
		luo_filter_clear(f);
		return start_pass(seen, seen->pass + 1, seen->passes);
	}
	return f->suspects && start_exact(seen);
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
	if (seen->stage == LUO_SEEN_SMALL && (LUO_WITH_FILTER || !seen->full))
		return false;
	if (LUO_WITH_FILTER && seen->stage == LUO_SEEN_FILTER)
		return filter_again(seen);
	seen->stage = LUO_SEEN_EXACT;
	if (seen->full && seen->passes == 1) {
		clear(seen);
		/* Shares of half the room: a keyed hash does not fill one up by chance. */
		return start_pass(seen, 0, seen->met / (seen->slots / 8 * 3) + 2);
	}
	if (seen->full || seen->pass + 1 >= seen->passes)
		return false;
	clear(seen);
	return start_pass(seen, seen->pass + 1, seen->passes);
}
