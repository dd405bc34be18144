/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor: what the payload leaves in a scratch area when it resets the machine, so that
 * firmware's side finds the state again and can tell what was trodden on in between. It says where
 * the KHO FDT is, what the list of scratch areas held (the list itself need not outlive the reset),
 * and has a digest of every page of metadata, by owner; of every other preserved page when
 * asked to.
 *
 *	struct luo_anchor_ser | scratch areas | slots | runs of pages, each followed by its sums
 *
 * All numbers are native. It is a hand-over between programs of this project, not an ABI of Linux;
 * its version is in its magic.
 */
#ifndef LUO_ANCHOR_H
#define LUO_ANCHOR_H

#include "digest.h"
#include "report.h"
#include "state.h"

#define LUO_ANCHOR_MAGIC  "luo-anchor-1\0\0\0" /* 16 bytes with the last NUL */
#define LUO_ANCHOR_USED	  "luo-anchor-used"    /* instead, once its state was handed on */
#define LUO_ANCHOR_FAMILY 11		       /* bytes of it that all versions share */
#define LUO_ANCHOR_ALIGN  4096		       /* of its address, in bytes */

/**
 * struct luo_anchor_ser - how an anchor begins
 * @magic:    LUO_ANCHOR_MAGIC
 * @checksum: luo_digest() of all from @size on, with @pa as seed
 * @pa:       its own address, so that a copy is not taken for it
 * @size:     bytes, a multiple of 32
 * @number:   live update number of the state
 * @kho_fdt:  address of the KHO root FDT
 * @kho_size: bytes set aside for that: the page size of the kernel that wrote it
 * @nr_scratch: areas, 16 bytes each as in the kernel's list
 * @nr_slots: slots behind the areas
 * @run_bytes: bytes of the runs behind the slots, 0 when only metadata has digests
 * @pages:    preserved base pages, whether they have sums or not
 */
struct luo_anchor_ser {
	u8 magic[16];
	u64 checksum;
	u64 pa;
	u64 size;
	u64 number;
	u64 kho_fdt;
	u64 kho_size;
	u64 nr_scratch;
	u64 nr_slots;
	u64 run_bytes;
	u64 pages;
	u64 reserved[4];
};
_Static_assert(sizeof(struct luo_anchor_ser) == 128, "luo_anchor_ser");
LUO_ASSERT_WIRE(struct luo_anchor_ser, size, 32);
LUO_ASSERT_WIRE(struct luo_anchor_ser, pages, 88);

/** enum luo_anchor_kind - whose pages a slot is about; the numbers are part of the format. */
enum luo_anchor_kind {
	LUO_ANCHOR_KHO = 1,	  /* the KHO FDT */
	LUO_ANCHOR_MAP = 2,	  /* a node of the preserved-memory map */
	LUO_ANCHOR_CONTAINER = 3, /* LUO's container */
	LUO_ANCHOR_FLB = 4,	  /* the FLB area */
	LUO_ANCHOR_SUBTREE = 5,	  /* data of another sub-node */
	LUO_ANCHOR_BLOCK = 6,	  /* a block of sessions */
	LUO_ANCHOR_SESSION = 7,	  /* no pages: the name of the session that the next slots are of */
	LUO_ANCHOR_FILES = 8,	  /* a block of files */
	LUO_ANCHOR_RECORD = 9,	  /* a memfd's record */
	LUO_ANCHOR_CHUNK = 10,	  /* a chunk that lists the pages of its array of folios */
	LUO_ANCHOR_ARRAY = 11,	  /* pages of that array */
	LUO_ANCHOR_FOLIOS = 12,	  /* folios behind each other; no digest: their pages have sums */
	LUO_NR_ANCHOR_KINDS,
};

/**
 * struct luo_anchor_slot - digest of a piece of metadata
 * @pa, @len: where, in bytes; whole pages
 * @digest:   luo_digest() with @pa as seed; 0 for LUO_ANCHOR_FOLIOS
 * @kind:     enum luo_anchor_kind; two slots follow LUO_ANCHOR_SESSION, with the name in them
 * @index:    which node, block, session, or file of the session
 */
struct luo_anchor_slot {
	u64 pa;
	u64 len;
	u64 digest;
	u32 kind;
	u32 index;
};
_Static_assert(sizeof(struct luo_anchor_slot) == 32, "luo_anchor_slot");
_Static_assert(LUO_NAME_LEN == 2 * sizeof(struct luo_anchor_slot), "a name takes two slots");

/**
 * struct luo_anchor_run - preserved pages behind each other
 * @pa:    the first
 * @pages: how many; as many u32 sums follow, the low half of luo_digest() of a page with its
 *         address as seed, and zeros up to a multiple of 8
 */
struct luo_anchor_run {
	u64 pa;
	u64 pages;
};

/**
 * struct luo_anchor_writer - an anchor in the making
 * @phys: the view, with scratch areas
 * @base, @room: where it is written, and how many bytes there may be
 * @used: of them
 * @run:  where the last run begins, 0 before the first
 * @all:  pages that are no metadata get sums, too
 * @full: there was no room
 * @nr:   slots or map nodes so far
 * @pages: preserved base pages so far
 */
struct luo_anchor_writer {
	const struct luo_phys *phys;
	u8 *base;
	u64 room;
	u64 used;
	u64 run;
	bool all;
	bool full;
	u32 nodes;
	u64 pages;
};

/* anchor_write.c: the payload's side; fdt/anchor_write.c knows the order */
void luo_anchor_begin(struct luo_anchor_writer *w);
void luo_anchor_add(struct luo_anchor_writer *w, u32 kind, u64 index, u64 pa, u64 len);
void luo_anchor_lists(struct luo_anchor_writer *w, const struct luo_state *state);
u64 luo_anchor_finish(struct luo_anchor_writer *w, const struct luo_state *state, u64 pa);

/**
 * struct luo_anchor - an anchor that was read and is whole
 * @head:  its own copy of the head
 * @scratch_pa: where the list of scratch areas is in it, @head.nr_scratch of them
 * @slot, @run: the mapped slots and runs
 */
struct luo_anchor {
	struct luo_anchor_ser head;
	u64 scratch_pa;
	const struct luo_anchor_slot *slot;
	const u8 *run;
};

/**
 * struct luo_anchors - what is in memory
 * @best:    the one to take, when @nr
 * @nr:      anchors that are whole
 * @other:   address of the one that ties, else of a whole one with a lower number, or the same, 0
 *           without
 * @tied:    that one has the same number and is about another KHO FDT
 * @damaged: address of a damaged one, 0 without
 * @unknown: address of one of another version, 0 without
 */
struct luo_anchors {
	struct luo_anchor best;
	u32 nr;
	u64 other;
	bool tied;
	u64 damaged;
	u64 unknown;
};

/**
 * struct luo_anchor_item - one slot, as read
 * @slot:  where it says the metadata is, and the digest
 * @owner: whose it is; @owner.name is filled in for what is a session's
 */
struct luo_anchor_item {
	const struct luo_anchor_slot *slot;
	struct luo_owner owner;
};

/** typedef luo_anchor_item_fn - told of a slot; false ends the walk. */
typedef bool luo_anchor_item_fn(void *ctx, const struct luo_anchor_item *item);

/** typedef luo_anchor_page_fn - told of a page and its sum; false ends the walk. */
typedef bool luo_anchor_page_fn(void *ctx, u64 pa, u32 sum);

/* anchor.c: finding and reading one */
int luo_anchor_open(const struct luo_phys *phys, u64 pa, struct luo_anchor *a);
void luo_anchor_find(const struct luo_phys *phys, struct luo_anchors *found);
void luo_anchor_items(const struct luo_anchor *a, luo_anchor_item_fn *fn, void *ctx);
void luo_anchor_pages(const struct luo_anchor *a, u64 page, luo_anchor_page_fn *fn, void *ctx);
const char *luo_anchor_word(u32 kind);

#define LUO_MAX_TRODDEN 256  /* owners that are listed */
#define LUO_MAX_DAMAGE	4096 /* ranges of damaged pages of which the owners are looked for */

/**
 * struct luo_trodden - what one owner has lost
 * @what:  kind of its memory, in words
 * @pa:    the lowest address, 0 when nobody knows
 * @pages: base pages
 * @unread: they could not be looked at, for they are no memory now
 * @meta:  metadata, else what it leads to
 * @owner: whose
 */
struct luo_trodden {
	const char *what;
	u64 pa;
	u64 pages;
	bool unread;
	bool meta;
	struct luo_owner owner;
};

/**
 * struct luo_anchor_check - how memory compares with an anchor; large, so best not on a stack
 * @phys, @anchor: what is compared
 * @list, @nr:  the first LUO_MAX_TRODDEN of @nr owners that lost something
 * @damage, @nr_damage: damaged pages that are no metadata, ascending
 * @meta:       damaged pages of metadata
 * @content:    other damaged pages, those that @damage has no room for included
 * @owned:      those of @content whose owner was found
 * @preserved:  preserved pages of metadata
 * @summed:     pages that have a sum
 * @unchecked:  preserved pages of which nothing is known
 * @kho:        KHO FDT or nodes of the map are among what is damaged
 */
struct luo_anchor_check {
	const struct luo_phys *phys;
	const struct luo_anchor *anchor;
	struct luo_trodden list[LUO_MAX_TRODDEN];
	u64 nr;
	struct luo_range damage[LUO_MAX_DAMAGE];
	u32 nr_damage;
	u64 meta;
	u64 content;
	u64 owned;
	u64 preserved;
	u64 summed;
	u64 unchecked;
	bool kho;
};

/* anchor_check.c */
void luo_anchor_check(struct luo_anchor_check *c, const struct luo_phys *phys,
		      const struct luo_anchor *anchor);
void luo_anchor_owner(struct luo_anchor_check *c, const char *what, u64 pa, u64 len,
		      const struct luo_owner *owner);
void luo_anchor_report(struct luo_anchor_check *c, struct luo_report *report);

#endif
