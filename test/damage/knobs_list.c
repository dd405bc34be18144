/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Blocks of sessions and of files, and the records in them. */
#include "damage.h"

static u64 size_of(const struct ground *g, const struct world_list *l)
{
	return world_page(&g->w) << l->order;
}

static void link_at(struct ground *g, struct field *f, u64 at, const struct world_list *l,
		    u64 other)
{
	f->pa = at;
	f->width = 8;
	f->order = l->order;
	f->span = size_of(g, l);
	f->self = at / f->span * f->span;
	f->other = other;
}

/* Another owner of the right size, so that it is the owner that is wrong. */
static void block_next(struct ground *g, struct field *f)
{
	link_at(g, f, g->w.block[0].pa, world_sessions_list(&g->w), g->w.block[2].pa);
}

static void block_next_files(struct ground *g, struct field *f)
{
	link_at(g, f, g->w.block[1].pa, world_sessions_list(&g->w),
		world_get(&g->w, world_session(&g->w, 0) + 64));
}

/* The pointer that ends the list; there is nothing to move. */
static void block_end(struct ground *g, struct field *f)
{
	link_at(g, f, g->w.block[2].pa, world_sessions_list(&g->w), g->w.block[0].pa);
}

static void count_at(struct ground *g, struct field *f, u32 block)
{
	f->pa = g->w.block[block].pa + world_sessions_list(&g->w)->header - 8;
	f->width = 8;
	f->span = world_capacity(&g->w);
}

static void block_count(struct ground *g, struct field *f)
{
	count_at(g, f, 0);
}

static void last_count(struct ground *g, struct field *f)
{
	count_at(g, f, g->w.nr_blocks - 1);
}

static void session_name(struct ground *g, struct field *f)
{
	f->pa = world_session(&g->w, 1);
	f->width = 64;
	f->other = world_session(&g->w, 3);
}

static void session_files(struct ground *g, struct field *f)
{
	u64 record = world_session(&g->w, 0);

	link_at(g, f, record + 64, world_files_list(&g->w),
		world_get(&g->w, world_session(&g->w, 1) + 64));
	f->self = g->w.block[0].pa;
}

/* A session without files. */
static void no_files(struct ground *g, struct field *f)
{
	session_files(g, f);
	f->pa = world_session(&g->w, 4) + 64;
}

static void session_count(struct ground *g, struct field *f)
{
	f->pa = world_session(&g->w, 1) + 72;
	f->width = 8;
	f->span = world_file_capacity(&g->w);
}

static u64 files(const struct ground *g)
{
	return world_get(&g->w, world_session(&g->w, 0) + 64);
}

static void file_next(struct ground *g, struct field *f)
{
	link_at(g, f, files(g), world_files_list(&g->w),
		world_get(&g->w, world_session(&g->w, 1) + 64));
}

static void file_next_sessions(struct ground *g, struct field *f)
{
	link_at(g, f, files(g), world_files_list(&g->w), g->w.block[2].pa);
}

static void file_end(struct ground *g, struct field *f)
{
	file_next(g, f);
	f->pa = world_get(&g->w, files(g));
	f->other = files(g);
}

static void file_count(struct ground *g, struct field *f)
{
	f->pa = files(g) + 8;
	f->width = 8;
	f->span = world_file_capacity(&g->w);
}

static void file_last_count(struct ground *g, struct field *f)
{
	file_count(g, f);
	f->pa = world_get(&g->w, files(g)) + 8;
}

#define CHAIN (ON_V5 | ON_S3 | ON_S4 | ON_L3B | ON_L4)
#define EVERY (~(ON_KHO2 | ON_RADIX1 | ON_MORE))

const struct knob knobs_list[] = {
	{ "session block: next", POINTER, CHAIN | ON_BLOCK1 | ON_BITS, block_next },
	{ "session block: second next", POINTER, ON_V5, block_next_files },
	{ "session block: last next", LOOSE, ON_V5 | ON_S3, block_end },
	{ "session block: count", COUNT, EVERY, block_count },
	{ "session block: last count", COUNT, CHAIN, last_count },
	{ "session: name", TEXT, ON_V5 | ON_S2 | ON_S3 | ON_KHO1, session_name },
	{ "session: files", POINTER, ON_V5 | ON_TREE | ON_L3B | ON_KHO1, session_files },
	{ "session: no files", LOOSE, ON_V5 | ON_S2, no_files },
	{ "session: count", COUNT, EVERY, session_count },
	{ "file block: next", POINTER, ON_V5 | ON_S4, file_next },
	{ "file block: next, to sessions", POINTER, ON_V5, file_next_sessions },
	{ "file block: last next", LOOSE, ON_V5 | ON_S4, file_end },
	{ "file block: count", COUNT, ON_V5 | ON_S4 | ON_BLOCK1, file_count },
	{ "file block: last count", COUNT, ON_V5 | ON_S4, file_last_count },
	{ NULL },
};
