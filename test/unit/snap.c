/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A copy of all memory of a machine, in 4 KiB pieces; pieces of zeroes take no room. */
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define PIECE 4096

struct snap {
	u64 nr[2];
	u8 **piece[2];
};

static const u8 zero[PIECE];

static const u8 *piece_of(const struct snap *s, u32 bank, u64 i)
{
	return s->piece[bank][i] ? s->piece[bank][i] : zero;
}

static u8 *copy_of(const u8 *mem)
{
	u8 *copy;

	if (!memcmp(mem, zero, PIECE))
		return NULL;
	copy = malloc(PIECE);
	assert_non_null(copy);
	return memcpy(copy, mem, PIECE);
}

struct snap *snap_take(const struct world *w)
{
	struct snap *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	for (u32 b = 0; b < 2; b++) {
		s->nr[b] = w->bank[b].size / PIECE;
		s->piece[b] = calloc(s->nr[b], sizeof(u8 *));
		assert_non_null(s->piece[b]);
		for (u64 i = 0; i < s->nr[b]; i++)
			s->piece[b][i] = copy_of(w->bank[b].mem + i * PIECE);
	}
	return s;
}

void snap_restore(const struct snap *s, struct world *w)
{
	for (u32 b = 0; b < 2; b++)
		for (u64 i = 0; i < s->nr[b]; i++) {
			u8 *mem = w->bank[b].mem + i * PIECE;

			if (memcmp(mem, piece_of(s, b, i), PIECE))
				memcpy(mem, piece_of(s, b, i), PIECE);
		}
}

static bool allowed(u64 pa, const struct luo_range *range, u32 nr)
{
	for (u32 i = 0; i < nr; i++)
		if (pa >= range[i].start && pa - range[i].start < range[i].size)
			return true;
	return false;
}

static void expect_piece(u64 pa, const u8 *old, const u8 *now, const struct luo_range *range,
			 u32 nr)
{
	if (!memcmp(old, now, PIECE))
		return;
	for (u64 i = 0; i < PIECE; i++)
		if (old[i] != now[i] && !allowed(pa + i, range, nr))
			fail_msg("byte at %#llx changed from %02x to %02x",
				 (unsigned long long)(pa + i), old[i], now[i]);
}

/* Nothing changed outside the given ranges. */
void snap_expect(const struct snap *s, const struct world *w, const struct luo_range *range, u32 nr)
{
	for (u32 b = 0; b < 2; b++)
		for (u64 i = 0; i < s->nr[b]; i++)
			expect_piece(w->bank[b].start + i * PIECE, piece_of(s, b, i),
				     w->bank[b].mem + i * PIECE, range, nr);
}

/* Is all memory as it was? */
bool snap_same(const struct snap *s, const struct world *w)
{
	for (u32 b = 0; b < 2; b++)
		for (u64 i = 0; i < s->nr[b]; i++)
			if (memcmp(piece_of(s, b, i), w->bank[b].mem + i * PIECE, PIECE))
				return false;
	return true;
}

void snap_free(struct snap *s)
{
	for (u32 b = 0; b < 2; b++) {
		for (u64 i = 0; i < s->nr[b]; i++)
			free(s->piece[b][i]);
		free(s->piece[b]);
	}
	free(s);
}
