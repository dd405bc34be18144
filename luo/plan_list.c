/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * One list: empty blocks go, the others move together.
 *
 * A reader sees a block change only by one store to its header {next, count}. What fits behind the
 * entries of the block before is copied there, beyond the count, and then header A{next of B,
 * count of both} drops B. What does not fit is first copied to a spare block S, with a header
 * {next of B, rest}; then A{S, full} puts S in the place of B, and B is the next spare. Entries are
 * copied once at most, but for those that were moved to get the very first spare.
 */
#include "planner.h"

#include "error.h"

/* The next block at hand; the pointer to the first one to begin with. */
static void go_on_at(struct luo_planner *p, u64 pa, u64 next, u64 count, u64 fill)
{
	p->cur = (struct luo_place){ pa, false, next, count, next, fill };
}

/** luo_walk_start() - before the first block of a list. */
void luo_walk_start(struct luo_planner *p, struct luo_chain *c, const struct luo_plan_list *list)
{
	luo_chain_init(c, p->job->phys, list->abi,
		       list->at == p->fix.key ? p->fix.next : list->first, 0);
}

/** luo_walk() - as luo_chain_next(); @live: entries without the vacant ones at the end. */
int luo_walk(struct luo_planner *p, struct luo_chain *c, u64 *live)
{
	int more = luo_chain_next(c);

	if (more <= 0)
		return more;
	if (c->count > c->used)
		return LUO_E_FORMAT;
	*live = luo_chain_live(c);
	if (c->pa == p->fix.key) {
		c->next = p->fix.next;
		*live = c->count = c->used = p->fix.count;
	}
	return 1;
}

/**
 * luo_settle() - make the block or pointer at hand what it is to be, by one store
 *
 * A pointer that would have to change twice and cannot is LUO_E_ARENA.
 */
void luo_settle(struct luo_planner *p)
{
	struct luo_place *c = &p->cur;
	struct luo_op *op = &p->op;

	if (c->next == c->to && c->count == c->fill)
		return;
	if (!c->head) {
		op->old[0] = c->next;
		op->old[1] = c->count;
		op->new[0] = c->to;
		op->new[1] = c->fill;
		luo_emit(p, LUO_OP_RELINK, c->pa, 16);
	} else if (luo_plan_head(op, c->pa, c->next, c->to)) {
		luo_emit(p, LUO_OP_HEAD, op->pa, op->len);
	} else {
		p->err = LUO_E_ARENA;
	}
	c->next = c->to;
	c->count = c->fill;
}

/* Entries of block c go into block pa, behind the first fill entries there. */
static void copy(struct luo_planner *p, const struct luo_chain *c, u64 from, u64 nr, u64 pa,
		 u64 fill)
{
	const struct luo_chain_abi *abi = c->abi;

	if (!nr)
		return;
	p->plan->moved += nr;
	p->op.src = c->pa + abi->header + from * abi->entry;
	luo_emit(p, LUO_OP_COPY, pa + abi->header + fill * abi->entry, nr * abi->entry);
}

/* The first entries of block c go behind those of the block at hand. */
static void append(struct luo_planner *p, const struct luo_chain *c, u64 nr)
{
	struct luo_place *to = &p->cur;

	/* Where vacant entries are counted readers look: their count has to go first. */
	if (nr && to->count > to->fill)
		luo_settle(p);
	copy(p, c, 0, nr, to->pa, to->fill);
	to->fill += nr;
}

/* A spare takes the place of block c, but for the entries that fill the block at hand. */
static void rebuild(struct luo_planner *p, struct luo_chain *c, u64 live, u64 room)
{
	u64 *drop = &p->drop[p->nr_drop - 1], spare = *drop;

	luo_settle(p);
	copy(p, c, room, live - room, spare, 0);
	p->op.new[0] = c->next;
	p->op.new[1] = live - room;
	luo_emit(p, LUO_OP_BUILD, spare, 16);
	append(p, c, room);
	p->cur.to = spare;
	luo_settle(p);
	*drop = c->pa;
	go_on_at(p, spare, c->next, live - room, live - room);
}

/* Block c leaves the list: it is empty, fits into the block at hand, or is built anew. */
static void leave(struct luo_planner *p, const struct luo_plan_list *list, struct luo_chain *c,
		  u64 live)
{
	u64 room = p->room - p->cur.fill;

	if (live > room)
		return rebuild(p, c, live, room);
	if (p->seek && live) {
		p->fix.split = p->cur.fill;
		p->fix.from = c->pa;
	}
	append(p, c, live);
	p->cur.to = c->next;
	++*list->dropped;
	luo_drop(p, c->pa);
}

static bool stays(const struct luo_planner *p, u32 i, u64 live)
{
	if (i == p->first)
		return true;
	if (p->seek)
		return live > p->room - p->cur.fill;
	return live && (p->all || p->mark[i] == LUO_STAYS);
}

/* All that is to be done with a list; to get a spare: as little as gives one. */
static int carry_out(struct luo_planner *p, const struct luo_plan_list *list)
{
	struct luo_chain c;
	u64 live;
	int more = 0;

	luo_walk_start(p, &c, list);
	go_on_at(p, list->at, c.next, 0, 0);
	p->cur.head = true;
	for (u32 i = 0; !p->err && (more = luo_walk(p, &c, &live)) > 0; i++) {
		if (p->seek && p->nr_drop && live)
			break;
		if (!stays(p, i, live)) {
			leave(p, list, &c, live);
			continue;
		}
		if (!p->seek)
			luo_settle(p);
		go_on_at(p, c.pa, c.next, c.count, live);
	}
	if (more < 0)
		return more;
	if (p->seek && !p->nr_drop)
		go_on_at(p, 0, 0, 0, 0);
	luo_settle(p);
	if (p->err || !p->seek || !p->nr_drop)
		return p->err;
	p->fix.key = p->cur.pa;
	p->fix.next = p->cur.next;
	p->fix.count = p->cur.count;
	return LUO_FOUND;
}

/**
 * struct survey - what a list holds
 * @sum:    entries
 * @filled: blocks with entries
 * @cut:    vacant entries behind the others, which are not to be counted any more
 * @pa:     the first block with entries
 */
struct survey {
	u64 sum;
	u32 filled;
	u64 cut;
	u64 pa;
};

static int survey(struct luo_planner *p, const struct luo_plan_list *list, struct survey *s)
{
	struct luo_chain c;
	u64 live;
	int more;

	*s = (struct survey){ 0 };
	p->nr = 0;
	p->first = 0;
	luo_walk_start(p, &c, list);
	while ((more = luo_walk(p, &c, &live)) > 0) {
		if (p->nr == p->max)
			return LUO_E_LIMIT;
		if (live && !s->filled++) {
			s->pa = c.pa;
			p->first = p->nr;
		}
		p->mark[p->nr] = 0;
		p->live[p->nr++] = (u16)live;
		s->sum += live;
		s->cut += c.count - live;
	}
	return more;
}

/* Does the list begin with empty blocks of which the first has to stay? */
static bool pinned(const struct luo_planner *p, const struct luo_plan_list *list,
		   const struct survey *s)
{
	u64 head = list->at == p->fix.key ? p->fix.next : list->first;
	struct luo_op op;

	if (!p->nr || p->live[0])
		return false;
	return (!s->pa && list->abi->keep_one) || !luo_plan_head(&op, list->at, head, s->pa);
}

/**
 * luo_plan_list() - all that is to be done with one list
 *
 * Return: 0 or an error; LUO_SEEK when a spare is needed first: nothing was done. When a spare is
 * looked for: LUO_FOUND, or 0 when there is none in this list.
 */
int luo_plan_list(struct luo_planner *p, const struct luo_plan_list *list)
{
	u64 fewest;
	struct survey s;
	bool pin;
	int err = survey(p, list, &s);

	if (err)
		return err;
	p->room = luo_capacity(list->abi, p->job->phys->page_shift);
	if (list->abi->vacant && !p->fix.key)
		p->plan->cut = s.cut;
	pin = pinned(p, list, &s);
	p->first = pin ? 0 : s.pa ? p->first : LUO_STAYS;
	fewest = (s.sum + p->room - 1) / p->room;
	if (p->seek)
		return carry_out(p, list);
	if (pin && !s.sum) {
		p->plan->kept++;
		fewest = 1;
	}
	if (p->nr == fewest && !s.cut)
		return 0;
	p->all = s.filled == fewest;
	if (s.sum && (!p->all || pin)) {
		luo_choose(p, fewest * p->room - s.sum);
		p->all = false;
		if (!p->nr_drop && luo_needs_spare(p)) {
			if (!p->barren)
				return LUO_SEEK;
			p->all = true;
			p->plan->stuck += s.filled - fewest;
		}
	}
	return carry_out(p, list);
}
