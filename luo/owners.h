/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Who owns which preserved page. Everything that is known to hold pages claims its entries of the
 * preserved-memory map, each exactly once; what nobody claimed is left over.
 *
 * A second bitmap behind every leaf of the map remembers the claims, and a third one, where there
 * are blocks of lists, those that are still to be gone to. So working memory is about the map's own
 * size, and every question is answered in constant time. No page is followed twice: that bounds the
 * whole walk by the number of preserved pages, whatever the state says.
 */
#ifndef LUO_OWNERS_H
#define LUO_OWNERS_H

#include "chain.h"
#include "map.h"
#include "state.h"

/** enum luo_claimant - the kinds of owners. */
enum luo_claimant {
	LUO_CLAIMS_KHO,	      /* KHO FDT */
	LUO_CLAIMS_CONTAINER, /* LUO container, and the record apart from it in luo-v2 */
	LUO_CLAIMS_SESSIONS,  /* session blocks */
	LUO_CLAIMS_FILES,     /* file blocks */
	LUO_CLAIMS_FLB,	      /* FLB area */
	LUO_CLAIMS_RECORD,    /* memfd records */
	LUO_CLAIMS_CHUNK,     /* vmalloc chunks */
	LUO_CLAIMS_ARRAY,     /* the memory that chunks list: arrays of folios */
	LUO_CLAIMS_FOLIO,     /* content of memfds */
	LUO_CLAIMS_MEMBLOCK,  /* memblock's tree, and the regions of reserve_mem= */
	LUO_CLAIMS_METADATA,  /* kexec-metadata */
	LUO_CLAIMS_SUBTREE,   /* data of sub-nodes that we do not know */
	LUO_NR_CLAIMANTS,
};

/** enum luo_claim - what comes of a claim. */
enum luo_claim {
	LUO_CLAIM_DONE,	   /* the entry is there and has no other owner */
	LUO_CLAIM_TWICE,   /* it has one; that is reported, and the claimant must not go on there */
	LUO_CLAIM_MISSING, /* there is no such entry; to be reported by the caller */
};

/** struct luo_tally - entries of the map, and their base pages. */
struct luo_tally {
	u64 entries;
	u64 pages;
};

/**
 * struct luo_leaf_claims - a leaf of the map
 * @key:     key of its first bit
 * @bits:    its bitmap; NULL: a free slot of the table
 * @claimed: as many bits: which entries have an owner
 * @blocks:  as many bits: which are blocks that are still to be gone to; NULL: none
 */
struct luo_leaf_claims {
	u64 key;
	const u8 *bits;
	u64 *claimed;
	u64 *blocks;
};

/**
 * struct luo_owner_watch - whoever wants to know of every claim that is done
 * @claimed: told of an entry and its owner; @kind is enum luo_claimant
 * @ctx:     handed to it
 */
struct luo_owner_watch {
	void (*claimed)(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner);
	void *ctx;
};

#define LUO_MAX_TWICE 16 /* entries with two owners of which both owners are named */

/** struct luo_twice - an entry that was claimed a second time, by @kind. */
struct luo_twice {
	u64 pa;
	u32 order;
	u8 kind;
	struct luo_owner owner;
};

/**
 * struct luo_owners - the state of the walk, and its answer
 * @phys, @map, @report: what is walked over, and where findings go
 * @watch:     told of claims, or NULL
 * @seed:      of the hash behind @slot
 * @slot, @mask: table of leaves, a power of two of them
 * @recent:    the leaf that was asked for last, by order
 * @orders:    bit o: some leaf has entries of order o
 * @by_order:  all entries of the map
 * @total:     their sum
 * @nodes:     nodes of the map, which are not preserved themselves
 * @owned:     claimed entries, by enum luo_claimant
 * @unclaimed: what is left over
 * @unknown:   files, FLBs and sub-nodes whose pages we cannot know
 * @partial:   something that owns pages could not be followed to its end, as findings tell
 * @twice, @nr_twice: entries with two owners
 * @again:     second walk: only the first owners of those are looked for
 * @metadata:  of the kernel that hands over, and how often there was a kexec
 */
struct luo_owners {
	const struct luo_phys *phys;
	struct luo_map map;
	struct luo_report *report;
	const struct luo_owner_watch *watch;
	u64 seed;
	struct luo_leaf_claims *slot;
	u64 mask;
	struct luo_leaf_claims *recent[LUO_MAX_ORDERS];
	u64 orders;
	struct luo_tally by_order[LUO_MAX_ORDERS];
	struct luo_tally total;
	u64 nodes;
	struct luo_tally owned[LUO_NR_CLAIMANTS];
	struct luo_tally unclaimed;
	u64 unknown;
	bool partial;
	struct luo_twice twice[LUO_MAX_TWICE];
	u32 nr_twice;
	bool again;
	struct luo_metadata metadata;
};

/* owners.c: leaves and claims */
bool luo_owners_map_sound(const struct luo_report *report);
u64 luo_owners_need(const struct luo_phys *phys, const struct luo_totals *totals);
int luo_owners_init(struct luo_owners *o, const struct luo_phys *phys,
		    const struct luo_state *state, struct luo_report *report,
		    struct luo_arena *arena, u64 seed);
enum luo_claim luo_owners_claim(struct luo_owners *o, u8 kind, u64 pa, u32 order,
				const struct luo_owner *owner);
enum luo_claim luo_owners_claim_block(struct luo_owners *o, u8 kind, u64 pa, u32 order,
				      const struct luo_owner *owner);
bool luo_owners_go_to_block(struct luo_owners *o, u64 pa, u32 order);
bool luo_owners_has(struct luo_owners *o, u64 pa, u32 order);
bool luo_owners_is_claimed(struct luo_owners *o, u64 pa, u32 order);
int luo_owners_order(struct luo_owners *o, u64 pa);
const u64 *luo_owners_claimed(const struct luo_owners *o, u64 key);
void luo_owners_again(struct luo_owners *o);
void luo_owners_add(struct luo_owners *o, enum luo_code code, u8 severity, u64 pa, u64 value,
		    const struct luo_owner *owner);

/* owners_rest.c: runs of pages, and what is left at the end */
enum luo_claim luo_owners_run(struct luo_owners *o, u8 kind, u64 pa, u64 pages, bool exact,
			      const struct luo_owner *owner, u64 *stop);
void luo_owners_close(struct luo_owners *o);
void luo_owners_unclaimed(const struct luo_owners *o, void (*entry)(void *ctx, u64 pa, u32 order),
			  void *ctx);
const char *luo_claimant_word(u8 kind);

/* owners_lists.c: sessions and files */
void luo_owners_lists(struct luo_owners *o, const struct luo_state *state);

/* memfd.c and vmalloc.c: one file */
void luo_owners_memfd(struct luo_owners *o, const struct luo_handler_abi *abi, u64 pa,
		      const struct luo_owner *owner);

#endif
