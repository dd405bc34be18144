/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Planning of a compaction: which stores, in which order. Nothing is written here.
 *
 * First part: empty blocks go, wherever they stand, and blocks that count only vacant entries are
 * empty ones. A run of them costs one store, in the header of the block before the run or in the
 * pointer to the list's head; the same store of a header cuts off vacant entries behind the last
 * session of its block. Then the map's entries of dropped blocks are taken
 * out of the map, several in one word together. Every relink stands before every clear, so
 * whichever store is the last that happens, no list leads to a page that is no longer preserved.
 *
 * The stores are kept in the arena: relinks grow from the bottom, clears from the top.
 */
#include "plan.h"

#include "chain.h"
#include "error.h"

/** struct planner - a plan in the making; clears are op[clear] to op[max - 1]. */
struct planner {
	const struct luo_phys *phys;
	struct luo_map *map;
	struct luo_plan *plan;
	u32 clear;
};

/**
 * struct link - where the pointer to the block to come is stored
 * @at:    the pointer to the head
 * @pa:    the last block that stays, 0 when none was met yet
 * @next:  its pointer; while there is none, that of the first block
 * @count: the other half of the header
 * @live:  what the count is to be
 * @first: when the list starts with empty blocks: the first of them
 * @run:   empty blocks met since
 */
struct link {
	u64 at;
	u64 pa;
	u64 next;
	u64 count;
	u64 live;
	u64 first;
	u64 run;
};

/* A word of the map that loses the bit of this block; old holds the bit until words are joined. */
static int add_clear(struct planner *p, const struct luo_chain_abi *abi, u64 pa)
{
	struct luo_op *op;
	u64 word, mask;

	if (luo_map_word(p->map, pa, abi->order, &word, &mask))
		return LUO_E_FORMAT;
	if (p->clear == p->plan->nr)
		return LUO_E_ARENA;
	op = &p->plan->op[--p->clear];
	*op = (struct luo_op){ .pa = word, .len = 8, .why = LUO_OP_CLEAR, .old = { mask, 0 } };
	p->plan->pages += 1ULL << abi->order;
	return 0;
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
	*op = (struct luo_op){ at, 8, LUO_OP_HEAD, { old, 0 }, { value, 0 } };
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

static LUO_NOINLINE int put_op(struct planner *p, const struct luo_op *op)
{
	if (p->plan->nr == p->clear)
		return LUO_E_ARENA;
	p->plan->op[p->plan->nr++] = *op;
	return 0;
}

/* A run at the start of a list: the head moves, or else the run's first block has to stay. */
static int end_first_run(struct planner *p, const struct luo_chain_abi *abi, struct link *l, u64 pa)
{
	struct luo_op head;
	int err;

	if ((pa || !abi->keep_one) && luo_plan_head(&head, l->at, l->first, pa)) {
		err = put_op(p, &head);
		return err ? err : add_clear(p, abi, l->first);
	}
	p->plan->kept++;
	l->run--;
	l->pa = l->first;
	return 0;
}

/*
 * The run before block pa ends; pa 0: the list ends. The block before the run gets its final
 * header by one store, whether its pointer changes, its count, or both.
 */
static int end_run(struct planner *p, const struct luo_chain_abi *abi, struct link *l, u64 pa,
		   u64 *dropped)
{
	struct luo_op op = { l->pa, 16, LUO_OP_RELINK, { l->next, l->count }, { pa, l->live } };
	int err = 0;

	if (l->run && !l->pa) {
		err = end_first_run(p, abi, l, pa);
		op.pa = l->pa;
	}
	*dropped += l->run;
	l->run = 0;
	if (err || !l->pa || (l->next == pa && l->count == l->live))
		return err;
	return put_op(p, &op);
}

/* Vacant entries in front of a live one stay: to take them out, sessions would have to move. */
static void count_holes(struct planner *p, const struct luo_chain *c, u64 live)
{
	for (u64 i = 0; c->abi->vacant && i < live; i++)
		p->plan->holes += luo_chain_vacant(c, i);
}

/* Note down the header of a block that stays, or of a first one that perhaps goes. */
static void note_header(struct link *l, const struct luo_chain *c, u64 live)
{
	l->next = c->next;
	l->count = c->count;
	l->live = live;
}

static int take_empty(struct planner *p, const struct luo_chain *c, struct link *l)
{
	l->run++;
	if (l->pa || l->run > 1)
		return add_clear(p, c->abi, c->pa);
	l->first = c->pa;
	note_header(l, c, 0);
	return 0;
}

/* Plan one list whose head pointer is stored at @at and whose first block is @first. */
static int plan_list(struct planner *p, const struct luo_chain_abi *abi, u64 at, u64 first,
		     u64 *dropped)
{
	struct link l = { .at = at };
	struct luo_chain c;
	int err = 0, more;

	luo_chain_init(&c, p->phys, abi, first, 0);
	while (!err && (more = luo_chain_next(&c))) {
		u64 live;

		if (more < 0)
			return more;
		live = luo_chain_live(&c);
		if (!live) {
			err = take_empty(p, &c, &l);
			continue;
		}
		count_holes(p, &c, live);
		err = end_run(p, abi, &l, c.pa, dropped);
		l.pa = c.pa;
		note_header(&l, &c, live);
	}
	return err ? err : end_run(p, abi, &l, 0, dropped);
}

static int plan_files(struct planner *p, const struct luo_state *state)
{
	struct luo_chain c;
	int err, more;

	luo_chain_init(&c, p->phys, &state->abi->sessions, state->sessions_pa, 0);
	while ((more = luo_chain_next(&c)) > 0) {
		for (u64 i = 0; i < c.used; i++) {
			const u8 *record = luo_chain_entry(&c, i);
			const u8 *files = record + offsetof(struct luo_session_ser, files);

			err = plan_list(p, &state->abi->files, c.pa + (u64)(files - c.block),
					luo_get64(files), &p->plan->fblocks);
			if (err)
				return err;
		}
	}
	return more;
}

/* Heap sort by address: in place, and no input makes it slow. */
static void sift(struct luo_op *op, u32 root, u32 nr)
{
	for (u32 child; (child = root * 2 + 1) < nr; root = child) {
		struct luo_op tmp = op[root];

		if (child + 1 < nr && op[child + 1].pa > op[child].pa)
			child++;
		if (op[root].pa >= op[child].pa)
			return;
		op[root] = op[child];
		op[child] = tmp;
	}
}

static void sort(struct luo_op *op, u32 nr)
{
	for (u32 i = nr / 2; i--;)
		sift(op, i, nr);
	while (nr > 1) {
		struct luo_op tmp = op[--nr];

		op[nr] = op[0];
		op[0] = tmp;
		sift(op, 0, nr);
	}
}

/* Bring the clears down behind the relinks, one for each word. */
static int join_clears(struct planner *p)
{
	struct luo_plan *plan = p->plan;
	struct luo_op *clear = &plan->op[p->clear];
	u32 nr = plan->max - p->clear, first = plan->nr;

	sort(clear, nr);
	for (u32 i = 0; i < nr; i++) {
		struct luo_op op = clear[i];
		const u8 *word = luo_map(p->phys, op.pa, 8);

		if (!word)
			return LUO_E_RAM;
		if (plan->nr > first && plan->op[plan->nr - 1].pa == op.pa) {
			plan->op[plan->nr - 1].new[0] &= ~op.old[0];
			continue;
		}
		op.new[0] = luo_get64(word) & ~op.old[0];
		op.old[0] = luo_get64(word);
		plan->op[plan->nr++] = op;
	}
	return 0;
}

/**
 * luo_plan_make() - plan a compaction
 * @phys:   the view
 * @state:  a state that was verified without an error that compaction does not mend
 * @totals: what verification counted; without empty blocks nothing is read
 * @map:    the preserved-memory map
 * @arena:  working memory; the plan's stores are taken from it
 * @plan:   filled in; without operations when there is nothing to do
 *
 * Return: 0; LUO_E_ARENA when the plan does not fit; other errors when the state is not what
 * verification saw. The plan must not be carried out after an error.
 */
int luo_plan_make(const struct luo_phys *phys, const struct luo_state *state,
		  const struct luo_totals *totals, struct luo_map *map, struct luo_arena *arena,
		  struct luo_plan *plan)
{
	struct planner p = { .phys = phys, .map = map, .plan = plan };
	/* A quarter stays for verifying again while the plan is kept. */
	size_t left = luo_arena_left(arena) / 4 * 3 / sizeof(struct luo_op);
	int err = 0;

	*plan = (struct luo_plan){ .max = left > ~0u ? ~0u : (u32)left };
	plan->op = luo_arena_take(arena, plan->max * sizeof(struct luo_op));
	p.clear = plan->max;
	if ((totals->empty_blocks || totals->vacant) && state->abi->sessions.drop_empty)
		err = plan_list(&p, &state->abi->sessions, state->head_at, state->sessions_pa,
				&plan->blocks);
	if (!err && totals->empty_fblocks && state->abi->files.drop_empty)
		err = plan_files(&p, state);
	if (!err)
		err = join_clears(&p);
	plan->cut = totals->vacant - plan->holes;
	for (u32 i = 0; i < plan->nr; i++)
		plan->bytes += plan->op[i].len;
	arena->used -= (plan->max - plan->nr) * sizeof(struct luo_op);
	plan->max = plan->nr;
	return err;
}
