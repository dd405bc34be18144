/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A writer of the radix map. For a page size of 2^PSH a node holds 2^T addresses (T = PSH - 3) and
 * a leaf 2^B bits (B = PSH + 3). The key of a block puts a marker bit above the number of the
 * block, so that one tree holds all orders; the root is always at level D - 1.
 */
#include "world.h"

u64 world_key(u32 shift, u64 pa, u32 order)
{
	u32 s = shift + order;

	return 1ULL << (64 - s) | pa >> s;
}

u32 world_depth(u32 shift)
{
	u32 width = 64 - shift + 1, leaf = shift + 3, table = shift - 3;

	return (width - leaf + table - 1) / table + 1;
}

u32 world_index(u32 shift, u64 key, u32 level)
{
	u32 table = shift - 3, leaf = shift + 3;

	return key >> ((level - 1) * table + leaf) & ((1U << table) - 1);
}

u32 world_leaf_bit(u32 shift, u64 key)
{
	return key & ((1U << (shift + 3)) - 1);
}

u64 world_new_node(struct world *w)
{
	u64 pa = w->node_at;

	w->node_at += world_page(w);
	assert_true(w->node_at <= NODE_END);
	w->nodes++;
	return pa;
}

/* The node at @level on the way to @key, made when it is not there yet. */
static u64 node_of(struct world *w, u64 key, u32 level)
{
	u64 pa = w->root;

	for (u32 l = world_depth(w->shift) - 1; l > level; l--) {
		u64 slot = pa + 8ULL * world_index(w->shift, key, l);

		if (!world_get(w, slot))
			world_put(w, slot, world_new_node(w));
		pa = world_get(w, slot);
	}
	return pa;
}

u64 world_node(struct world *w, u64 pa, u32 order, u32 level)
{
	return node_of(w, world_key(w->shift, pa, order), level);
}

/* Set or clear the bit of a key; returns the address of its byte. */
u64 world_set_key(struct world *w, u64 key, bool on)
{
	u32 bit = world_leaf_bit(w->shift, key);
	u64 at = node_of(w, key, 0) + bit / 8;
	u8 *p = world_at(w, at, 1), mask = 1U << bit % 8;

	*p = on ? *p | mask : *p & ~mask;
	return at;
}

bool world_preserved(struct world *w, u64 pa, u32 order)
{
	u64 mask, word = world_map_word(w, pa, order, &mask);

	return world_get(w, word) & mask;
}

/* The aligned 64-bit word with the bit of (pa, order), and the bit in it (little endian). */
u64 world_map_word(struct world *w, u64 pa, u32 order, u64 *mask)
{
	u64 key = world_key(w->shift, pa, order);
	u32 bit = world_leaf_bit(w->shift, key);

	if (w->v1)
		return world_chunk_word(w, pa, order, mask);
	*mask = 1ULL << bit % 64;
	return node_of(w, key, 0) + bit / 64 * 8;
}

void world_preserve(struct world *w, u64 pa, u32 order)
{
	u64 mask, word = world_map_word(w, pa, order, &mask);

	assert_false(world_preserved(w, pa, order));
	world_put(w, word, world_get(w, word) | mask);
	w->pages += 1ULL << order;
	w->entries++;
}

void world_forget(struct world *w, u64 pa, u32 order)
{
	u64 mask, word = world_map_word(w, pa, order, &mask);

	assert_true(world_preserved(w, pa, order));
	world_put(w, word, world_get(w, word) & ~mask);
	w->pages -= 1ULL << order;
	w->entries--;
}
