/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Dropped blocks. They wait, unlinked and still preserved, and serve as spares; in the end their
 * content goes, for they return to the allocator with names in them, and then their keys. A block
 * that is somebody else's page as well only leaves its list.
 */
#include "planner.h"

#include "error.h"

#define HELD 1 /* in the address of a dropped block */

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

/* A pointer of any value. When it leads into a dropped block, that one is held. They are sorted. */
static void hold(struct luo_planner *p, u64 pa)
{
	u64 inside = (luo_page_size(p->job->phys) << p->order) - 1;
	u32 low = 0, high = p->nr_drop;

	while (low < high) {
		u32 middle = (low + high) / 2;
		u64 *block = &p->drop[middle];

		if (*block > pa) {
			high = middle;
		} else if (pa - *block > inside) {
			low = middle + 1;
		} else {
			*block |= HELD;
			break;
		}
	}
}

/*
 * Sessions, or the files of one. Damage may have made a file's pointer lead into a block, whatever
 * its handler takes it for. All lists are whole at this moment; in a dry run they are what they
 * were, with the same files in them.
 */
static int hold_list(struct luo_planner *p, const struct luo_chain_abi *form, u64 first, u64 count)
{
	const struct luo_chain_abi *files = &p->job->state->abi->files;
	struct luo_chain c;
	int more;

	luo_chain_init(&c, p->job->phys, form, first, count);
	while ((more = luo_chain_next(&c)) > 0) {
		for (u64 i = 0; i < c.used; i++) {
			const u8 *e = luo_chain_entry(&c, i);

			if (form == files)
				hold(p, luo_get64(e + offsetof(struct luo_file_ser, data)));
			else
				hold_list(p, files,
					  luo_get64(e + offsetof(struct luo_session_ser, files)),
					  luo_get64(e + offsetof(struct luo_session_ser, count)));
		}
	}
	return more;
}

/* What is somebody else's page as well. The pointer to the FLB area stands behind the head. */
static int hold_all(struct luo_planner *p)
{
	const struct luo_state *s = p->job->state;
	const u8 *head = luo_map(p->job->phys, s->head_at, 16);

	if (!head)
		return LUO_E_RAM;
	if (s->abi->kind == LUO_CONTAINER_STRUCT)
		hold(p, luo_get64(head + 8));
	return hold_list(p, &s->abi->sessions, p->job->write ? luo_get64(head) : s->sessions_pa, 0);
}

/* Neighbours have their bits in one word: it is stored once. */
static void clear(struct luo_planner *p)
{
	struct luo_op *op = &p->op;
	u64 word, mask, at = 0;

	for (u32 i = 0; i < p->nr_drop; i++) {
		const u8 *there = NULL;

		if (p->drop[i] & HELD)
			continue;
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
	sort(p->drop, p->nr_drop);
	if (!p->err)
		p->err = hold_all(p);
	for (u32 i = 0; i < p->nr_drop; i++) {
		if (p->drop[i] & HELD) {
			p->plan->held++;
			continue;
		}
		luo_emit(p, LUO_OP_SCRUB, p->drop[i], luo_page_size(p->job->phys) << p->order);
		p->plan->pages += 1ULL << p->order;
	}
	clear(p);
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
