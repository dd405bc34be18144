/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Dropped blocks. They wait, unlinked and still preserved, and serve as spares; in the end their
 * content goes, for they return to the allocator with names in them, and then their keys.
 */
#include "planner.h"

#include "error.h"

/* Heap sort: in place, and no input makes it slow. */
static void sift(u64 *pa, u32 root, u32 nr)
{
	for (u32 child; (child = root * 2 + 1) < nr; root = child) {
		u64 tmp = pa[root];

		if (child + 1 < nr && pa[child + 1] > pa[child])
			child++;
		if (tmp >= pa[child])
			return;
		pa[root] = pa[child];
		pa[child] = tmp;
	}
}

static void sort(u64 *pa, u32 nr)
{
	for (u32 i = nr / 2; i--;)
		sift(pa, i, nr);
	while (nr > 1) {
		u64 tmp = pa[--nr];

		pa[nr] = pa[0];
		pa[0] = tmp;
		sift(pa, 0, nr);
	}
}

static int scrub(struct luo_planner *p)
{
	int err = 0;

	for (u32 i = 0; !err && i < p->nr_drop; i++)
		err = luo_emit(p, LUO_OP_SCRUB, p->drop[i],
			       luo_page_size(p->job->phys) << p->order);
	return err;
}

/* Neighbours have their bits in one word: it is stored once. */
static int clear(struct luo_planner *p)
{
	struct luo_op *op = &p->op;
	u64 word, mask, at = 0;
	int err = 0;

	for (u32 i = 0; !err && i < p->nr_drop; i++) {
		const u8 *there;

		if (luo_map_word(p->job->map, p->drop[i], p->order, &word, &mask))
			return LUO_E_FORMAT;
		there = luo_map(p->job->phys, word, 8);
		if (!there)
			return LUO_E_RAM;
		if (at != word) {
			if (at)
				err = luo_emit(p, LUO_OP_CLEAR, at, 8);
			at = word;
			op->old[0] = op->new[0] = luo_get64(there);
		}
		op->new[0] &= ~mask;
		p->plan->pages += 1ULL << p->order;
	}
	return err || !at ? err : luo_emit(p, LUO_OP_CLEAR, at, 8);
}

/**
 * luo_drop_all() - be done with the dropped blocks
 * @p:    the plan in the making
 * @keep: the last one stays as a spare
 *
 * In a dry run a word of the map may come up again in a later call; the words shown then still
 * have the bits of the earlier one, but differ in the right bits.
 *
 * Return: 0 or an error.
 */
int luo_drop_all(struct luo_planner *p, bool keep)
{
	int err = luo_settle(p);
	u64 spare;

	if (err || !p->nr_drop)
		return err;
	spare = p->drop[p->nr_drop - 1];
	p->nr_drop -= keep;
	err = scrub(p);
	sort(p->drop, p->nr_drop);
	if (!err)
		err = clear(p);
	p->drop[0] = spare;
	p->nr_drop = keep;
	return err;
}

/** luo_drop() - note a block that leaves its list with the next luo_settle(), or has left it. */
int luo_drop(struct luo_planner *p, u64 pa)
{
	int err = p->nr_drop == p->max_drop ? luo_drop_all(p, true) : 0;

	p->drop[p->nr_drop++] = pa;
	return err;
}
