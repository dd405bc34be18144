/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Claims of runs of pages, and what is left when all owners have claimed theirs. */
#include "owners.h"

/**
 * luo_owners_run() - claim pages that were preserved as a run, entry by entry
 * @o:     the walk
 * @kind:  enum luo_claimant
 * @pa:    first page, any value
 * @pages: base pages, any number: the walk ends at the first entry that is not there
 * @exact: entries end with the run; else the last may be longer, as in a folio
 * @owner: named when there are two
 * @stop:  the page at which it ended, when not all were claimed
 *
 * kho_preserve_pages() makes as few aligned entries as it can, and more where NUMA nodes meet.
 * Source: __kho_preserve_pages_order(), Linux 7.1 to 7.3.
 *
 * Return: enum luo_claim.
 */
enum luo_claim luo_owners_run(struct luo_owners *o, u8 kind, u64 pa, u64 pages, bool exact,
			      const struct luo_owner *owner, u64 *stop)
{
	enum luo_claim claim = LUO_CLAIM_DONE;

	while (pages) {
		int order = luo_owners_order(o, pa);
		u64 here = order < 0 ? 0 : 1ULL << order;

		*stop = pa;
		if (!here || (exact && here > pages)) {
			o->partial = true;
			return LUO_CLAIM_MISSING;
		}
		claim = luo_owners_claim(o, kind, pa, (u32)order, owner);
		if (claim != LUO_CLAIM_DONE)
			return claim;
		pages -= here < pages ? here : pages;
		pa += here << o->phys->page_shift;
	}
	return LUO_CLAIM_DONE;
}

/** struct rest - the walk at the end; @entry may be NULL. */
struct rest {
	const struct luo_owners *o;
	void (*entry)(void *ctx, u64 pa, u32 order);
	void *ctx;
};

static bool any_node(void *ctx, u64 pa)
{
	(void)ctx;
	(void)pa;
	return true;
}

static void bad_pointer(void *ctx, enum luo_code code, u64 pa, u64 value)
{
	(void)ctx;
	(void)code;
	(void)pa;
	(void)value;
}

static void rest_of_leaf(void *ctx, u64 key, const u8 *bits, u64 leaf_pa)
{
	const struct rest *r = ctx;
	const u64 *claimed = luo_owners_claimed(r->o, key);
	u32 order;
	u64 pa;

	(void)leaf_pa;
	for (u64 i = 0; claimed && i >> r->o->map.leaf_bits == 0; i += 64) {
		u64 word = luo_get64(bits + i / 8) & ~claimed[i / 64];

		for (; word; word &= word - 1) {
			u64 bit = i + (u64)__builtin_ctzll(word);

			if (luo_map_decode(&r->o->map, key + bit, &pa, &order))
				r->entry(r->ctx, pa, order);
		}
	}
}

/**
 * luo_owners_unclaimed() - the entries without an owner
 * @o:     after luo_owners_close()
 * @entry: called for each, in the order of the map
 * @ctx:   handed to @entry
 */
void luo_owners_unclaimed(const struct luo_owners *o, void (*entry)(void *ctx, u64 pa, u32 order),
			  void *ctx)
{
	struct rest r = { o, entry, ctx };
	struct luo_map_visitor visitor = { any_node, bad_pointer, rest_of_leaf, &r };

	luo_map_walk(&o->map, &visitor);
}

static void count(void *ctx, u64 pa, u32 order)
{
	struct luo_owners *o = ctx;

	(void)pa;
	o->unclaimed.entries++;
	o->unclaimed.pages += 1ULL << order;
}

/* Nodes are free memory to everybody but the map. */
static bool check_node(void *ctx, u64 pa)
{
	static const struct luo_owner owner = { .kind = LUO_OWNER_MAP };
	struct luo_owners *o = ctx;

	for (u64 left = o->orders; left; left &= left - 1) {
		u32 order = (u32)__builtin_ctzll(left);
		u64 head = pa >> (o->phys->page_shift + order) << (o->phys->page_shift + order);

		if (luo_owners_has(o, head, order))
			luo_report_add(o->report, LUO_M12, LUO_SEV_LOSE, pa, order, &owner);
	}
	return true;
}

static void no_leaf(void *ctx, u64 key, const u8 *bits, u64 pa)
{
	(void)ctx;
	(void)key;
	(void)bits;
	(void)pa;
}

/**
 * luo_owners_close() - find out what is left
 * @o: all owners have claimed theirs
 *
 * Entries without an owner are a leak, unless somebody whose pages we cannot know may have them.
 * When an owner could not be followed, its pages are left over too: nothing is said then, because
 * what went wrong there was said.
 */
void luo_owners_close(struct luo_owners *o)
{
	static const struct luo_owner owner = { .kind = LUO_OWNER_MAP };
	struct luo_map_visitor visitor = { check_node, bad_pointer, no_leaf, o };

	luo_map_walk(&o->map, &visitor);
	luo_owners_unclaimed(o, count, o);
	if (o->unclaimed.entries && !o->partial)
		luo_report_add(o->report, LUO_M11, o->unknown ? LUO_SEV_NOTE : LUO_SEV_LEAK, 0,
			       o->unclaimed.entries, &owner);
}

/** luo_claimant_word() - a kind of owner, in words. */
const char *luo_claimant_word(u8 kind)
{
	static const char *const word[LUO_NR_CLAIMANTS] = {
		[LUO_CLAIMS_KHO] = "KHO FDT",
		[LUO_CLAIMS_CONTAINER] = "LUO container",
		[LUO_CLAIMS_SESSIONS] = "session blocks",
		[LUO_CLAIMS_FILES] = "file blocks",
		[LUO_CLAIMS_FLB] = "FLB area",
		[LUO_CLAIMS_RECORD] = "memfd records",
		[LUO_CLAIMS_CHUNK] = "vmalloc chunks",
		[LUO_CLAIMS_ARRAY] = "folio arrays",
		[LUO_CLAIMS_FOLIO] = "folios",
		[LUO_CLAIMS_MEMBLOCK] = "memblock",
		[LUO_CLAIMS_METADATA] = "kexec-metadata",
		[LUO_CLAIMS_SUBTREE] = "other sub-nodes",
	};

	return word[kind];
}
