/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * States of which one part lies in memory that the next kernel's own image takes, preserved as it
 * should be. The parts are those that a kernel's reader follows.
 */
#include <string.h>

#include "../unit/world.h"
#include "machine.h"

static void take(struct world *w, u64 pa, u32 order)
{
	u64 size = world_page(w) << order;

	world_forget(w, pa, order);
	memcpy(world_at(w, BUSY_AT, size), world_at(w, pa, size), size);
	world_preserve(w, BUSY_AT, order);
}

/* What the pointer at @at leads to. */
static void take_from(struct world *w, u64 at, u32 order)
{
	take(w, world_get(w, at), order);
	world_put(w, at, BUSY_AT);
}

static u64 files_at(struct world *w)
{
	return world_session(w, 1) + 64;
}

/** record_at() - where the pointer of the first file is, which has nine folios of two pages. */
u64 record_at(struct world *w)
{
	return world_get(w, files_at(w)) + world_files_list(w)->header + 48;
}

static u64 chunk_at(struct world *w)
{
	return world_get(w, record_at(w)) + world_folios_at(w) + 8;
}

static void container(struct world *w)
{
	take(w, w->kho.data & ~(world_page(w) - 1), 0);
	w->kho.data = BUSY_AT | (w->kho.data & (world_page(w) - 1));
	world_write_kho(w);
}

static void flb_area(struct world *w)
{
	take(w, w->flb_pa, 0);
	w->flb_pa = BUSY_AT;
	if (world_in_tree(w))
		world_write_tree(w);
	else
		world_put(w, world_head_at(w) + 8, BUSY_AT);
}

static void sessions(struct world *w)
{
	take_from(w, world_head_at(w), world_sessions_list(w)->order);
}

static void file_set(struct world *w)
{
	take_from(w, files_at(w), world_files_list(w)->order);
}

static void record(struct world *w)
{
	take_from(w, record_at(w), 0);
}

static void chunk(struct world *w)
{
	take_from(w, chunk_at(w), 0);
}

static void array(struct world *w)
{
	take_from(w, world_get(w, chunk_at(w)) + 8, 0);
}

static void folio(struct world *w)
{
	u64 at = world_get(w, world_get(w, chunk_at(w)) + 8);
	u64 frame = world_get(w, at) & ~(0xfffULL << 52);

	take(w, frame << w->shift, 1);
	world_put(w, at, (world_get(w, at) - frame) | BUSY_AT >> w->shift);
}

const struct in_use parts_in_use[] = {
	{ "container in use", container },
	{ "FLB area in use", flb_area },
	{ "sessions in use", sessions },
	{ "file set in use", file_set },
	{ "record in use", record },
	{ "chunk in use", chunk },
	{ "array in use", array },
	{ "folio in use", folio },
	{ NULL, NULL },
};
