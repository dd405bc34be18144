/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which blocks of a list keep their entries in place, so that the list ends with the fewest
 * blocks and the fewest entries are moved.
 *
 * Blocks that stay divide the list into parts; the other blocks of a part move forward into the
 * one that stays and, when it is full, into spares. With so many entries to a block, a part wastes
 * what its last block leaves free, and the fewest blocks are reached when all parts together waste
 * less than one block. The waste up to a block then follows from the entries before it alone: it
 * is what they lack to fill their blocks. So blocks may stay together when this number never
 * falls from one to the next, and does not pass what the whole list has to waste; the best choice
 * is the heaviest such row, entries being weight.
 */
#include "planner.h"

/* The heaviest row so far whose last waste is no larger than this. */
static struct luo_best best_up_to(const struct luo_planner *p, u64 waste)
{
	struct luo_best b = p->best[0];

	for (u64 w = 1; w <= waste; w++)
		if (p->best[w].kept > b.kept)
			b = p->best[w];
	return b;
}

/**
 * luo_choose() - mark the blocks that stay
 * @p:     live, nr, first and room are those of the list
 * @slack: what the list wastes when it has the fewest blocks; less than a block
 *
 * With little working memory the larger wastes are not looked at: the list ends as short, but
 * more may be moved than need be.
 */
void luo_choose(struct luo_planner *p, u64 slack)
{
	u64 room = p->room,
	    waste = room - p->live[p->first]; /* all of it when the first block is empty */
	u32 at;

	if (slack >= p->nr_best)
		slack = p->nr_best - 1;
	for (u64 w = 0; w <= slack; w++)
		p->best[w] = (struct luo_best){ p->live[p->first], p->first };
	for (u32 i = p->first + 1; i < p->nr; i++) {
		if (waste <= slack && p->live[i]) {
			struct luo_best b = best_up_to(p, waste);

			p->mark[i] = (u16)b.at;
			b.kept += p->live[i];
			b.at = i;
			if (b.kept > p->best[waste].kept)
				p->best[waste] = b;
		}
		waste += room - p->live[i];
		waste -= waste >= room ? room : 0;
	}
	for (u32 i = best_up_to(p, slack).at; i != p->first; i = at) {
		at = p->mark[i];
		p->mark[i] = LUO_STAYS;
	}
	p->mark[p->first] = LUO_STAYS;
}

/** luo_needs_spare() - does a block have to be rebuilt before the list has freed one itself? */
bool luo_needs_spare(const struct luo_planner *p)
{
	u64 fill = 0;

	for (u32 i = 0; i < p->nr; i++) {
		if (p->mark[i] == LUO_STAYS && i >= p->first)
			fill = p->live[i];
		else
			return p->live[i] > p->room - fill;
	}
	return false;
}
