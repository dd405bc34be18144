/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A compaction as data: the stores, in order, that carry it out. Made without a write, printable,
 * and carried out by one routine, luo_plan_execute().
 */
#ifndef LUO_PLAN_H
#define LUO_PLAN_H

#include "arena.h"
#include "map.h"
#include "report.h"
#include "state.h"

/** enum luo_op_why - what a store is for. */
enum luo_op_why {
	LUO_OP_RELINK, /* a block header {next, count}, either half or both: one 16-byte store */
	LUO_OP_HEAD,   /* the pointer to the first block of a list: one store of 4 or 8 bytes */
	LUO_OP_CLEAR,  /* bits of dropped blocks in one word of the map: one 8-byte store */
};

/**
 * struct luo_op - one store
 * @pa:  physical address, aligned to @len
 * @len: 4, 8 or 16 bytes
 * @why: enum luo_op_why
 * @old: what must be there, else nothing further is written
 * @new: what is put there
 */
struct luo_op {
	u64 pa;
	u32 len;
	u32 why;
	u64 old[2];
	u64 new[2];
};

/**
 * struct luo_plan - the stores and what they achieve
 * @op, @nr, @max:    the stores; @op lies in the caller's arena
 * @blocks, @fblocks: session and file blocks that are dropped
 * @pages:            pages that go back to the next kernel
 * @bytes:            bytes written by the stores
 * @kept:             empty blocks that stay: the list must keep one, or the pointer to the first
 *                    block cannot be changed by a single store
 * @cut:              vacant entries that are no longer counted
 * @holes:            vacant entries that stay, because a session follows them in their block
 */
struct luo_plan {
	struct luo_op *op;
	u32 nr;
	u32 max;
	u64 blocks;
	u64 fblocks;
	u64 pages;
	u64 bytes;
	u64 kept;
	u64 cut;
	u64 holes;
};

int luo_plan_make(const struct luo_phys *phys, const struct luo_state *state,
		  const struct luo_totals *totals, struct luo_map *map, struct luo_arena *arena,
		  struct luo_plan *plan);
int luo_plan_execute(const struct luo_phys *phys, const struct luo_plan *plan);
bool luo_plan_head(struct luo_op *op, u64 at, u64 old, u64 value);

#endif
