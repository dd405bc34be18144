/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The preserved-memory map of kho-v1: a chain of one-page chunks, each of one order, that list
 * one-page bitmaps. Bit b of a bitmap stands for 2^order pages at phys_start + (b << shift), with
 * shift = page shift + order.
 * Source: Linux 6.19 and 7.0, kernel/liveupdate/kexec_handover.c, struct khoser_mem_chunk and
 * kho_mem_deserialize(). (6.16 and 6.17 have bitmaps of 512 bytes under the same string.)
 *
 * A bitmap covers exactly what a leaf of the radix tree covers, so it is one: its key is that of
 * its first bit, and everything behind luo_map_leaf() and luo_map_walk() is common.
 */
#include "map.h"

#include "chain.h"
#include "error.h"

/* A chunk is a linked block: what a block of sessions has as its count is order and number. */
static const struct luo_chain_abi chunk_abi = { .linked = true, .header = 16, .entry = 16 };

#define CHUNK_ORDER  8	/* u32 */
#define CHUNK_NUMBER 12 /* u32, bitmaps listed */
#define ELM_START    0	/* u64, address that bit 0 stands for */
#define ELM_BITMAP   8	/* u64, address of the bitmap */

static u32 order_of(const struct luo_chain *c)
{
	return luo_get32(c->block + CHUNK_ORDER);
}

/* log2 of the bytes that a bitmap covers, more than 64 for an order that cannot be. */
static LUO_NOINLINE u64 span_shift(const struct luo_map *map, u32 order)
{
	return (u64)map->leaf_bits + map->phys->page_shift + order;
}

/* Bitmaps listed in the current chunk, 0 when its header cannot be believed. */
static LUO_NOINLINE u32 number_of(const struct luo_map *map, const struct luo_chain *c)
{
	u32 nr = luo_get32(c->block + CHUNK_NUMBER);

	if (nr > luo_capacity(&chunk_abi, map->phys->page_shift) ||
	    span_shift(map, order_of(c)) > 64)
		return 0;
	return nr;
}

static u64 start_of(const struct luo_chain *c, u32 i)
{
	return luo_get64(luo_chain_entry(c, i) + ELM_START);
}

/**
 * luo_chunks_sorted() - are the bitmaps listed by order, and within one by address?
 * @map: the map
 *
 * Every kernel lists them so, because it walks over xarrays (kho_mem_serialize()), and then a
 * bitmap is found without looking at all of them. A map that is not so is read just as well.
 */
bool luo_chunks_sorted(const struct luo_map *map)
{
	struct luo_chain c;
	u64 next = 0; /* the lowest start that may follow */
	u32 order = 0;
	int more;

	luo_chain_init(&c, map->phys, &chunk_abi, map->root, 0);
	while ((more = luo_chain_next(&c)) > 0) {
		u32 nr = number_of(map, &c);

		if (nr && order_of(&c) > order)
			next = 0;
		else if (nr && order_of(&c) < order)
			return false;
		order = nr ? order_of(&c) : order;
		for (u32 i = 0; i < nr; i++) {
			if (start_of(&c, i) < next)
				return false;
			next = start_of(&c, i) + 1;
		}
	}
	return !more;
}

/* The first bitmap of a chunk that does not start below an address; nr when there is none. */
static u32 first_from(const struct luo_chain *c, u32 nr, u64 start)
{
	u32 lo = 0, hi = nr;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (start_of(c, mid) < start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/**
 * luo_chunks_find() - the bitmap for an entry
 * @map:   the map
 * @start: first address that the bitmap covers
 * @order: order of its entries
 *
 * Return: physical address of the bitmap, 0 when the map has none.
 */
u64 luo_chunks_find(const struct luo_map *map, u64 start, u32 order)
{
	struct luo_chain c;

	luo_chain_init(&c, map->phys, &chunk_abi, map->root, 0);
	while (luo_chain_next(&c) > 0) {
		u32 nr = order_of(&c) == order ? number_of(map, &c) : 0, i = 0;

		if (map->sorted && nr && start_of(&c, nr - 1) < start)
			continue;
		if (map->sorted)
			i = first_from(&c, nr, start);
		while (!map->sorted && i < nr && start_of(&c, i) != start)
			i++;
		if (i < nr && start_of(&c, i) == start)
			return luo_get64(luo_chain_entry(&c, i) + ELM_BITMAP);
	}
	return 0;
}

static void visit_bitmap(const struct luo_map *map, const struct luo_map_visitor *v, u32 order,
			 const u8 *elm)
{
	u64 start = luo_get64(elm + ELM_START), pa = luo_get64(elm + ELM_BITMAP);
	u64 key = luo_map_key(map, start, order);
	const u8 *bits = luo_map_node(map, pa);

	if (start & (~0ULL >> (64 - span_shift(map, order))))
		v->bad(v->ctx, LUO_M09, pa, start);
	else if (start >= luo_ram_end(map->phys))
		v->bad(v->ctx, LUO_M03, pa, key);
	else if (!bits)
		v->bad(v->ctx, LUO_M01, pa, pa);
	else if (v->node(v->ctx, pa))
		v->leaf(v->ctx, key, bits, pa);
}

/**
 * luo_chunks_walk() - visit every chunk and every bitmap, in the order of the chain
 * @map: the map; a damaged chain ends where it is damaged, at its 10,000th chunk at the latest
 * @v:   what to call
 */
void luo_chunks_walk(const struct luo_map *map, const struct luo_map_visitor *v)
{
	struct luo_chain c;
	int more;

	luo_chain_init(&c, map->phys, &chunk_abi, map->root, 0);
	while ((more = luo_chain_next(&c)) > 0 && v->node(v->ctx, c.pa)) {
		u32 nr = number_of(map, &c);

		if (!nr && luo_get32(c.block + CHUNK_NUMBER))
			v->bad(v->ctx, LUO_M08, c.pa, luo_get64(c.block + CHUNK_ORDER));
		for (u32 i = 0; i < nr; i++)
			visit_bitmap(map, v, order_of(&c), luo_chain_entry(&c, i));
	}
	if (more == LUO_E_CYCLE)
		v->bad(v->ctx, LUO_M02, c.pa, c.pa);
	else if (more == LUO_E_LIMIT)
		v->bad(v->ctx, LUO_M08, c.pa, c.index);
	else if (more < 0)
		v->bad(v->ctx, LUO_M01, c.pa, c.pa);
}
