/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Counts, loops and owners. A block's pointer is at 0, its count behind it; see world_luo.c. */
#include <stdio.h>
#include <string.h>

#include "harm.h"

static void set_count(struct world *w, u32 block, u64 count)
{
	world_put(w, w->block[block].pa + world_sessions_list(w)->header - 8, count);
}

/* The middle block of a chain, the only one of an array. */
static u32 middle(const struct world *w)
{
	return w->nr_blocks / 2;
}

/* The only array of luo-session-v2 is partly filled; give the other slots sound sessions. */
static void fill_array(struct world *w)
{
	char name[64];

	for (u64 i = w->sessions; !world_linked(w) && i < world_capacity(w); i++) {
		memset(world_at(w, w->block[0].pa + 8 + i * 80, 80), 0, 80);
		snprintf(name, sizeof(name), "more-%llu", (unsigned long long)i);
		world_name(w, w->block[0].pa + 8 + i * 80, name);
	}
}

void block_overfull(struct world *w)
{
	fill_array(w);
	set_count(w, middle(w), world_capacity(w) + 1);
}

void block_huge(struct world *w)
{
	fill_array(w);
	set_count(w, middle(w), ~0ULL);
}

void block_empty(struct world *w)
{
	set_count(w, middle(w), 0);
}

void loop_self(struct world *w)
{
	world_put(w, w->block[2].pa, w->block[2].pa);
}

void loop_head(struct world *w)
{
	world_put(w, w->block[2].pa, w->block[0].pa);
}

void loop_middle(struct world *w)
{
	world_put(w, w->block[2].pa, w->block[1].pa);
}

static u64 files_of(struct world *w, u64 session)
{
	return world_get(w, world_session(w, session) + 64);
}

static void set_files(struct world *w, u64 session, u64 pa, u64 count)
{
	world_put(w, world_session(w, session) + 64, pa);
	world_put(w, world_session(w, session) + 72, count);
}

static void set_total(struct world *w, u64 session, u64 count)
{
	world_put(w, world_session(w, session) + 72, count);
}

/* A third session has the very list of the second. */
void files_shared(struct world *w)
{
	set_files(w, 2, files_of(w, 1), 3);
}

/* The second session's chain runs into the first one's second block. */
void files_joined(struct world *w)
{
	world_put(w, files_of(w, 1), world_get(w, files_of(w, 0)));
	set_total(w, 1, 3 + 5);
}

void files_in_session_block(struct world *w)
{
	set_count(w, 2, 1);
	set_files(w, 2, w->block[2].pa, 1);
}

void file_block_overfull(struct world *w)
{
	world_put(w, files_of(w, 0) + 8, world_file_capacity(w) + 1);
}

/* A second, empty block behind the second session's files. */
void file_block_empty(struct world *w)
{
	world_put(w, files_of(w, 1), world_alloc(w, 0));
}

void file_loop_self(struct world *w)
{
	world_put(w, files_of(w, 1), files_of(w, 1));
}

void file_loop_head(struct world *w)
{
	world_put(w, world_get(w, files_of(w, 0)), files_of(w, 0));
}

void array_overfull(struct world *w)
{
	u64 first = files_of(w, 0);

	for (u64 i = 20; i < world_file_capacity(w); i++) {
		memcpy(world_at(w, first + i * 64, 64), world_at(w, first, 64), 64);
		world_put(w, first + i * 64 + 56, 100 + i);
	}
	set_total(w, 0, world_file_capacity(w) + 1);
}

void total_more(struct world *w)
{
	set_total(w, 1, 4);
}

void total_less(struct world *w)
{
	set_total(w, 1, 2);
}

void total_zero(struct world *w)
{
	set_total(w, 1, 0);
}

void files_missing(struct world *w)
{
	set_files(w, 1, 0, 3);
}
