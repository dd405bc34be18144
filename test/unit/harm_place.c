/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Blocks where no block may be. */
#include <string.h>

#include "harm.h"

/* A pointer to a block: where it is stored (0: the head), what it says, the block's order. */
struct link {
	u64 at;
	u64 pa;
	u32 order;
};

void set_head(struct world *w, u64 pa)
{
	world_put(w, world_head_at(w), pa);
}

/* The second session block, or the only one of luo-session-v2. */
static struct link session_link(struct world *w)
{
	u32 order = world_sessions_list(w)->order;

	if (!world_linked(w))
		return (struct link){ 0, w->block[0].pa, order };
	return (struct link){ w->block[0].pa, w->block[1].pa, order };
}

/* The first session's second file block, or its array. */
static struct link file_link(struct world *w)
{
	u64 at = world_session(w, 0) + 64;

	if (world_chained(w))
		at = world_get(w, at);
	return (struct link){ at, world_get(w, at), world_files_list(w)->order };
}

static void point(struct world *w, const struct link *l, u64 pa)
{
	if (l->at)
		world_put(w, l->at, pa);
	else
		set_head(w, pa);
}

static void move(struct world *w, const struct link *l, u64 pa)
{
	u64 len = world_page(w) << l->order;

	memcpy(world_at(w, pa, len), world_at(w, l->pa, len), len);
	point(w, l, pa);
}

static void misaligned(struct world *w, struct link l)
{
	point(w, &l, l.order ? l.pa + world_page(w) : l.pa + 16);
}

static void hole(struct world *w, struct link l)
{
	point(w, &l, HOLE);
}

static void top(struct world *w, struct link l)
{
	point(w, &l, 0 - (world_page(w) << l.order));
}

static void scratch(struct world *w, struct link l)
{
	move(w, &l, w->scratch[1].start);
}

static void busy(struct world *w, struct link l)
{
	move(w, &l, BUSY_AT);
	world_preserve(w, BUSY_AT, l.order);
}

/* All of it but the last 4K, however large a page is: RAM may end there. */
static void partly(struct world *w, struct link l)
{
	u64 pa = LOW_BANK + LOW_SIZE - (world_page(w) << l.order);

	world_preserve(w, pa, l.order);
	move(w, &l, pa);
	w->ram[0].size -= 4096;
}

static void busy_end(struct world *w, struct link l)
{
	w->busy[0].range = (struct luo_range){ l.pa + (world_page(w) << l.order) - 4096, 4096 };
}

static void unpreserved(struct world *w, struct link l)
{
	world_forget(w, l.pa, l.order);
}

/* Preserved as half of a larger piece. */
static void larger_order(struct world *w, struct link l)
{
	move(w, &l, world_alloc(w, l.order + 1));
}

/* Every page preserved, but each for itself. */
static void single_pages(struct world *w, struct link l)
{
	world_forget(w, l.pa, l.order);
	for (u64 i = 0; i >> l.order == 0; i++)
		world_preserve(w, l.pa + i * world_page(w), 0);
}

#define BOTH(name)                                                                                 \
	void session_##name(struct world *w)                                                       \
	{                                                                                          \
		name(w, session_link(w));                                                          \
	}                                                                                          \
	void file_##name(struct world *w)                                                          \
	{                                                                                          \
		name(w, file_link(w));                                                             \
	}

BOTH(misaligned)
BOTH(hole)
BOTH(top)
BOTH(scratch)
BOTH(busy)
BOTH(partly)
BOTH(busy_end)
BOTH(unpreserved)
BOTH(larger_order)
BOTH(single_pages)
