/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* See shape.h. */
#include "shape.h"

#include <string.h>

const struct shape shapes[] = {
	{ "tail", WORLD_V5, 2, { FULL, 0 } },
	{ "head", WORLD_V5, 2, { 0, FULL } },
	{ "middle", WORLD_V5, 3, { FULL, 0, 4 } },
	{ "several in a row", WORLD_V5, 7, { FULL, 0, 0, 0, FULL, 0, 0 } },
	{ "head run", WORLD_V5, 4, { 0, 0, 0, 9 } },
	{ "everywhere", WORLD_V5, 10, { 0, 0, FULL, 0, FULL, 0, 0, FULL, 2, 0 } },
	{ "only one, empty", WORLD_V5, 1, { 0 } },
	{ "all empty", WORLD_V5, 5, { 0, 0, 0, 0, 0 } },
	{ "files: tail", WORLD_V5, 1, { 7 }, 2, { 5, 0 } },
	{ "files: head", WORLD_V5, 1, { 7 }, 2, { 0, 5 } },
	{ "files: middle", WORLD_V5, 1, { 7 }, 3, { FULL, 0, 5 } },
	{ "files: everywhere", WORLD_V5, 1, { 7 }, 8, { 0, 0, FULL, 0, FULL, 3, 0, 0 } },
	{ "files: all empty", WORLD_V5, 1, { 7 }, 3, { 0, 0, 0 } },
	{ "both", WORLD_V5, 6, { 0, FULL, 0, 0, 8, 0 }, 4, { 0, 5, 0, 0 } },
	{ "v3: tail", WORLD_S3, 2, { FULL, 0 } },
	{ "v3: head", WORLD_S3, 2, { 0, 6 } },
	{ "v3: middle", WORLD_S3, 3, { FULL, 0, 6 } },
	{ "v3: everywhere", WORLD_S3, 8, { 0, 0, FULL, 0, 4, 0, 0, 0 }, 1, { 9 } },
	{ "v3: all empty", WORLD_S3, 3, { 0, 0, 0 }, .kept = 1 },
	{ "v4: everywhere", WORLD_S4, 8, { 0, 0, FULL, 0, 4, 0, 0, 0 } },
	{ "v4: files", WORLD_S4, 1, { 7 }, 8, { 0, 0, 9, 0, 0, 0, 0, 0 } },
	{ "v4: files all empty", WORLD_S4, 1, { 7 }, 3, { 0, 0, 0 } },
	{ "v4: both", WORLD_S4, 6, { 0, FULL, 0, 0, 8, 0 }, 4, { 0, 5, 0, 0 } },
	{ "v4: both, heads stay", WORLD_S4, 3, { FULL, 0, 4 }, 3, { 5, 0, 0 } },
	{ "luo-v4: everywhere", WORLD_L4, 8, { 0, 0, FULL, 0, 4, 0, 0, 0 }, 1, { 9 } },
	{ "luo-v4: all empty", WORLD_L4, 3, { 0, 0, 0 } },
	{ "blocks in luo-v3", WORLD_L3B, 4, { FULL, 0, 2, 0 }, 1, { 3 } },
};

const u32 nr_shapes = LUO_ARRAY_SIZE(shapes);

static void add_files(struct world *w, u64 session, const struct shape *s)
{
	u64 count[8];

	for (u32 b = 0; b < s->nr_files; b++)
		count[b] = s->files[b] == FULL ? world_file_capacity(w) : s->files[b];
	if (s->nr_files)
		world_add_files(w, session, count, s->nr_files);
}

/* pad moves the properties of the luo-v1 tree that follow it. */
void shape_build(struct world *w, const struct shape *s, u32 shift, u32 pad)
{
	u64 files = 0;

	for (u32 b = 0; b < s->nr_files; b++)
		files += s->files[b] == FULL;
	world_open(w, shift, s->abi, 24 + (files * 256 >> 2 * (16 - shift)));
	for (u32 b = 0; b < s->nr_blocks; b++)
		world_add_block(w, s->blocks[b] == FULL ? world_capacity(w) : s->blocks[b]);
	for (u64 i = 0; i < w->sessions && i < 9; i += 3)
		add_files(w, world_session(w, i), s);
	world_finish(w);
	w->tree.pad = pad;
	if (world_in_tree(w))
		world_write_tree(w);
	world_write_kho(w);
}

static void drop(struct world *w, struct expected *e, u64 pa, u32 order)
{
	u64 mask, word = world_map_word(w, pa, order, &mask);
	u32 i = 0;

	e->dropped[e->nr_dropped].pa = pa;
	e->dropped[e->nr_dropped++].order = order;
	e->pages += 1ULL << order;
	while (i < e->nr_clears && e->clear[i].pa != word)
		i++;
	if (i == e->nr_clears) {
		u64 old = world_get(w, word);

		e->clear[e->nr_clears++] = (struct expected_op){ word, 8, { old }, { old } };
	}
	e->clear[i].new[0] &= ~mask;
}

/* The store that makes the pointer at @at lead to @to; prev: the block with it, 0 for a head. */
static void link_op(struct world *w, struct expected *e, u64 at, u64 prev, u64 to)
{
	struct expected_op *op = &e->link[e->nr_links++];
	u64 old = world_get(w, at);

	*op = (struct expected_op){ at, 8, { old }, { to } };
	if (prev) {
		op->len = 16;
		op->old[1] = op->new[1] = world_get(w, prev + 8);
	} else if (at % 8) {
		bool high = (u32)old == (u32)to;

		op->pa = high ? at + 4 : at;
		op->len = 4;
		op->old[0] = high ? old >> 32 : (u32)old;
		op->new[0] = high ? to >> 32 : (u32)to;
	}
}

/* One chain whose first pointer is at @at: empty blocks go, the first @kept of them stay. */
static u64 chain(struct world *w, struct expected *e, u64 at, u32 order, u32 kept)
{
	u64 prev = 0, pa = world_get(w, at), blocks = 0;

	while (pa) {
		u64 to = pa;

		for (; to && !world_get(w, to + 8) && !kept; to = world_get(w, to), blocks++)
			drop(w, e, to, order);
		if (to != pa)
			link_op(w, e, prev ? prev : at, prev, to);
		if (to && !world_get(w, to + 8))
			kept--;
		prev = to;
		pa = to ? world_get(w, to) : 0;
	}
	return blocks;
}

static void end_pass(struct expected *e)
{
	e->pass[e->nr_passes++] =
		(struct expected_pass){ e->nr_links, e->nr_dropped, e->nr_clears };
}

void shape_expect(struct world *w, struct expected *e, u32 kept)
{
	memset(e, 0, sizeof(*e));
	for (u64 i = 0; world_chained(w) && i < w->sessions; i++)
		e->fblocks += chain(w, e, world_session(w, i) + 64, world_files_list(w)->order, 0);
	if (world_files_list(w)->order != world_sessions_list(w)->order)
		end_pass(e);
	if (world_linked(w))
		e->blocks = chain(w, e, world_head_at(w), world_sessions_list(w)->order, kept);
	end_pass(e);
}
