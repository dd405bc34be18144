/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A compaction as a stream of operations, in the order in which they are carried out. Planning
 * reads memory and writes nothing; an operation is shown to the caller, and carried out at once by
 * luo_op_execute() when that is asked for. Nothing is kept, so a plan of any length needs no more
 * memory than a short one, and a dry run gives the same operations as a real one.
 */
#ifndef LUO_PLAN_H
#define LUO_PLAN_H

#include "arena.h"
#include "map.h"
#include "report.h"
#include "state.h"

/** enum luo_op_why - what an operation is for. */
enum luo_op_why {
	LUO_OP_RELINK, /* a block header {next, count}, either half or both: one 16-byte store */
	LUO_OP_HEAD,   /* the pointer to the first block of a list: one store of 4 or 8 bytes */
	LUO_OP_CLEAR,  /* bits of dropped blocks in one word of the map: one 8-byte store */
	LUO_OP_BUILD,  /* header of a block that no list leads to yet: one 16-byte store */
	LUO_OP_COPY,   /* entries to where no reader looks: 8-byte stores, ascending */
	LUO_OP_SCRUB,  /* a dropped block to zeros: 8-byte stores, ascending */
};

/**
 * struct luo_op - one operation: a single store, or a row of them
 * @pa:  physical address, aligned to @len for single stores, to 8 for the others
 * @len: bytes: 4, 8 or 16 for a single store
 * @why: enum luo_op_why
 * @src: copies: where from
 * @old: single stores but for a build: what must be there, else nothing further is written
 * @new: single stores: what is put there
 */
struct luo_op {
	u64 pa;
	u32 len;
	u32 why;
	u64 src;
	u64 old[2];
	u64 new[2];
};

/**
 * struct luo_plan - what the operations achieve
 * @op:      the operations, when whoever was shown them has kept them; not filled in by the core
 * @nr:      operations
 * @blocks, @fblocks: session and file blocks that are dropped
 * @pages:   pages that go back to the next kernel
 * @moved:   entries that are moved
 * @bytes:   bytes written
 * @kept:    empty blocks that stay: the list must keep one
 * @stuck:   blocks above the fewest: no block is free to rebuild others in, nor can one be freed
 * @held:    of the dropped blocks, those that stay preserved: a file or the FLB area lies there too
 * @cut:     vacant entries that are no longer counted
 * @holes:   vacant entries that stay, because a session follows them in their block
 */
struct luo_plan {
	const struct luo_op *op;
	u64 nr;
	u64 blocks;
	u64 fblocks;
	u64 pages;
	u64 moved;
	u64 bytes;
	u64 kept;
	u64 stuck;
	u64 held;
	u64 cut;
	u64 holes;
};

/** typedef luo_op_fn - is shown each operation before it is carried out; not 0 ends the plan. */
typedef int luo_op_fn(void *ctx, const struct luo_op *op);

/**
 * struct luo_compaction - what to compact and how
 * @phys:   the view
 * @state:  a state that was verified without an error that compaction does not mend
 * @totals: what verification counted; where nothing can be won nothing is read
 * @map:    the preserved-memory map
 * @arena:  working memory, given back at the end
 * @write:  carry the operations out
 * @each, @ctx: is shown each operation; may be NULL
 */
struct luo_compaction {
	const struct luo_phys *phys;
	const struct luo_state *state;
	const struct luo_totals *totals;
	struct luo_map *map;
	struct luo_arena *arena;
	bool write;
	luo_op_fn *each;
	void *ctx;
};

int luo_compact(const struct luo_compaction *job, struct luo_plan *plan);
int luo_op_execute(const struct luo_phys *phys, const struct luo_op *op);
bool luo_plan_head(struct luo_op *op, u64 at, u64 old, u64 value);

#endif
