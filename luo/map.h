/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The preserved-memory map. Of kho-v2 to kho-v4: a radix tree of pages whose leaves are bitmaps.
 * Source: Linux 7.1 to 7.3, include/linux/kho/abi/kexec_handover.h (kho_radix_*) and
 * kernel/liveupdate/kexec_handover.c. Of kho-v1: a list of the same bitmaps, see map_chunks.c.
 *
 * An entry says "2^order pages at pa are preserved as one allocation". Its key is
 * (1 << (64 - shift)) | (pa >> shift) with shift = page shift + order; the low bits of the key
 * are the bit in a leaf, the bits above are the indices of the nodes on the way, root first.
 */
#ifndef LUO_MAP_H
#define LUO_MAP_H

#include "arena.h"
#include "phys.h"
#include "report.h"
#include "seen.h"

#define LUO_MAX_ORDERS 52 /* with 4K pages; one more would cover the whole address space */
#define LUO_MAX_LEVELS 6  /* with 4K pages */

/**
 * struct luo_leaf - the leaf that was used last for an order, so that neighbours cost no walk
 * @key:   first key of the leaf
 * @pa:    its address; 0 when the map has no such leaf
 * @bits:  its mapped bitmap, NULL likewise
 * @valid: the entry was filled in
 */
struct luo_leaf {
	u64 key;
	u64 pa;
	const u8 *bits;
	bool valid;
};

/**
 * struct luo_map - a cursor over the map
 * @phys:      the view
 * @root:      physical address of the root node or of the first chunk
 * @kind:      enum luo_map_kind
 * @sorted:    a list of bitmaps is in order, so that it need not be searched through
 * @table:     log2 of the entries of a node
 * @leaf_bits: log2 of the bits of a leaf
 * @levels:    levels, leaves included
 * @cache:     by order
 * @entries:   by order, once luo_map_verify() has counted them
 */
struct luo_map {
	const struct luo_phys *phys;
	u64 root;
	u8 kind;
	bool sorted;
	u8 table;
	u8 leaf_bits;
	u8 levels;
	struct luo_leaf cache[LUO_MAX_ORDERS];
	u64 entries[LUO_MAX_ORDERS];
};

/**
 * struct luo_map_visitor - what a walk over the whole map calls
 * @node: for every node and leaf at @pa, before it is read; false: do not go there
 * @bad:  for what cannot be followed: LUO_M01 to LUO_M03, LUO_M06, LUO_M08 or LUO_M09
 * @leaf: for every leaf that was gone to; @key is the key of its first bit
 */
struct luo_map_visitor {
	bool (*node)(void *ctx, u64 pa);
	void (*bad)(void *ctx, enum luo_code code, u64 pa, u64 value);
	void (*leaf)(void *ctx, u64 key, const u8 *bits, u64 pa);
	void *ctx;
};

void luo_map_init(struct luo_map *map, const struct luo_phys *phys, u64 root);
void luo_map_open(struct luo_map *map, const struct luo_phys *phys, u8 kind, u64 root);
const u8 *luo_map_node(const struct luo_map *map, u64 pa);
const struct luo_leaf *luo_map_leaf(struct luo_map *map, u64 pa, u32 order);
u64 luo_map_gap(const struct luo_map *map, u64 key);
u64 luo_map_key(const struct luo_map *map, u64 pa, u32 order);
bool luo_map_decode(const struct luo_map *map, u64 key, u64 *pa, u32 *order);
bool luo_map_test(struct luo_map *map, u64 pa, u32 order);
int luo_map_word(struct luo_map *map, u64 pa, u32 order, u64 *word_pa, u64 *mask);
void luo_map_walk(const struct luo_map *map, const struct luo_map_visitor *visitor);
int luo_map_verify(struct luo_map *map, struct luo_report *report, struct luo_totals *totals,
		   struct luo_arena *arena, const u64 key[2]);
void luo_map_each_node(const struct luo_map *map, bool (*node)(void *ctx, u64 pa), void *ctx);
void luo_map_each(const struct luo_map *map, void (*entry)(void *ctx, u64 pa, u32 order),
		  void *ctx);

/* map_chunks.c: kho-v1; for the functions above only */
bool luo_chunks_sorted(const struct luo_map *map);
u64 luo_chunks_find(const struct luo_map *map, u64 start, u32 order);
void luo_chunks_walk(const struct luo_map *map, const struct luo_map_visitor *v);

#endif
