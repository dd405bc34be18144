/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The table behind duplicate names, duplicate tokens and pages with two owners. */
#include "seen.h"

#include "abi.h"
#include "error.h"

#define FIRST_SLOTS 256 /* 4 KiB */

#define OWNER		 ((1ULL << 56) - 1)
#define TAG(kind, owner) ((u64)(kind) << 56 | ((owner)&OWNER))

static u64 mix(u64 a, u64 b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (u64)m ^ (u64)(m >> 64);
}

/* Fold one word into a hash; the odd constants are the golden ratio's and sqrt(2)'s digits. */
static LUO_NOINLINE u64 fold(const struct luo_seen *seen, u64 h, u64 word)
{
	return mix(h ^ word ^ seen->key[0], 0x9e3779b97f4a7c15ULL ^ seen->key[1]) + word;
}

static u64 finish(const struct luo_seen *seen, u64 h)
{
	return mix(h ^ seen->key[1], 0x6a09e667f3bcc909ULL ^ seen->key[0]) ^ h;
}

static u64 hash_name(const struct luo_seen *seen, const char *name)
{
	u64 h = LUO_SEEN_NAME;

	for (u32 i = 0; i < LUO_NAME_LEN; i += 8) {
		u64 word = luo_get64(name + i);
		/* The lowest byte that is 0 marks itself; borrows only reach bytes above it. */
		u64 zero = (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;

		if (i == LUO_NAME_LEN - 8)
			word &= ~0ULL >> 8;
		if (zero)
			word &= (zero & -zero) - 1;
		h = fold(seen, h, word);
		if (zero)
			break;
	}
	return finish(seen, h);
}

static u64 hash_slot(const struct luo_seen *seen, u64 ref, u64 tag)
{
	u64 kind = tag >> 56, h;

	if (kind == LUO_SEEN_NAME)
		return hash_name(seen, (const char *)(uintptr_t)ref);
	h = kind == LUO_SEEN_TOKEN ? fold(seen, kind, tag & OWNER) : kind;
	return finish(seen, fold(seen, h, ref));
}

static LUO_NOINLINE void clear(struct luo_seen *seen)
{
	for (u64 i = 0; i <= seen->mask; i++)
		seen->slot[i].tag = 0;
	seen->used = 0;
}

static void restart(struct luo_seen *seen)
{
	clear(seen);
	seen->number = 0;
	seen->full = false;
}

/* A table of @slots, a power of two; false when the arena has no room. */
static bool take_table(struct luo_seen *seen, u64 slots)
{
	void *table = luo_arena_take(seen->arena, slots * sizeof(struct luo_seen_slot));

	if (!table)
		return false;
	seen->slot = table;
	seen->mask = slots - 1;
	clear(seen);
	return true;
}

static LUO_NOINLINE void put(struct luo_seen *seen, u64 hash, u64 ref, u64 tag)
{
	u64 i = hash & seen->mask;

	while (seen->slot[i].tag)
		i = (i + 1) & seen->mask;
	seen->slot[i] = (struct luo_seen_slot){ ref, tag };
	seen->used++;
}

/* Twice the room, behind the old table. Growing keeps small states from paying for large ones. */
static bool grow(struct luo_seen *seen)
{
	const struct luo_seen_slot *old = seen->slot;
	u64 slots = seen->mask + 1;

	if (!take_table(seen, slots * 2))
		return false;
	for (u64 i = 0; i < slots; i++)
		if (old[i].tag)
			put(seen, hash_slot(seen, old[i].ref, old[i].tag), old[i].ref, old[i].tag);
	return true;
}

/**
 * luo_seen_init() - make an empty table
 * @seen:  filled in
 * @arena: the table is taken from it, and larger ones as it grows; the caller gives all back by
 *         restoring @arena->used
 * @key:   random numbers
 *
 * Return: 0, or LUO_E_ARENA with no room for the first FIRST_SLOTS slots.
 */
int luo_seen_init(struct luo_seen *seen, struct luo_arena *arena, const u64 key[2])
{
	*seen = (struct luo_seen){ .arena = arena, .key = { key[0], key[1] }, .passes = 1 };
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

/* A page is the same whoever owns it; a token counts within its session only. */
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

/* The slot of an equal thing when there was one and nobody said so yet; else it is remembered. */
static const struct luo_seen_slot *look_up(struct luo_seen *seen, u64 ref, u64 tag)
{
	u64 hash = hash_slot(seen, ref, tag);
	bool fresh = seen->number++ >= seen->covered;

	if (seen->full || (hash >> 32) % seen->passes != seen->pass)
		return NULL;
	for (u64 i = hash & seen->mask; seen->slot[i].tag; i = (i + 1) & seen->mask)
		if (same(&seen->slot[i], ref, tag))
			return fresh ? &seen->slot[i] : NULL;
	if (seen->used > seen->mask / 4 * 3 && !grow(seen)) {
		seen->full = true;
		if (seen->passes == 1)
			seen->covered = seen->number - 1;
		return NULL;
	}
	put(seen, hash, ref, tag);
	return NULL;
}

/** luo_seen_name() - was a session of this name met? @name: a mapped field of LUO_NAME_LEN bytes.
 */
bool luo_seen_name(struct luo_seen *seen, const char *name)
{
	return look_up(seen, (uintptr_t)name, TAG(LUO_SEEN_NAME, 0));
}

/** luo_seen_token() - was this token met in this session (its position among all sessions)? */
bool luo_seen_token(struct luo_seen *seen, u64 session, u64 token)
{
	return look_up(seen, token, TAG(LUO_SEEN_TOKEN, session));
}

/**
 * luo_seen_page() - was a block met at this physical address?
 * @seen:  the table
 * @pa:    address of the block
 * @chain: number of the list that it is met in now
 * @owner: number of the list that it was met in before, when the answer is true
 */
bool luo_seen_page(struct luo_seen *seen, u64 pa, u64 chain, u64 *owner)
{
	const struct luo_seen_slot *slot = look_up(seen, pa, TAG(LUO_SEEN_PAGE, chain));

	if (slot)
		*owner = slot->tag & OWNER;
	return slot;
}

/**
 * luo_seen_again() - must the walk be done once more?
 * @seen: after a whole walk
 *
 * Return: true when another pass was set up; the caller walks again in the same order. When a
 * share still does not fit, @seen->full stays set and the answer is false.
 */
bool luo_seen_again(struct luo_seen *seen)
{
	if (seen->passes == 1) {
		if (!seen->full)
			return false;
		/* Shares of half the room: a keyed hash does not fill one up by chance. */
		seen->passes = seen->number / ((seen->mask + 1) * 3 / 8) + 1;
		if (seen->passes == 1)
			seen->passes = 2;
		seen->pass = 0;
		restart(seen);
		return true;
	}
	if (seen->full || ++seen->pass == seen->passes)
		return false;
	restart(seen);
	return true;
}
