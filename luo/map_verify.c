/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Is the map well-formed? Every node in RAM, outside scratch and reached one way; every entry RAM,
 * outside scratch, and covered by no other entry; no two bitmaps for the same pages. Leaves whose
 * whole span is plain RAM, the usual case, are only counted.
 */
#include "map.h"

#include "error.h"

/* A payload without room asks for every order; that is slower for maps of large entries only. */
#ifdef LUO_WITHOUT_FILTER
#define ALL_ORDERS true
#else
#define ALL_ORDERS false
#endif

/**
 * struct check - one verification of the map
 * @report: where findings go, NULL in walks that only look for shared nodes
 * @orders: of which there are leaves, a bit for each, once it was asked for
 */
struct check {
	struct luo_map *map;
	struct luo_report *report;
	struct luo_totals *totals;
	struct luo_seen seen;
	u64 orders;
	bool quiet;
};

static u64 popcount(u64 v)
{
	v -= v >> 1 & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + (v >> 2 & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return v * 0x0101010101010101ULL >> 56;
}

static LUO_NOINLINE void add(struct check *c, enum luo_code code, u64 pa, u64 value)
{
	if (!c->quiet)
		luo_report_part(c->report, code, LUO_SEV_PANIC, pa, value, LUO_OWNER_MAP);
}

static bool check_node(void *ctx, u64 pa)
{
	struct check *c = ctx;
	u64 other;

	if (luo_seen_page(&c->seen, pa, 0, &other)) {
		luo_report_part(c->report, LUO_M02, LUO_SEV_PANIC, pa, pa, LUO_OWNER_MAP);
		return false;
	}
	if (luo_hits_scratch(c->map->phys, pa, luo_page_size(c->map->phys)))
		add(c, LUO_M07, pa, pa);
	if (!c->quiet)
		c->totals->map_nodes++;
	return true;
}

static void bad_pointer(void *ctx, enum luo_code code, u64 pa, u64 value)
{
	struct check *c = ctx;
	u64 start;
	u32 order;

	/* Not the node but what it would stand for is outside RAM. */
	if (code == LUO_M03 && luo_map_decode(c->map, value, &start, &order)) {
		pa = start;
		value = order;
	}
	add(c, code, pa, value);
}

/* Does any entry of a lower order lie inside 2^order pages at pa? Looked at word by word. */
static bool covered_at(struct luo_map *map, u64 pa, u32 order, u32 lower)
{
	u64 bits = 1ULL << (order - lower);

	while (bits) {
		const struct luo_leaf *leaf = luo_map_leaf(map, pa, lower);
		u64 key = luo_map_key(map, pa, lower), first = key - leaf->key, here;

		here = leaf->bits ? (1ULL << map->leaf_bits) - first : luo_map_gap(map, key);
		/* On a machine that runs there may be a leaf by now. */
		if (!here)
			return false;
		here = bits < here ? bits : here;
		for (u64 i = first; leaf->bits && i < first + here;) {
			u64 word = luo_get64(leaf->bits + i / 64 * 8) >> (i % 64);
			u64 n = 64 - i % 64 < first + here - i ? 64 - i % 64 : first + here - i;

			if (n < 64)
				word &= (1ULL << n) - 1;
			if (word)
				return true;
			i += n;
		}
		bits -= here;
		pa += here << (map->phys->page_shift + lower);
	}
	return false;
}

/* The orders of which the map has leaves below the end of RAM, a bit for each; most have three. */
static u64 find_orders(const struct luo_map *map)
{
	u64 orders = 0;

	if (ALL_ORDERS || map->kind == LUO_MAP_CHUNKS)
		return ~0ULL;
	for (u32 order = 0; order < LUO_MAX_ORDERS && order < 64 - map->phys->page_shift; order++) {
		u64 end = luo_ram_end(map->phys) >> (map->phys->page_shift + order);

		orders |= (u64)(luo_map_gap(map, luo_map_key(map, 0, order)) <= end) << order;
	}
	return orders;
}

/* Does any entry of an order below @order lie inside 2^(order + more) pages at pa? */
static bool covered(struct check *c, u64 pa, u32 order, u32 more)
{
	u64 lower;

	if (order && !c->orders)
		c->orders = find_orders(c->map);
	for (lower = c->orders & ((1ULL << order) - 1); lower; lower &= lower - 1)
		if (covered_at(c->map, pa, order + more, (u32)__builtin_ctzll(lower)))
			return true;
	return false;
}

static void check_entry(struct check *c, u64 key)
{
	const struct luo_phys *phys = c->map->phys;
	u32 order = 0;
	u64 pa = 0, len;

	if (!luo_map_decode(c->map, key, &pa, &order)) {
		add(c, LUO_M06, 0, key);
		return;
	}
	len = 1ULL << (phys->page_shift + order);
	if (!luo_in_ram(phys, pa, len)) {
		add(c, LUO_M03, pa, order);
		return;
	}
	if (luo_hits_scratch(phys, pa, len))
		add(c, LUO_M04, pa, order);
	if (covered(c, pa, order, 0))
		add(c, LUO_M05, pa, order);
}

static u64 key_pa(const struct check *c, u64 key)
{
	u32 order;
	u64 pa = 0;

	luo_map_decode(c->map, key, &pa, &order);
	return pa;
}

/*
 * All RAM, no scratch, and no entry of a lower order: no entry of these keys can be wrong. @nr is a
 * power of two, and @key a multiple of it.
 */
static bool span_is_plain(struct check *c, u64 key, u64 nr)
{
	const struct luo_phys *phys = c->map->phys;
	u32 order = 0, more = (u32)__builtin_ctzll(nr);
	u64 pa = 0, len;

	/* More entries than pages: what is wrong will be found without looking at every one. */
	if (c->totals->map_entries > luo_ram_end(phys) >> phys->page_shift)
		return true;
	/* Key 0, with which orders are mixed, stands for nothing. */
	if (!luo_map_decode(c->map, key, &pa, &order) || order + more + phys->page_shift > 63)
		return false;
	len = nr << (phys->page_shift + order);
	return luo_in_ram(phys, pa, len) && !luo_hits_scratch(phys, pa, len) &&
	       !covered(c, pa, order, more);
}

static void count(struct check *c, u64 key, u64 entries)
{
	u32 order = 0;
	u64 pa;

	c->totals->map_entries += entries;
	if (!luo_map_decode(c->map, key, &pa, &order))
		return;
	c->totals->pages += entries << order;
	c->map->entries[order] += entries;
}

/* Bits that are set among @nr from @first on; @nr is a power of two and @first a multiple of it. */
static u64 set_bits(const u8 *bits, u64 first, u64 nr)
{
	const u8 *p = bits + first / 8, *end = p + nr / 8;
	u64 sum = 0;

	if (nr < 64)
		return popcount(luo_get64(bits + first / 64 * 8) >> (first % 64) &
				((1ULL << nr) - 1));
	for (; p < end; p += 8) {
		u64 word = luo_get64(p);

		if (word + 1 > 1) {
			sum += popcount(word);
			continue;
		}
		/* Most of a leaf is empty or full: eight words at a time. */
		if (end - p >= 64 && !((luo_get64(p + 8) ^ word) | (luo_get64(p + 16) ^ word) |
				       (luo_get64(p + 24) ^ word) | (luo_get64(p + 32) ^ word) |
				       (luo_get64(p + 40) ^ word) | (luo_get64(p + 48) ^ word) |
				       (luo_get64(p + 56) ^ word))) {
			sum += word & 512;
			p += 56;
			continue;
		}
		sum += word & 64;
	}
	return sum;
}

/* Eighths of what is not plain are looked at by themselves, down to single entries. */
static void check_span(struct check *c, u64 key, const u8 *bits, u64 first, u64 nr)
{
	u64 set = set_bits(bits, first, nr);

	if (!set)
		return;
	if (nr > 1 && !span_is_plain(c, key + first, nr)) {
		u64 part = (nr + 7) / 8;

		for (u64 i = 0; i < nr; i += part)
			check_span(c, key, bits, first + i, part);
		return;
	}
	count(c, key + first, set);
	if (nr == 1)
		check_entry(c, key + first);
}

static void check_leaf(void *ctx, u64 key, const u8 *bits, u64 pa)
{
	struct check *c = ctx;

	/* In a tree a key leads to one leaf; a list may have any number. */
	if (c->map->kind == LUO_MAP_CHUNKS && luo_seen_token(&c->seen, 0, key))
		luo_report_part(c->report, LUO_M09, LUO_SEV_PANIC, pa, key_pa(c, key),
				LUO_OWNER_MAP);
	if (!c->quiet)
		check_span(c, key, bits, 0, 1ULL << c->map->leaf_bits);
}

/**
 * luo_map_verify() - check the whole map
 * @map:    the map
 * @report: findings LUO_M01 to LUO_M09 are added
 * @totals: nodes, entries and pages are counted here
 * @arena:  working memory, given back
 * @key:    random numbers for a hash
 *
 * Return: 0, or LUO_E_ARENA.
 */
int luo_map_verify(struct luo_map *map, struct luo_report *report, struct luo_totals *totals,
		   struct luo_arena *arena, const u64 key[2])
{
	struct check c = { .map = map, .report = report, .totals = totals };
	struct luo_map_visitor visitor = { check_node, bad_pointer, check_leaf, &c };
	size_t used = arena->used;
	/* Leaves of order 0, of all others together, and what leads to them. */
	u64 nodes = (luo_ram_end(map->phys) >> map->leaf_bits >> map->phys->page_shift) * 3 + 256;
	int err = luo_seen_init(&c.seen, arena, key, nodes, nodes);

	if (err)
		return err;
	luo_map_walk(map, &visitor);
	c.quiet = true;
	while (luo_seen_again(&c.seen))
		luo_map_walk(map, &visitor);
	arena->used = used;
	if (c.seen.full)
		luo_report_part(report, LUO_X01, LUO_SEV_LOSE, 0, 0, LUO_OWNER_MAP);
	return 0;
}

/** struct each - the caller's function behind luo_map_each(). */
struct each {
	const struct luo_map *map;
	void (*entry)(void *ctx, u64 pa, u32 order);
	void *ctx;
};

static bool each_node(void *ctx, u64 pa)
{
	(void)ctx;
	(void)pa;
	return true;
}

static void each_bad(void *ctx, enum luo_code code, u64 pa, u64 value)
{
	(void)ctx;
	(void)code;
	(void)pa;
	(void)value;
}

static void each_leaf(void *ctx, u64 key, const u8 *bits, u64 leaf_pa)
{
	struct each *e = ctx;
	u32 order;
	u64 pa;

	(void)leaf_pa;
	for (u64 i = 0; i >> e->map->leaf_bits == 0; i++)
		if (bits[i / 8] >> (i % 8) & 1 && luo_map_decode(e->map, key + i, &pa, &order))
			e->entry(e->ctx, pa, order);
}

/** luo_map_each() - call @entry for every entry; a tree has them in the order of keys. */
void luo_map_each(const struct luo_map *map, void (*entry)(void *ctx, u64 pa, u32 order), void *ctx)
{
	struct each e = { map, entry, ctx };
	struct luo_map_visitor visitor = { each_node, each_bad, each_leaf, &e };

	luo_map_walk(map, &visitor);
}

static void no_leaf(void *ctx, u64 key, const u8 *bits, u64 leaf_pa)
{
	(void)ctx;
	(void)key;
	(void)bits;
	(void)leaf_pa;
}

/** luo_map_each_node() - call @node for every node or chunk; false leaves out what is below it. */
void luo_map_each_node(const struct luo_map *map, bool (*node)(void *ctx, u64 pa), void *ctx)
{
	struct luo_map_visitor visitor = { node, each_bad, no_leaf, ctx };

	luo_map_walk(map, &visitor);
}
