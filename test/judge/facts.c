/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What a machine is like where a difference depends on it: which entries the kernel meets when it
 * walks the map, nothing checked, as kho_radix_walk_tree() of Linux 7.1 to 7.3 does; and which
 * entries have an owner that gives them back.
 */
#include "facts.h"

#include <stdlib.h>

#define PAGE	   (1ULL << JUDGE_PAGE_SHIFT)
#define TABLE_BITS (JUDGE_PAGE_SHIFT - 3)
#define LEAF_BITS  (JUDGE_PAGE_SHIFT + 3)
#define LEVELS	   ((64 - JUDGE_PAGE_SHIFT + 1 - LEAF_BITS + TABLE_BITS - 1) / TABLE_BITS + 1)

/* In a page of the list of scratch areas: the kernel keeps the list, and so frees no such page. */
static bool listed(const struct facts *f, u64 pa)
{
	return f->machine->scratch_size &&
	       pa / PAGE - f->machine->scratch / PAGE <= (f->machine->scratch_size - 1) / PAGE;
}

static bool add_entry(struct facts *f, u64 key)
{
	u32 top = key ? 63 - (u32)__builtin_clzll(key) : 0;
	u32 order = 64 - JUDGE_PAGE_SHIFT - top;

	if (f->nr_entries == MAX_FACTS || !key || top > 64 - JUDGE_PAGE_SHIFT)
		return false;
	f->entry[f->nr_entries++] = (struct fact){ key << (JUDGE_PAGE_SHIFT + order), order };
	return true;
}

static bool walk_leaf(struct facts *f, const u8 *leaf, u64 first)
{
	for (u64 i = 0; i < PAGE * 8; i++)
		if (leaf[i / 8] >> (i % 8) & 1 && !add_entry(f, first + i))
			return false;
	return true;
}

/* False when the kernel would not come to an end, or fall over it: then nothing is known. */
static bool walk_node(struct facts *f, u64 pa, u32 level, u64 first)
{
	const u8 *node = machine_at(f->machine, pa, PAGE);

	if (!node || f->nodes++ == MAX_FACTS)
		return false;
	f->anything |= listed(f, pa);
	if (f->anything)
		return true;
	if (!level)
		return walk_leaf(f, node, first);
	for (u64 i = 0; i < PAGE / 8; i++) {
		u64 next = luo_get64(node + 8 * i);

		if (next && !walk_node(f, next, level - 1,
				       first | i << ((level - 1) * TABLE_BITS + LEAF_BITS)))
			return false;
	}
	return true;
}

static bool hits(const struct fact *e, u64 pa, u64 len)
{
	struct luo_range r = { e->pa, PAGE << e->order };

	return luo_range_hits(&r, pa, len);
}

/*
 * The page is in some entry, of whatever order: it is there when it is read. So may any page be
 * when the kernel may find anything in a node.
 */
static bool is_preserved(const struct facts *f, u64 pa)
{
	if (f->anything)
		return true;
	for (u32 i = 0; i < f->nr_entries; i++)
		if (hits(&f->entry[i], pa, 1))
			return true;
	return false;
}

/* The kernel notes the order in the first page of each entry, which must be there. */
static bool heads_are_ram(const struct facts *f)
{
	for (u32 i = 0; i < f->nr_entries; i++)
		if (!machine_at(f->machine, f->entry[i].pa, 1))
			return false;
	return true;
}

/** facts_claimed() - luo_follow()'s watch. */
void facts_claimed(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct facts *f = ctx;

	(void)owner;
	if (f->nr_claims < MAX_FACTS)
		f->claim[f->nr_claims++] = (struct fact){ pa, order, kind };
}

static bool gives_back(u8 kind)
{
	return kind == LUO_CLAIMS_SESSIONS || kind == LUO_CLAIMS_FILES ||
	       kind == LUO_CLAIMS_RECORD || kind == LUO_CLAIMS_CHUNK || kind == LUO_CLAIMS_ARRAY ||
	       kind == LUO_CLAIMS_FOLIO;
}

/* Is one of these pages given back by two, as parts of entries that overlap? */
static bool given_back_twice(const struct facts *f, u64 pa, u64 order)
{
	for (u32 i = 0; i < f->nr_claims; i++) {
		const struct fact *a = &f->claim[i];

		if (!gives_back(a->kind) || !hits(a, pa, PAGE << order))
			continue;
		for (u32 j = 0; j < i; j++)
			if (gives_back(f->claim[j].kind) &&
			    hits(&f->claim[j], a->pa, PAGE << a->order))
				return true;
	}
	return false;
}

/* One of two owners of an entry never gives it back: the first, who claimed it, or the second. */
static bool stays(const struct facts *f, const struct luo_finding *finding)
{
	u8 second = finding->owner.kind;

	if (second == LUO_OWNER_KHO || second == LUO_OWNER_CONTAINER)
		return true;
	for (u32 i = 0; i < f->nr_claims; i++)
		if (f->claim[i].pa == finding->pa && f->claim[i].order == finding->value)
			return !gives_back(f->claim[i].kind);
	return false;
}

/* Does the reader ask for an entry, because of its owner? */
static bool asked_for(const struct facts *f, u64 pa)
{
	for (u32 i = 0; i < f->nr_claims; i++)
		if (f->claim[i].pa == pa && f->claim[i].kind != LUO_CLAIMS_MEMBLOCK &&
		    f->claim[i].kind != LUO_CLAIMS_SUBTREE &&
		    !(f->cut && f->claim[i].kind == LUO_CLAIMS_FOLIO))
			return true;
	return false;
}

/**
 * facts_bear_out() - is the condition of a difference met by a finding?
 * @f:       of facts_open(), with all claims
 * @finding: the core's
 *
 * Codes without a condition meet it always.
 */
bool facts_bear_out(const struct facts *f, const struct luo_finding *finding)
{
	switch (finding->code) {
	case LUO_M03:
		return f->known && heads_are_ram(f);
	case LUO_M04:
	case LUO_B06:
		return !asked_for(f, finding->pa);
	case LUO_M05:
		return f->known && !given_back_twice(f, finding->pa, finding->value);
	case LUO_M07:
		return listed(f, finding->pa);
	case LUO_M10:
		return stays(f, finding);
	case LUO_K06:
	case LUO_S05:
	case LUO_F05:
		return f->known && is_preserved(f, finding->pa);
	case LUO_F14:
		return f->known && (is_preserved(f, finding->value) || listed(f, finding->value));
	default:
		return true;
	}
}

/** facts_open() - walk the map whose root is at @map_pa. */
void facts_open(struct facts *f, const struct judge_machine *m, u64 map_pa)
{
	*f = (struct facts){ .machine = m };
	f->entry = calloc(MAX_FACTS, sizeof(*f->entry));
	f->claim = calloc(MAX_FACTS, sizeof(*f->claim));
	f->known = f->entry && f->claim && map_pa && walk_node(f, map_pa, LEVELS - 1, 0);
}
