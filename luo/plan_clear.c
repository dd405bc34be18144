/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Dropped blocks. They wait, unlinked and still preserved, and serve as spares; in the end their
 * content goes, for they return to the allocator with names in them, and then their keys.
 */
#include "planner.h"

#include "error.h"

/* Heap sort: in place, and no input makes it slow. The heap is made while start is not 0. */
static void sort(u64 *pa, u32 nr)
{
	for (u32 start = nr / 2; nr > 1;) {
		u32 root = 0, child;
		u64 tmp;

		if (start) {
			root = --start;
			tmp = pa[root];
		} else {
			tmp = pa[--nr];
			pa[nr] = pa[0];
		}
		while ((child = root * 2 + 1) < nr) {
			child += child + 1 < nr && pa[child + 1] > pa[child];
			if (tmp >= pa[child])
				break;
			pa[root] = pa[child];
			root = child;
		}
		pa[root] = tmp;
	}
}

/* Neighbours have their bits in one word: it is stored once. */
static void clear(struct luo_planner *p)
{
	struct luo_op *op = &p->op;
	u64 word, mask, at = 0;

	for (u32 i = 0; i < p->nr_drop; i++) {
		const u8 *there = NULL;

		if (!luo_map_word(p->job->map, p->drop[i], p->order, &word, &mask))
			there = luo_map(p->job->phys, word, 8);
		if (!there) {
			p->err = LUO_E_FORMAT;
			return;
		}
		if (at != word) {
			if (at)
				luo_emit(p, LUO_OP_CLEAR, at, 8);
			at = word;
			op->old[0] = op->new[0] = luo_get64(there);
		}
		op->new[0] &= ~mask;
	}
	if (at)
		luo_emit(p, LUO_OP_CLEAR, at, 8);
}

/**
 * luo_drop_all() - be done with the dropped blocks
 * @p:    the plan in the making
 * @keep: the last one stays as a spare
 *
 * In a dry run a word of the map may come up again in a later call; the words shown then still
 * have the bits of the earlier one, but differ in the right bits.
 */
void luo_drop_all(struct luo_planner *p, bool keep)
{
	u64 spare;

	luo_settle(p);
	if (!p->nr_drop)
		return;
	spare = p->drop[p->nr_drop - 1];
	p->nr_drop -= keep;
	for (u32 i = 0; i < p->nr_drop; i++)
		luo_emit(p, LUO_OP_SCRUB, p->drop[i], luo_page_size(p->job->phys) << p->order);
	sort(p->drop, p->nr_drop);
	clear(p);
	p->plan->pages += (u64)p->nr_drop << p->order;
	p->drop[0] = spare;
	p->nr_drop = keep;
}

/** luo_drop() - note a block that leaves its list with the next luo_settle(). */
void luo_drop(struct luo_planner *p, u64 pa)
{
	if (p->nr_drop == p->max_drop)
		luo_drop_all(p, true);
	p->drop[p->nr_drop++] = pa;
}
