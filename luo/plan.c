/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Planning of a compaction: file lists first, because the sessions' records, which hold the
 * pointers to them, move when session blocks are merged; then the list of sessions; then what
 * becomes of the blocks that were dropped. Every list stands on its own at every moment.
 *
 * A block can be rebuilt only in another that is free. The first such spare is an empty block, or
 * one of two neighbours that fit into one, from any list with blocks of the same size; from then
 * on every block that is rebuilt frees one. When a list needs a spare before anything was done to
 * blocks of this size, one is looked for, and the work starts again; when there is none, no list
 * of such blocks can be made shorter, and they stay as they are.
 */
#include "planner.h"

#include "error.h"

/** luo_emit() - one more operation, of which the caller has filled in @p->op.src, old and new. */
void luo_emit(struct luo_planner *p, u32 why, u64 pa, u64 len)
{
	struct luo_op *op = &p->op;

	if (p->err)
		return;
	op->why = why;
	op->pa = pa;
	op->len = (u32)len;
	if (p->job->each)
		p->err = p->job->each(p->job->ctx, op);
	p->plan->nr++;
	p->plan->bytes += len;
	if (!p->err && p->job->write)
		p->err = luo_op_execute(p->job->phys, op);
}

/**
 * luo_plan_head() - the one store that changes a pointer to a list's head
 * @op:    filled in
 * @at:    where the pointer is stored, 4-byte aligned at least
 * @old:   its value
 * @value: its value to be
 *
 * A pointer in a flattened tree is only 4-byte aligned; it can still be changed at one stroke
 * when both values have one of their halves in common.
 *
 * Return: false when no single aligned store does it.
 */
bool luo_plan_head(struct luo_op *op, u64 at, u64 old, u64 value)
{
	*op = (struct luo_op){ at, 8, LUO_OP_HEAD, 0, { old, 0 }, { value, 0 } };
	if (!(at & 7))
		return true;
	if (at & 3)
		return false;
	op->len = 4;
	if (old >> 32 == value >> 32) {
		op->old[0] = (u32)old;
		op->new[0] = (u32)value;
		return true;
	}
	op->pa = at + 4;
	op->old[0] = old >> 32;
	op->new[0] = value >> 32;
	return (u32)old == (u32)value;
}

static int session_list(struct luo_planner *p)
{
	return luo_plan_list(p, &p->sessions);
}

/* The bytes of a record; a dry run has not moved those of the block that was merged first. */
static const u8 *record_of(const struct luo_planner *p, const struct luo_chain *c, u64 i)
{
	const u8 *from;

	if (p->job->write || c->pa != p->fix.key || i < p->fix.split)
		return luo_chain_entry(c, i);
	from = luo_map(p->job->phys, p->fix.from, luo_page_size(p->job->phys) << c->abi->order);
	return from ? from + c->abi->header + (i - p->fix.split) * c->abi->entry : NULL;
}

static int file_lists(struct luo_planner *p)
{
	struct luo_plan_list list = { .abi = &p->job->state->abi->files,
				      .dropped = &p->plan->fblocks };
	struct luo_chain c;
	u64 live;
	int more;

	luo_walk_start(p, &c, &p->sessions);
	while ((more = luo_walk(p, &c, &live)) > 0) {
		for (u64 i = 0; i < live; i++) {
			const u8 *record = record_of(p, &c, i);
			int err = LUO_E_RAM;

			list.at = c.pa + c.abi->header + i * c.abi->entry +
				  offsetof(struct luo_session_ser, files);
			if (record) {
				list.first =
					luo_get64(record + offsetof(struct luo_session_ser, files));
				err = luo_plan_list(p, &list);
			}
			if (err)
				return err;
		}
	}
	return more;
}

/* Lists whose blocks are of one size. When a spare is needed, it is fetched and work begins anew.
 */
static int phase(struct luo_planner *p, int (*lists)(struct luo_planner *p))
{
	const struct luo_abi *abi = p->job->state->abi;
	int err;

	while ((err = lists(p)) == LUO_SEEK) {
		p->seek = true;
		err = lists(p);
		if (!err && lists == file_lists && abi->files.order == abi->sessions.order)
			err = session_list(p);
		p->seek = false;
		if (err < 0)
			return err;
		p->barren = !err;
	}
	return err;
}

static int phases(struct luo_planner *p)
{
	const struct luo_totals *t = p->job->totals;
	const struct luo_abi *abi = p->job->state->abi;
	int err = 0;

	p->order = abi->files.order;
	if (abi->files.drop_empty && t->fblocks != t->fewest_fblocks)
		err = phase(p, file_lists);
	if (!err && abi->files.order != abi->sessions.order) {
		luo_drop_all(p, false);
		p->order = abi->sessions.order;
		p->barren = false;
		p->fix = (struct luo_fix){ .split = ~0ULL };
	}
	if (!err && abi->sessions.drop_empty && (t->blocks != t->fewest_blocks || t->vacant))
		err = phase(p, session_list);
	p->plan->holes = t->vacant - p->plan->cut;
	if (!err)
		luo_drop_all(p, false);
	return err ? err : p->err;
}

static u64 smaller(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* The table of choices, room for dropped blocks, and numbers for each block of the longest list. */
static int take_memory(struct luo_planner *p)
{
	const struct luo_totals *t = p->job->totals;
	const struct luo_abi *abi = p->job->state->abi;
	u32 shift = p->job->phys->page_shift;
	u64 room = luo_capacity(&abi->sessions, shift) + luo_capacity(&abi->files, shift);
	u64 left = luo_arena_left(p->job->arena) & ~15ULL, all = t->blocks + t->fblocks;

	p->max = ((u32)smaller(all, LUO_MAX_BLOCKS) + 7) & ~7U;
	if (left < p->max * 4 + 32)
		return LUO_E_ARENA;
	left -= p->max * 4;
	p->nr_best = (u32)smaller(room, left / 32);
	p->max_drop = (u32)smaller(all + 2, left / 8 - p->nr_best);
	left = (p->nr_best + p->max_drop + 1ULL) & ~1ULL;
	p->best = luo_arena_take(p->job->arena, left * 8 + p->max * 4);
	p->drop = (u64 *)(p->best + p->nr_best);
	p->live = (u16 *)((u64 *)p->best + left);
	p->mark = p->live + p->max;
	return 0;
}

/**
 * luo_compact() - plan a compaction, and carry it out when asked to
 * @job:  what and how
 * @plan: filled in; without operations when there is nothing to do
 *
 * Return: 0; LUO_E_ARENA; what @job->each or luo_op_execute() answered; other errors when the
 * state is not what verification saw. After an error with @plan->nr not 0 a part may have been
 * carried out; the state is no worse for it.
 */
int luo_compact(const struct luo_compaction *job, struct luo_plan *plan)
{
	struct luo_planner p = { .job = job, .plan = plan, .fix.split = ~0ULL };
	const struct luo_totals *t = job->totals;
	size_t used = job->arena->used;
	int err;

	*plan = (struct luo_plan){ .kept = t->empty_blocks };
	if (t->blocks == t->fewest_blocks && t->fblocks == t->fewest_fblocks && !t->vacant)
		return 0;
	plan->kept = 0;
	p.sessions = (struct luo_plan_list){ &job->state->abi->sessions, job->state->head_at,
					     job->state->sessions_pa, &plan->blocks };
	err = take_memory(&p);
	if (!err)
		err = phases(&p);
	job->arena->used = used;
	return err;
}
