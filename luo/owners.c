/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The leaves of the map with a bit for each claim, and claims of single entries. */
#include "owners.h"

#include "error.h"

#define SLOT sizeof(struct luo_leaf_claims)

_Static_assert(SLOT % 16 == 0, "the arena gives multiples of 16");

/* The slot of a leaf, or the free one where it belongs. There is always a free one. */
static struct luo_leaf_claims *slot_of(const struct luo_owners *o, u64 key)
{
	unsigned __int128 m = (unsigned __int128)(key ^ o->seed) * 0x9e3779b97f4a7c15ULL;
	u64 i = (u64)m ^ (u64)(m >> 64);

	while (o->slot[i & o->mask].bits && o->slot[i & o->mask].key != key)
		i++;
	return &o->slot[i & o->mask];
}

/** luo_owners_add() - report something; the second walk meets everything again and is silent. */
void luo_owners_add(struct luo_owners *o, enum luo_code code, u8 severity, u64 pa, u64 value,
		    const struct luo_owner *owner)
{
	if (!o->again)
		luo_report_add(o->report, code, severity, pa, value, owner);
}

/**
 * struct collect - the two walks over the map
 * @o:      the answer
 * @leaves: those that were counted; in the second walk, what is left of the room for as many
 * @shadow: where the next leaf's claims go
 * @grown:  the second walk met more leaves than were counted
 */
struct collect {
	struct luo_owners *o;
	u64 leaves;
	u8 *shadow;
	bool grown;
};

static bool any_node(void *ctx, u64 pa)
{
	struct collect *c = ctx;

	(void)pa;
	c->o->nodes++;
	return true;
}

/* What cannot be followed was reported when the map was verified. */
static void bad_pointer(void *ctx, enum luo_code code, u64 pa, u64 value)
{
	(void)ctx;
	(void)code;
	(void)pa;
	(void)value;
}

static void count_leaf(void *ctx, u64 key, const u8 *bits, u64 pa)
{
	struct collect *c = ctx;

	(void)key;
	(void)bits;
	(void)pa;
	c->leaves++;
}

static void count_entry(struct luo_owners *o, u64 key)
{
	u32 order;
	u64 pa;

	if (!luo_map_decode(&o->map, key, &pa, &order))
		return;
	o->orders |= 1ULL << order;
	o->by_order[order].entries++;
	o->by_order[order].pages += 1ULL << order;
	o->total.entries++;
	o->total.pages += 1ULL << order;
}

static void take_leaf(void *ctx, u64 key, const u8 *bits, u64 pa)
{
	struct collect *c = ctx;
	struct luo_leaf_claims *slot = slot_of(c->o, key);

	(void)pa;
	if (slot->bits)
		return;
	/* On a machine that runs the map may have grown since its leaves were counted. */
	if (!c->leaves) {
		c->grown = true;
		return;
	}
	c->leaves--;
	*slot = (struct luo_leaf_claims){ .key = key, .bits = bits, .claimed = (u64 *)c->shadow };
	__builtin_memset(slot->claimed, 0, luo_page_size(c->o->phys));
	c->shadow += 2 * luo_page_size(c->o->phys);
	for (u64 i = 0; i >> c->o->map.leaf_bits == 0; i += 64)
		for (u64 word = luo_get64(bits + i / 8); word; word &= word - 1)
			count_entry(c->o, key + i + (u64)__builtin_ctzll(word));
}

/** luo_owners_map_sound() - can the map be walked without meeting anything twice? */
bool luo_owners_map_sound(const struct luo_report *report)
{
	const u64 *n = report->by_code;

	return !n[LUO_M01] && !n[LUO_M02] && !n[LUO_M06] && !n[LUO_M08] && !n[LUO_M09] &&
	       !n[LUO_X01];
}

/**
 * luo_owners_need() - working memory for a map
 * @phys:   the view
 * @totals: of a verification of the map
 *
 * Return: bytes with which luo_owners_init() succeeds.
 */
u64 luo_owners_need(const struct luo_phys *phys, const struct luo_totals *totals)
{
	/* A node is a page of RAM, so this cannot wrap. */
	return (totals->map_nodes + 1) * (2 * luo_page_size(phys) + 4 * SLOT);
}

static bool take_memory(struct luo_owners *o, struct luo_arena *arena, u64 leaves, u8 **shadow)
{
	u64 slots = 2;

	while (slots < leaves * 2)
		slots *= 2;
	o->mask = slots - 1;
	o->slot = luo_arena_take(arena, slots * SLOT);
	*shadow = o->slot ? luo_arena_take(arena, 2 * leaves << o->phys->page_shift) : NULL;
	if (!*shadow)
		return false;
	__builtin_memset(o->slot, 0, slots * SLOT);
	return true;
}

/**
 * luo_owners_init() - begin with a map of which nothing is claimed
 * @o:      filled in
 * @phys:   the view
 * @state:  says where the map is, and that there is one
 * @report: of a verification of the map; more findings will be added
 * @arena:  luo_owners_need() bytes are taken from it, and stay in use as long as @o
 * @seed:   a random number
 *
 * Return: 0; LUO_E_FORMAT when the map is too damaged to be asked; LUO_E_ARENA, also when the map
 * grew while it was walked over, as it may on a machine that runs.
 */
int luo_owners_init(struct luo_owners *o, const struct luo_phys *phys,
		    const struct luo_state *state, struct luo_report *report,
		    struct luo_arena *arena, u64 seed)
{
	struct collect c = { .o = o };
	struct luo_map_visitor visitor = { any_node, bad_pointer, count_leaf, &c };

	__builtin_memset(o, 0, sizeof(*o));
	o->phys = phys;
	o->report = report;
	o->seed = seed;
	if (!luo_owners_map_sound(report))
		return LUO_E_FORMAT;
	luo_map_open(&o->map, phys, state->kho->map, state->map_pa);
	luo_map_walk(&o->map, &visitor);
	if (!take_memory(o, arena, c.leaves, &c.shadow))
		return LUO_E_ARENA;
	o->nodes = 0;
	visitor.leaf = take_leaf;
	luo_map_walk(&o->map, &visitor);
	return c.grown ? LUO_E_ARENA : 0;
}

/* The leaf that would hold an entry, NULL without one, and its bit there. */
static struct luo_leaf_claims *find(struct luo_owners *o, u64 pa, u32 order, u64 *bit)
{
	struct luo_leaf_claims *leaf;
	u64 key, first;

	if (order >= LUO_MAX_ORDERS || !(o->orders >> order & 1) ||
	    pa & ((1ULL << (o->phys->page_shift + order)) - 1))
		return NULL;
	key = luo_map_key(&o->map, pa, order);
	first = key >> o->map.leaf_bits << o->map.leaf_bits;
	*bit = key - first;
	leaf = o->recent[order];
	if (!leaf || leaf->key != first)
		leaf = slot_of(o, first);
	if (!leaf->bits)
		return NULL;
	o->recent[order] = leaf;
	return leaf->bits[*bit / 8] >> (*bit % 8) & 1 ? leaf : NULL;
}

/** luo_owners_has() - does the map have an entry? @pa and @order: any value. */
bool luo_owners_has(struct luo_owners *o, u64 pa, u32 order)
{
	u64 bit;

	return find(o, pa, order, &bit);
}

/** luo_owners_is_claimed() - does an entry have an owner? @pa and @order: any value. */
bool luo_owners_is_claimed(struct luo_owners *o, u64 pa, u32 order)
{
	u64 bit;
	const struct luo_leaf_claims *leaf = find(o, pa, order, &bit);

	return leaf && leaf->claimed[bit / 64] >> (bit % 64) & 1;
}

/** luo_owners_claimed() - which entries of the leaf with this first key have owners, or NULL. */
const u64 *luo_owners_claimed(const struct luo_owners *o, u64 key)
{
	return slot_of(o, key)->claimed;
}

/**
 * luo_owners_order() - which entry starts at an address?
 * @pa: any value
 *
 * The kernel takes the order of what it restores from the map: kho_restore_page(), Linux 7.1 to
 * 7.3, asks only that an entry starts at the address.
 *
 * Return: its order (of several, which LUO_M05 reports, the lowest), or -1.
 */
int luo_owners_order(struct luo_owners *o, u64 pa)
{
	for (u64 left = o->orders; left; left &= left - 1)
		if (luo_owners_has(o, pa, (u32)__builtin_ctzll(left)))
			return __builtin_ctzll(left);
	return -1;
}

/* What is content only is lost with its page; structures are followed, wherever they lead then. */
static u8 severity_of(u8 kind)
{
	return kind == LUO_CLAIMS_FOLIO || kind == LUO_CLAIMS_ARRAY || kind >= LUO_CLAIMS_MEMBLOCK
		       ? LUO_SEV_LOSE
		       : LUO_SEV_PANIC;
}

static bool is_block(u8 kind)
{
	return kind == LUO_CLAIMS_SESSIONS || kind == LUO_CLAIMS_FILES;
}

/* Lists that meet or loop were reported as such. */
static bool was_told(u8 a, u8 b)
{
	return is_block(a) && is_block(b);
}

/* Remember it: the first owner is known after a second walk. Beyond that many it is left out. */
static void claimed_twice(struct luo_owners *o, u8 kind, u64 pa, u32 order,
			  const struct luo_owner *owner)
{
	o->partial = true;
	if (o->again)
		return;
	if (o->nr_twice < LUO_MAX_TWICE)
		o->twice[o->nr_twice++] = (struct luo_twice){ pa, order, kind, *owner };
	else if (!was_told(kind, kind))
		luo_owners_add(o, LUO_M10, severity_of(kind), pa, order, owner);
}

/* In the second walk: is this the first owner of an entry that has two? */
static void claimed_first(struct luo_owners *o, u8 kind, u64 pa, u32 order,
			  const struct luo_owner *owner)
{
	bool told = false;

	for (u32 i = 0; i < o->nr_twice; i++) {
		const struct luo_twice *t = &o->twice[i];

		if (t->pa != pa || t->order != order || was_told(kind, t->kind))
			continue;
		if (!told)
			luo_report_add(o->report, LUO_M10, severity_of(kind), pa, order, owner);
		luo_report_add(o->report, LUO_M10, severity_of(t->kind), pa, order, &t->owner);
		told = true;
	}
}

/**
 * luo_owners_claim() - claim one entry of the map
 * @o:     the walk
 * @kind:  enum luo_claimant
 * @pa:    address, any value
 * @order: log2 of its pages, any value
 * @owner: named when there are two
 *
 * Return: enum luo_claim.
 */
enum luo_claim luo_owners_claim(struct luo_owners *o, u8 kind, u64 pa, u32 order,
				const struct luo_owner *owner)
{
	u64 bit;
	struct luo_leaf_claims *leaf = find(o, pa, order, &bit);

	if (!leaf) {
		o->partial = true;
		return LUO_CLAIM_MISSING;
	}
	if (leaf->claimed[bit / 64] >> (bit % 64) & 1) {
		claimed_twice(o, kind, pa, order, owner);
		return LUO_CLAIM_TWICE;
	}
	leaf->claimed[bit / 64] |= 1ULL << (bit % 64);
	o->owned[kind].entries++;
	o->owned[kind].pages += 1ULL << order;
	if (o->watch && !o->again)
		o->watch->claimed(o->watch->ctx, kind, pa, order, owner);
	if (o->again)
		claimed_first(o, kind, pa, order, owner);
	return LUO_CLAIM_DONE;
}

/**
 * luo_owners_claim_block() - claim a block of a list, which can be gone to once then
 *
 * Parameters and answer are those of luo_owners_claim().
 */
enum luo_claim luo_owners_claim_block(struct luo_owners *o, u8 kind, u64 pa, u32 order,
				      const struct luo_owner *owner)
{
	u64 bit;
	struct luo_leaf_claims *leaf = find(o, pa, order, &bit);
	enum luo_claim claim = luo_owners_claim(o, kind, pa, order, owner);

	/* On a machine that runs the entry may have come meanwhile. */
	if (claim != LUO_CLAIM_DONE || !leaf)
		return claim;
	if (!leaf->blocks) {
		leaf->blocks = leaf->claimed + luo_page_size(o->phys) / sizeof(u64);
		__builtin_memset(leaf->blocks, 0, luo_page_size(o->phys));
	}
	leaf->blocks[bit / 64] |= 1ULL << (bit % 64);
	return claim;
}

/**
 * luo_owners_go_to_block() - go to a block of a list
 * @pa, @order: any value
 *
 * Return: true when it was claimed as a block, and is gone to for the first time since.
 */
bool luo_owners_go_to_block(struct luo_owners *o, u64 pa, u32 order)
{
	u64 bit;
	struct luo_leaf_claims *leaf = find(o, pa, order, &bit);

	if (!leaf || !leaf->blocks || !(leaf->blocks[bit / 64] >> (bit % 64) & 1))
		return false;
	leaf->blocks[bit / 64] &= ~(1ULL << (bit % 64));
	return true;
}

/** luo_owners_again() - forget all claims, to look for the first owners of what has two. */
void luo_owners_again(struct luo_owners *o)
{
	for (u64 i = 0; i <= o->mask; i++) {
		if (o->slot[i].bits)
			__builtin_memset(o->slot[i].claimed, 0, luo_page_size(o->phys));
		o->slot[i].blocks = NULL;
	}
	__builtin_memset(o->owned, 0, sizeof(o->owned));
	o->again = true;
	o->partial = false;
	o->unknown = 0;
}
