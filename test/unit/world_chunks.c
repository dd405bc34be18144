/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A writer of the chunk map of kho-v1. A chunk is one page: next @0, order u32 @8, number of
 * bitmaps u32 @12, then {first address, bitmap} from 16 on. A bitmap is one page; bit b stands for
 * the block at first address + (b << (order + page shift)), so its first address is a multiple
 * of page size * 8 such blocks. Chunks come in the order in which they are needed.
 */
#include <string.h>

#include "world.h"

static u32 get32(const struct world *w, u64 pa)
{
	u32 v;

	memcpy(&v, world_at(w, pa, 4), 4);
	return v;
}

void world_put32(struct world *w, u64 pa, u32 value)
{
	memcpy(world_at(w, pa, 4), &value, 4);
}

/* A further chunk of this order at the end of the chain, or the first one. */
u64 world_new_chunk(struct world *w, u32 order)
{
	u64 pa = world_new_node(w), last = w->root;

	while (last && world_get(w, last))
		last = world_get(w, last);
	if (last)
		world_put(w, last, pa);
	else
		w->root = pa;
	world_put32(w, pa + 8, order);
	return pa;
}

/* List a bitmap in a chunk. */
void world_list_bitmap(struct world *w, u64 chunk, u64 start, u64 bitmap)
{
	u32 nr = get32(w, chunk + 12);

	world_put(w, chunk + 16 + nr * 16, start);
	world_put(w, chunk + 24 + nr * 16, bitmap);
	world_put32(w, chunk + 12, nr + 1);
}

/* What a bitmap of this order covers, in bytes. */
u64 world_span(const struct world *w, u32 order)
{
	return world_page(w) * 8 << (order + w->shift);
}

u64 world_bitmap(struct world *w, u64 pa, u32 order)
{
	u64 start = pa / world_span(w, order) * world_span(w, order), chunk, room = 0, bitmap;

	for (chunk = w->root; chunk; chunk = world_get(w, chunk)) {
		u32 nr = get32(w, chunk + 12);

		if (get32(w, chunk + 8) != order)
			continue;
		for (u32 i = 0; i < nr; i++)
			if (world_get(w, chunk + 16 + i * 16) == start)
				return world_get(w, chunk + 24 + i * 16);
		if (nr < (world_page(w) - 16) / 16)
			room = chunk;
	}
	bitmap = world_new_node(w);
	world_list_bitmap(w, room ? room : world_new_chunk(w, order), start, bitmap);
	return bitmap;
}

/* The aligned 64-bit word with the bit of (pa, order), and the bit in it (little endian). */
u64 world_chunk_word(struct world *w, u64 pa, u32 order, u64 *mask)
{
	u64 bit = pa % world_span(w, order) >> (order + w->shift);

	*mask = 1ULL << bit % 64;
	return world_bitmap(w, pa, order) + bit / 64 * 8;
}
