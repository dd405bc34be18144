/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The table behind duplicate names, duplicate tokens and pages with two owners. */
#include "seen.h"

#include "abi.h"
#include "error.h"

#define TAG(kind, owner) ((u64)(kind) << 56 | ((owner) & ((1ULL << 56) - 1)))

static u64 mix(u64 a, u64 b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (u64)m ^ (u64)(m >> 64);
}

/* Fold one word into a hash; the odd constants are the golden ratio's and sqrt(2)'s digits. */
static u64 fold(const struct luo_seen *seen, u64 h, u64 word)
{
	return mix(h ^ word ^ seen->key[0], 0x9e3779b97f4a7c15ULL ^ seen->key[1]) + word;
}

static u64 finish(const struct luo_seen *seen, u64 h)
{
	return mix(h ^ seen->key[1], 0x6a09e667f3bcc909ULL ^ seen->key[0]) ^ h;
}

static void clear(struct luo_seen *seen)
{
	for (u64 i = 0; i <= seen->mask; i++)
		seen->slot[i].tag = 0;
	seen->used = 0;
	seen->number = 0;
	seen->full = false;
}

/**
 * luo_seen_init() - make an empty table of all that is left of an arena
 * @seen:  filled in
 * @arena: all of it is taken that makes a power of two of slots
 * @key:   random numbers
 *
 * Return: 0, or LUO_E_ARENA with fewer than 64 slots.
 */
int luo_seen_init(struct luo_seen *seen, struct luo_arena *arena, const u64 key[2])
{
	u64 slots = 64;

	while (slots * 2 * sizeof(struct luo_seen_slot) <= luo_arena_left(arena))
		slots *= 2;
	*seen = (struct luo_seen){.mask = slots - 1, .key = {key[0], key[1]}, .passes = 1};
	seen->slot = luo_arena_take(arena, slots * sizeof(struct luo_seen_slot));
	if (!seen->slot)
		return LUO_E_ARENA;
	clear(seen);
	return 0;
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
static const struct luo_seen_slot *look_up(struct luo_seen *seen, u64 hash, u64 ref, u64 tag)
{
	bool fresh = seen->number++ >= seen->covered;
	u64 i = hash & seen->mask;

	if (seen->full || (hash >> 32) % seen->passes != seen->pass)
		return NULL;
	for (; seen->slot[i].tag; i = (i + 1) & seen->mask)
		if (same(&seen->slot[i], ref, tag))
			return fresh ? &seen->slot[i] : NULL;
	if (seen->used > seen->mask / 4 * 3) {
		seen->full = true;
		if (seen->passes == 1)
			seen->covered = seen->number - 1;
		return NULL;
	}
	seen->slot[i] = (struct luo_seen_slot){ref, tag};
	seen->used++;
	return NULL;
}

/** luo_seen_name() - was a session of this name met? @name: a mapped field of LUO_NAME_LEN bytes.
 */
bool luo_seen_name(struct luo_seen *seen, const char *name)
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
	return look_up(seen, finish(seen, h), (uintptr_t)name, TAG(LUO_SEEN_NAME, 0));
}

/** luo_seen_token() - was this token met in this session (its position among all sessions)? */
bool luo_seen_token(struct luo_seen *seen, u64 session, u64 token)
{
	u64 h = fold(seen, fold(seen, LUO_SEEN_TOKEN, session), token);

	return look_up(seen, finish(seen, h), token, TAG(LUO_SEEN_TOKEN, session));
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
	u64 h = fold(seen, LUO_SEEN_PAGE, pa);
	const struct luo_seen_slot *slot;

	slot = look_up(seen, finish(seen, h), pa, TAG(LUO_SEEN_PAGE, chain));
	if (slot)
		*owner = slot->tag & ((1ULL << 56) - 1);
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
		clear(seen);
		return true;
	}
	if (seen->full || ++seen->pass == seen->passes)
		return false;
	clear(seen);
	return true;
}
