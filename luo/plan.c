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
int luo_emit(struct luo_planner *p, u32 why, u64 pa, u64 len)
{
	struct luo_op *op = &p->op;
	int err;

	op->why = why;
	op->pa = pa;
	op->len = (u32)len;
	err = p->job->each ? p->job->each(p->job->ctx, op) : 0;
	p->plan->nr++;
	p->plan->bytes += op->len;
	if (!err && p->job->write)
		err = luo_op_execute(p->job->phys, op);
	return err;
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

static struct luo_plan_list sessions_of(struct luo_planner *p)
{
	const struct luo_state *state = p->job->state;

	return (struct luo_plan_list){ &state->abi->sessions, state->head_at, state->sessions_pa,
				       &p->plan->blocks };
}

static int session_list(struct luo_planner *p)
{
	struct luo_plan_list list = sessions_of(p);

	return luo_plan_list(p, &list);
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
	struct luo_plan_list sessions = sessions_of(p), list;
	struct luo_chain c;
	u64 live;
	int more;

	luo_walk_start(p, &c, &sessions);
	while ((more = luo_walk(p, &c, &live)) > 0) {
		for (u64 i = 0; i < live; i++) {
			const u8 *record = record_of(p, &c, i);
			int err = LUO_E_RAM;

			list.abi = &p->job->state->abi->files;
			list.at = c.pa + c.abi->header + i * c.abi->entry +
				  offsetof(struct luo_session_ser, files);
			list.dropped = &p->plan->fblocks;
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
		err = luo_drop_all(p, false);
		p->order = abi->sessions.order;
		p->barren = false;
		p->fix = (struct luo_fix){ .split = ~0ULL };
	}
	if (!err && abi->sessions.drop_empty && (t->blocks != t->fewest_blocks || t->vacant))
		err = phase(p, session_list);
	p->plan->cut = t->vacant - p->plan->holes;
	return err ? err : luo_drop_all(p, false);
}

static u64 smaller(u64 a, u64 b)
{
	return a < b ? a : b;
}

/* Numbers for each block of the longest list, the table of choices, and the rest for drops. */
static bool take_memory(struct luo_planner *p)
{
	const struct luo_totals *t = p->job->totals;
	const struct luo_abi *abi = p->job->state->abi;
	struct luo_arena *arena = p->job->arena;
	u32 shift = p->job->phys->page_shift;
	u64 most = t->blocks > t->fblocks ? t->blocks : t->fblocks;
	u64 room = luo_capacity(&abi->sessions, shift), files = luo_capacity(&abi->files, shift);

	most = (smaller(most, LUO_MAX_BLOCKS) + 7) & ~7ULL;
	p->max = (u32)most;
	p->live = luo_arena_take(arena, most * sizeof(*p->live));
	p->mark = luo_arena_take(arena, most * sizeof(*p->mark));
	p->nr_best = (u32)smaller(room > files ? room : files, luo_arena_left(arena) / 32) + 1;
	p->nr_best &= ~1U;
	p->best = luo_arena_take(arena, p->nr_best * sizeof(*p->best));
	p->max_drop = (u32)smaller(t->blocks + t->fblocks, luo_arena_left(arena) / 8 - 2) & ~1U;
	p->max_drop += 2;
	p->drop = luo_arena_take(arena, p->max_drop * sizeof(*p->drop));
	return p->live && p->mark && p->nr_best && p->drop;
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
	int err = LUO_E_ARENA;

	*plan = (struct luo_plan){ .kept = t->empty_blocks };
	if (t->blocks == t->fewest_blocks && t->fblocks == t->fewest_fblocks && !t->vacant)
		return 0;
	plan->kept = 0;
	if (take_memory(&p))
		err = phases(&p);
	job->arena->used = used;
	return err;
}
