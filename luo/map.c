/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Questions about single entries of the map, and the walk over all of it. */
#include "map.h"

#include "error.h"

/**
 * luo_map_init() - a cursor over a radix map
 * @map:  filled in; nothing is read yet
 * @phys: the view; its page shift decides the shape of the tree
 * @root: physical address of the root node
 */
void luo_map_init(struct luo_map *map, const struct luo_phys *phys, u64 root)
{
	u32 key_bits = 64 - phys->page_shift + 1;

	__builtin_memset(map, 0, sizeof(*map));
	map->phys = phys;
	map->root = root;
	map->kind = LUO_MAP_RADIX;
	map->table = phys->page_shift - 3;
	map->leaf_bits = phys->page_shift + 3;
	map->levels = (key_bits - map->leaf_bits + map->table - 1) / map->table + 1;
}

/**
 * luo_map_open() - a cursor over a map of any kind
 * @map:  filled in
 * @phys: the view
 * @kind: enum luo_map_kind, from the row of the KHO version
 * @root: where the map starts; 0 for an empty map of kho-v1
 */
void luo_map_open(struct luo_map *map, const struct luo_phys *phys, u8 kind, u64 root)
{
	luo_map_init(map, phys, root);
	map->kind = kind;
	map->sorted = kind == LUO_MAP_CHUNKS && luo_chunks_sorted(map);
}

/** luo_map_key() - key of the entry for 2^@order pages at @pa. */
u64 luo_map_key(const struct luo_map *map, u64 pa, u32 order)
{
	u32 shift = map->phys->page_shift + order;

	return 1ULL << (64 - shift) | pa >> shift;
}

/**
 * luo_map_decode() - what a key stands for
 * @map:   the map
 * @key:   any value
 * @pa:    filled in: address of the allocation
 * @order: filled in: log2 of its pages, below LUO_MAX_ORDERS
 *
 * Return: false for keys that stand for nothing: 0, or an order that covers all addresses.
 */
bool luo_map_decode(const struct luo_map *map, u64 key, u64 *pa, u32 *order)
{
	u32 top, shift;

	if (!key)
		return false;
	top = 63 - __builtin_clzll(key);
	if (!top || top > 64 - map->phys->page_shift)
		return false;
	shift = 64 - top;
	*order = shift - map->phys->page_shift;
	*pa = key << shift;
	return true;
}

static u64 index_of(const struct luo_map *map, u64 key, u32 level)
{
	return key >> ((level - 1) * map->table + map->leaf_bits) & ((1ULL << map->table) - 1);
}

/** luo_map_node() - the page of the map at an address of any value, NULL when it cannot be one. */
const u8 *luo_map_node(const struct luo_map *map, u64 pa)
{
	u64 size = luo_page_size(map->phys);

	return pa & (size - 1) ? NULL : luo_map(map->phys, pa, size);
}

/* Address of the leaf with a key, 0 without one. */
static LUO_NOINLINE u64 find_leaf(const struct luo_map *map, u64 key)
{
	u64 pa = map->root;
	const u8 *node;

	for (u32 level = map->levels - 1; level; level--) {
		node = luo_map_node(map, pa);
		pa = node ? luo_get64(node + index_of(map, key, level) * 8) : 0;
		if (!pa)
			return 0;
	}
	return pa;
}

/**
 * luo_map_gap() - how far does the map have no leaf?
 * @map: the map
 * @key: where to begin
 *
 * Return: keys from @key on that have none, because a pointer on the way to them is 0 or leads
 * nowhere; 0 when there is a leaf, at least what is left of one for a list of bitmaps.
 */
u64 luo_map_gap(const struct luo_map *map, u64 key)
{
	u32 level = map->kind == LUO_MAP_CHUNKS ? 1 : map->levels - 1, shift;
	/* An odd address is no node's: there may be RAM at 0. */
	u64 pa = map->kind == LUO_MAP_CHUNKS ? 1 : map->root;
	const u8 *node;

	for (; level; level--) {
		node = luo_map_node(map, pa);
		pa = node ? luo_get64(node + index_of(map, key, level) * 8) : 0;
		shift = (level - 1) * map->table + map->leaf_bits;
		if (!pa)
			return (1ULL << shift) - (key & ((1ULL << shift) - 1));
	}
	/* What is to be the leaf may not be one. */
	return luo_map_node(map, pa)
		       ? 0
		       : (1ULL << map->leaf_bits) - (key & ((1ULL << map->leaf_bits) - 1));
}

/** luo_map_leaf() - the leaf for an entry, from the cache when the last one was the same. */
const struct luo_leaf *luo_map_leaf(struct luo_map *map, u64 pa, u32 order)
{
	u64 key = luo_map_key(map, pa, order);
	struct luo_leaf *leaf = &map->cache[order];
	u64 first = key >> map->leaf_bits << map->leaf_bits;

	if (leaf->valid && leaf->key == first)
		return leaf;
	if (map->kind == LUO_MAP_CHUNKS)
		pa = luo_chunks_find(map, first << (map->phys->page_shift + order), order);
	else
		pa = find_leaf(map, key);
	*leaf = (struct luo_leaf){ first, pa, pa ? luo_map_node(map, pa) : NULL, true };
	return leaf;
}

static bool fits(const struct luo_map *map, u64 pa, u32 order)
{
	return order < 64 - map->phys->page_shift &&
	       !(pa & ((1ULL << (map->phys->page_shift + order)) - 1));
}

/**
 * luo_map_test() - is exactly this allocation preserved?
 * @map:   the map; damaged trees are safe to ask
 * @pa:    any value
 * @order: log2 of its pages, any value
 *
 * Return: true when the map has the entry (pa, order); entries of other orders do not count.
 */
bool luo_map_test(struct luo_map *map, u64 pa, u32 order)
{
	const struct luo_leaf *leaf;
	u64 bit;

	if (!fits(map, pa, order))
		return false;
	leaf = luo_map_leaf(map, pa, order);
	if (!leaf->bits)
		return false;
	bit = luo_map_key(map, pa, order) - leaf->key;
	return leaf->bits[bit / 8] >> (bit % 8) & 1;
}

/**
 * luo_map_word() - where an entry's bit is kept
 * @map:     the map
 * @pa:      address of the allocation
 * @order:   its order
 * @word_pa: physical address of the aligned 64-bit word
 * @mask:    the bit in that word, read in native order
 *
 * Return: 0, or LUO_E_NONE when the map has no such entry.
 */
int luo_map_word(struct luo_map *map, u64 pa, u32 order, u64 *word_pa, u64 *mask)
{
	const struct luo_leaf *leaf;
	u64 bit;

	if (!luo_map_test(map, pa, order))
		return LUO_E_NONE;
	leaf = luo_map_leaf(map, pa, order);
	bit = luo_map_key(map, pa, order) - leaf->key;
	*word_pa = leaf->pa + bit / 64 * 8;
	*mask = 1ULL << (bit % 64);
	return 0;
}

/**
 * struct walk - a place in the walk
 * @node:  mapped nodes from the root down
 * @index: next index to look at, by level
 * @key:   key bits fixed so far, by level
 */
struct walk {
	const u8 *node[LUO_MAX_LEVELS];
	u64 index[LUO_MAX_LEVELS];
	u64 key[LUO_MAX_LEVELS];
};

/*
 * Can a sub-tree hold anything that is RAM? Asking this before going down bounds the whole walk
 * by the size of RAM, however the nodes point at each other. Below index 0 orders are mixed.
 */
static bool worth_going(const struct luo_map *map, u64 key)
{
	u64 pa;
	u32 order;

	if (!key)
		return true;
	return luo_map_decode(map, key, &pa, &order) && pa < luo_ram_end(map->phys);
}

/* Go to the node at pa, which stands for the keys from key on; NULL when that cannot be. */
static const u8 *enter(const struct luo_map *map, const struct luo_map_visitor *v, u64 pa, u64 key)
{
	const u8 *node = luo_map_node(map, pa);

	if (key >> (65 - map->phys->page_shift))
		v->bad(v->ctx, LUO_M06, pa, key);
	else if (!worth_going(map, key))
		v->bad(v->ctx, LUO_M03, pa, key);
	else if (!node)
		v->bad(v->ctx, LUO_M01, pa, pa);
	else if (v->node(v->ctx, pa))
		return node;
	return NULL;
}

/*
 * First pointer from index i on that is not 0, or the number of pointers of a node. Most are: eight
 * at a time.
 */
static u64 next_pointer(const struct luo_map *map, const u8 *node, u64 i)
{
	u64 end = 1ULL << map->table, step;

	for (; i < end; i += step) {
		const u8 *p = node + i * 8;

		if (luo_get64(p))
			break;
		step = i & 7 || luo_get64(p + 8) | luo_get64(p + 16) | luo_get64(p + 24) |
					       luo_get64(p + 32) | luo_get64(p + 40) |
					       luo_get64(p + 48) | luo_get64(p + 56)
			       ? 1
			       : 8;
	}
	return i;
}

/* One step at a level above the leaves: look at the next pointer. Returns the level to go on. */
static u32 step(const struct luo_map *map, const struct luo_map_visitor *v, struct walk *w,
		u32 level)
{
	u64 i = next_pointer(map, w->node[level], w->index[level]);
	u64 pa, key;
	const u8 *child;

	w->index[level] = i + 1;
	if (i >> map->table)
		return level + 1;
	pa = luo_get64(w->node[level] + i * 8);
	key = w->key[level] | i << ((level - 1) * map->table + map->leaf_bits);
	child = enter(map, v, pa, key);
	if (!child)
		return level;
	if (level == 1) {
		v->leaf(v->ctx, key, child, pa);
		return level;
	}
	w->node[level - 1] = child;
	w->index[level - 1] = 0;
	w->key[level - 1] = key;
	return level - 1;
}

/**
 * luo_map_walk() - visit every node of the map, in the order of the keys or of the chunks
 * @map:     the map; damaged ones end, after a number of steps bounded by the size of RAM or by
 *           the longest chain of chunks
 * @visitor: what to call
 */
void luo_map_walk(const struct luo_map *map, const struct luo_map_visitor *visitor)
{
	struct walk w = { 0 };
	u32 level = map->levels - 1;

	if (map->kind == LUO_MAP_CHUNKS) {
		luo_chunks_walk(map, visitor);
		return;
	}
	w.node[level] = enter(map, visitor, map->root, 0);
	if (!w.node[level])
		return;
	while (level < map->levels)
		level = step(map, visitor, &w, level);
}
