/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Caller-given working memory, handed out from the bottom; the core has no other. */
#ifndef LUO_ARENA_H
#define LUO_ARENA_H

#include "types.h"

/**
 * struct luo_arena - @size bytes at @base, of which the first @used are taken
 * @peak: the highest @used so far: nothing behind it was ever written
 */
struct luo_arena {
	u8 *base;
	size_t size;
	size_t used;
	size_t peak;
};

/** luo_arena_left() - bytes that can still be had. */
static inline size_t luo_arena_left(const struct luo_arena *arena)
{
	return arena->size - arena->used;
}

/**
 * luo_arena_take() - take @len bytes, a multiple of 16
 *
 * Return: the bytes, not cleared, or NULL when there are not as many.
 */
static inline void *luo_arena_take(struct luo_arena *arena, size_t len)
{
	void *p = arena->base + arena->used;

	if (len > luo_arena_left(arena))
		return NULL;
	arena->used += len;
	if (arena->used > arena->peak)
		arena->peak = arena->used;
	return p;
}

#endif
