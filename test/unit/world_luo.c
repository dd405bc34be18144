/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A writer of sessions, files and memfd records.
 *
 * Session record: name[64], files @64, count @72. File record: compatible[48], data @48,
 * token @56. Linked blocks start with next @0 and count @8; a luo-session-v2 array with its
 * count. What lies behind the last entry is filled with rubbish, for nobody may read it.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct world_list *world_sessions_list(const struct world *w)
{
	static const struct world_list list[] = {
		[WORLD_V5] = { 0, 16, 80 },   [WORLD_S2] = { 4, 8, 80 },
		[WORLD_S3] = { 4, 16, 80 },   [WORLD_S4] = { 4, 16, 80 },
		[WORLD_L2] = { 4, 8, 80 },    [WORLD_L3] = { 4, 8, 80 },
		[WORLD_L3B] = { 0, 16, 80 },  [WORLD_L4] = { 0, 16, 80 },
		[WORLD_NEXT] = { 0, 16, 80 }, [WORLD_BITS] = { 0, 16, 80 },
	};

	return &list[w->abi];
}

const struct world_list *world_files_list(const struct world *w)
{
	static const struct world_list list[] = {
		[WORLD_V5] = { 0, 16, 64 },   [WORLD_S2] = { 1, 0, 64 },
		[WORLD_S3] = { 1, 0, 64 },    [WORLD_S4] = { 1, 16, 64 },
		[WORLD_L2] = { 1, 0, 64 },    [WORLD_L3] = { 1, 0, 64 },
		[WORLD_L3B] = { 1, 0, 64 },   [WORLD_L4] = { 1, 0, 64 },
		[WORLD_NEXT] = { 0, 16, 64 }, [WORLD_BITS] = { 0, 16, 64 },
	};

	return &list[w->abi];
}

/* Sessions, or files, in chains of blocks; else in one piece. */
bool world_linked(const struct world *w)
{
	return world_sessions_list(w)->header == 16;
}

bool world_chained(const struct world *w)
{
	return world_files_list(w)->header == 16;
}

static u64 room(const struct world *w, const struct world_list *l)
{
	return ((world_page(w) << l->order) - l->header) / l->entry;
}

u64 world_capacity(const struct world *w)
{
	return room(w, world_sessions_list(w));
}

u64 world_file_capacity(const struct world *w)
{
	return room(w, world_files_list(w));
}

/* Rubbish in the slot behind the last entry. */
static void rubbish(struct world *w, const struct world_list *l, u64 pa, u64 count)
{
	if (count < room(w, l))
		memset(world_at(w, pa + l->header + count * l->entry, l->entry), 0xa5, l->entry);
}

static void remember(struct world *w, u64 pa, u64 count)
{
	if (w->nr_blocks == w->max_blocks) {
		w->max_blocks = w->max_blocks ? w->max_blocks * 2 : 16;
		w->block = realloc(w->block, w->max_blocks * sizeof(*w->block));
		assert_non_null(w->block);
	}
	w->block[w->nr_blocks++] = (struct world_block){ pa, count };
}

void world_name(struct world *w, u64 session, const char *name)
{
	char *p = (char *)world_at(w, session, 64);

	memset(p, 0, 64);
	strncpy(p, name, 64);
}

/* Append a session block with @count sessions, each with a name of its own and no files. */
u64 world_add_block(struct world *w, u64 count)
{
	const struct world_list *l = world_sessions_list(w);
	u64 pa = world_alloc(w, l->order);
	char name[64];

	assert_true(count <= world_capacity(w));
	world_put(w, pa + l->header - 8, count);
	for (u64 i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "vm-%llu.guest", (unsigned long long)w->sessions++);
		world_name(w, pa + l->header + i * l->entry, name);
	}
	rubbish(w, l, pa, count);
	if (w->nr_blocks)
		world_put(w, w->block[w->nr_blocks - 1].pa, pa);
	remember(w, pa, count);
	return pa;
}

/* Append blocks as a kernel fills them: all full but the last; where a tree leads, one always. */
void world_add_sessions(struct world *w, u64 count)
{
	u64 full = world_capacity(w);

	for (; count > full; count -= full)
		world_add_block(w, full);
	if (count || (!w->nr_blocks && (world_in_tree(w) || w->abi == WORLD_L2)))
		world_add_block(w, count);
}

/* Address of session number @index of the whole list. */
u64 world_session(const struct world *w, u64 index)
{
	const struct world_list *l = world_sessions_list(w);
	u32 b = 0;

	for (; index >= w->block[b].count; b++) {
		index -= w->block[b].count;
		assert_true(b + 1 < w->nr_blocks);
	}
	return w->block[b].pa + l->header + index * l->entry;
}

/* In the luo-session-v3 way: a slot that a failed serialization zeroed but left counted. */
bool world_vacant(const struct world *w, u64 session)
{
	static const u8 zeros[80];

	return (w->abi == WORLD_S3 || w->abi == WORLD_S4) &&
	       !memcmp(world_at(w, session, 80), zeros, 80);
}

/*
 * A memfd-v2 record: pos @0, size @8, seals u32 @16, flags u32 @20, nr_folios @24, and the
 * vmalloc descriptor @32 {first chunk, total pages u32 @8, flags u16 @12, order u16 @14}. The
 * chunk lists one page of folios: pfn in bits 0..51, flags above (2: up to date), page index.
 * Beside kho-v1, memfd-v1: no seals and flags, what follows them 8 bytes lower.
 */
u64 world_memfd(struct world *w, u32 nr_folios)
{
	u64 rec = world_alloc(w, 0), chunk, array, at = w->v1 ? 16 : 24;

	world_put(w, rec + 8, nr_folios * world_page(w));
	world_put(w, rec + at, nr_folios);
	if (!nr_folios)
		return rec;
	chunk = world_alloc(w, 0);
	array = world_alloc(w, 0);
	world_put(w, chunk + 8, array);
	world_put(w, rec + at + 8, chunk);
	world_put(w, rec + at + 16, 1 | 1ULL << 32);
	for (u64 i = 0; i < nr_folios; i++) {
		world_put(w, array + i * 16, world_alloc(w, 0) >> w->shift | 2ULL << 52);
		world_put(w, array + i * 16 + 8, i);
	}
	return rec;
}

void world_write_file(struct world *w, u64 pa, u64 token)
{
	memset(world_at(w, pa, 64), 0, 64);
	strcpy((char *)world_at(w, pa, 48), w->v1 ? "memfd-v1" : "memfd-v2");
	world_put(w, pa + 48, world_memfd(w, token % 64 == 40 ? 3 : 0));
	world_put(w, pa + 56, token);
}

/* Give a session files: one block for each of @count; an array takes the first only. */
void world_add_files(struct world *w, u64 session, const u64 *count, u32 nr)
{
	const struct world_list *l = world_files_list(w);
	u64 link = session + 64, total = 0;

	for (u32 b = 0; b < nr; b++) {
		u64 pa = world_alloc(w, l->order);

		world_put(w, link, pa);
		link = pa;
		w->fblocks++;
		if (l->header)
			world_put(w, pa + 8, count[b]);
		for (u64 i = 0; i < count[b]; i++)
			world_write_file(w, pa + l->header + i * l->entry, 100 + total++);
		rubbish(w, l, pa, count[b]);
	}
	world_put(w, session + 72, total);
	w->files += total;
}

/*
 * The state that most tests damage: two full blocks and a partial one; the first session has
 * twenty files or, in chains, one full block and five more, the second three, the others none.
 */
void world_standard(struct world *w, u32 shift, enum world_abi abi)
{
	u64 many[2] = { 20, 5 }, few = 3;

	world_open(w, shift, abi, shift == 16 ? (abi == WORLD_S4 ? 192 : 96) : 24);
	if (world_linked(w)) {
		world_add_block(w, world_capacity(w));
		world_add_block(w, world_capacity(w));
	}
	world_add_block(w, 7);
	if (world_chained(w))
		many[0] = world_file_capacity(w);
	world_add_files(w, world_session(w, 0), many, world_chained(w) ? 2 : 1);
	world_add_files(w, world_session(w, 1), &few, 1);
	world_finish(w);
}

/* Three blocks of files fit into two once there is a spare, which another session's list can give.
 */
void world_spare_elsewhere(struct world *w)
{
	u64 part;

	world_open(w, 12, WORLD_V5, 8);
	world_add_sessions(w, 2);
	part = world_file_capacity(w) * 2 / 3;
	world_add_files(w, world_session(w, 0), (u64[3]){ part, part, part }, 3);
	world_add_files(w, world_session(w, 1), (u64[2]){ 2, 2 }, 2);
	world_finish(w);
}
