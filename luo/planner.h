/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the parts of planning share: plan.c (order of the work), plan_list.c (one list),
 * plan_choose.c (which blocks stay as they are), plan_clear.c (what becomes of dropped blocks).
 *
 * A dry run must read the same things as a real one, so nothing is read again that an operation
 * has changed, but for the one header that struct luo_fix remembers.
 */
#ifndef LUO_PLANNER_H
#define LUO_PLANNER_H

#include "chain.h"
#include "plan.h"

/**
 * struct luo_place - the block that takes the entries to come, or the pointer to the first block
 * @pa:    the block, or where the pointer is stored
 * @head:  it is the pointer
 * @next, @count: as in memory
 * @to, @fill:    as they are to be; luo_settle() makes it so
 */
struct luo_place {
	u64 pa;
	bool head;
	u64 next;
	u64 count;
	u64 to;
	u64 fill;
};

/**
 * struct luo_fix - what was changed ahead of the walk, to get the first spare block
 * @key:   the block, or the address of the pointer, whose @next and @count are these now
 * @split: the entries of a block from here on were moved there from @from, else ~0
 */
struct luo_fix {
	u64 key;
	u64 next;
	u64 count;
	u64 split;
	u64 from;
};

/**
 * struct luo_plan_list - one list
 * @abi:     its form
 * @at:      where the pointer to its first block is stored
 * @first:   that pointer
 * @dropped: counter of blocks that go
 */
struct luo_plan_list {
	const struct luo_chain_abi *abi;
	u64 at;
	u64 first;
	u64 *dropped;
};

/** struct luo_best - most entries that can stay (@kept), when block @at is the last that does. */
struct luo_best {
	u32 kept;
	u32 at;
};

#define LUO_STAYS 0xffff /* in @mark; above every number of a block */

/**
 * struct luo_planner - a plan in the making
 * @sessions: their list
 * @err:     what ended the work; from then on nothing more is emitted
 * @order:   of the blocks at hand; those in @drop have it too
 * @room:    entries that a block of the list at hand can hold
 * @op:      the operation at hand
 * @cur:     where the list at hand has got to
 * @fix:     see there
 * @drop, @nr_drop, @max_drop: dropped blocks, which serve as spares until they are cleared
 * @live:    entries of each block of the list at hand
 * @mark:    LUO_STAYS for a block whose entries stay where they are
 * @nr, @max: blocks of the list at hand; room
 * @first:   the first of them that stays in the list
 * @best, @nr_best: for the choice
 * @seek:    only the first spare is looked for
 * @barren:  there is none
 * @all:     all blocks that are not empty stay
 */
struct luo_planner {
	const struct luo_compaction *job;
	struct luo_plan *plan;
	struct luo_plan_list sessions;
	int err;
	u32 order;
	u64 room;
	struct luo_op op;
	struct luo_place cur;
	struct luo_fix fix;
	u64 *drop;
	u32 nr_drop;
	u32 max_drop;
	u16 *live;
	u16 *mark;
	u32 nr;
	u32 max;
	u32 first;
	struct luo_best *best;
	u32 nr_best;
	bool seek;
	bool barren;
	bool all;
};

/* Answers beside 0 and errors. */
enum {
	LUO_SEEK = 1, /* a spare block is needed before anything else */
	LUO_FOUND,    /* here is one */
};

void luo_emit(struct luo_planner *p, u32 why, u64 pa, u64 len);
void luo_settle(struct luo_planner *p);
int luo_walk(struct luo_planner *p, struct luo_chain *c, u64 *live);
void luo_walk_start(struct luo_planner *p, struct luo_chain *c, const struct luo_plan_list *list);
int luo_plan_list(struct luo_planner *p, const struct luo_plan_list *list);
void luo_choose(struct luo_planner *p, u64 slack);
bool luo_needs_spare(const struct luo_planner *p);
void luo_drop(struct luo_planner *p, u64 pa);
void luo_drop_all(struct luo_planner *p, bool keep);

#endif
