/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Records as a whole, beside one of the same kind: there twice, in the wrong order, torn. What a
 * writer that was stopped, or that mixed two of them up, leaves behind.
 */
#include <string.h>

#include "damage.h"

#define LARGEST 96

static u8 *bytes(struct ground *g, u64 pa, const struct field *f)
{
	return world_at(&g->w, pa, f->width);
}

static void empty(struct ground *g, const struct field *f)
{
	memset(bytes(g, f->pa, f), 0, f->width);
}

static void ones(struct ground *g, const struct field *f)
{
	memset(bytes(g, f->pa, f), 0xff, f->width);
}

static void torn(struct ground *g, const struct field *f)
{
	memset(bytes(g, f->pa, f) + f->width / 2, 0, f->width / 2);
}

/* Its parts are of both: the first half is its own. */
static void mixed(struct ground *g, const struct field *f)
{
	memcpy(bytes(g, f->pa, f) + f->width / 2, bytes(g, f->other, f) + f->width / 2,
	       f->width / 2);
}

static void a_word_late(struct ground *g, const struct field *f)
{
	u8 *p = bytes(g, f->pa, f);

	memmove(p + 8, p, f->width - 8);
}

static void twice(struct ground *g, const struct field *f)
{
	memcpy(bytes(g, f->other, f), bytes(g, f->pa, f), f->width);
}

static void swapped(struct ground *g, const struct field *f)
{
	u8 *a = bytes(g, f->pa, f), *b = bytes(g, f->other, f), tmp[LARGEST];

	assert_true(f->width <= sizeof(tmp));
	memcpy(tmp, a, f->width);
	memcpy(a, b, f->width);
	memcpy(b, tmp, f->width);
}

const struct way ways_record[] = {
	{ "zero", empty },
	{ "all ones", ones },
	{ "second half lost", torn },
	{ "second half of another", mixed },
	{ "misaligned by a word", a_word_late },
	{ "duplicated", twice },
	{ "in the wrong order", swapped },
	{ NULL },
};

static void pair(struct field *f, u32 width, u64 pa, u64 other)
{
	f->pa = pa;
	f->width = width;
	f->other = other;
}

/* One with three files, one with none. */
static void session(struct ground *g, struct field *f)
{
	pair(f, 80, world_session(&g->w, 1), world_session(&g->w, 3));
}

/* Two that have files. */
static void sessions(struct ground *g, struct field *f)
{
	pair(f, 80, world_session(&g->w, 0), world_session(&g->w, 1));
}

static void block(struct ground *g, struct field *f)
{
	pair(f, 16, g->w.block[0].pa, g->w.block[1].pa);
}

static void last_block(struct ground *g, struct field *f)
{
	pair(f, 16, g->w.block[1].pa, g->w.block[2].pa);
}

static void file_block(struct ground *g, struct field *f)
{
	u64 first = world_get(&g->w, world_session(&g->w, 0) + 64);

	pair(f, 16, first, world_get(&g->w, first));
}

static void file(struct ground *g, struct field *f)
{
	pair(f, 64, file_at(&g->w, 0, 4), file_at(&g->w, 0, 5));
}

static void file_elsewhere(struct ground *g, struct field *f)
{
	pair(f, 64, file_at(&g->w, 0, 4), file_at(&g->w, 1, 0));
}

static void memfd(struct ground *g, struct field *f)
{
	pair(f, (u32)world_folios_at(&g->w) + 24, record_of(&g->w),
	     world_get(&g->w, file_at(&g->w, 0, 5) + 48));
}

static void area(struct ground *g, struct field *f)
{
	pair(f, 16, nr_at(&g->w) + 8,
	     world_get(&g->w, file_at(&g->w, 0, 5) + 48) + world_folios_at(&g->w) + 8);
}

static void folio(struct ground *g, struct field *f)
{
	pair(f, 16, array_of(&g->w), array_of(&g->w) + 16);
}

static void flb(struct ground *g, struct field *f)
{
	pair(f, 64, g->w.flb_pa + 16, g->w.flb_pa + 80);
}

static void scratch_area(struct ground *g, struct field *f)
{
	pair(f, 16, g->w.handover.scratch_pa, g->w.handover.scratch_pa + 16);
}

static void setup_node(struct ground *g, struct field *f)
{
	pair(f, 48, g->setup + 64, g->setup);
}

#define CHAINS (ON_V5 | ON_S3)

const struct knob knobs_record[] = {
	{ "scratch area", WHOLE, ON_V5, scratch_area },
	{ "setup_data node", WHOLE, ON_V5, setup_node },
	{ "session block header", WHOLE, CHAINS, block },
	{ "session block header, of the last two", WHOLE, CHAINS, last_block },
	{ "session record", WHOLE, CHAINS | ON_S2 | ON_KHO1, session },
	{ "session record, both with files", WHOLE, CHAINS | ON_S2 | ON_KHO1, sessions },
	{ "file block header", WHOLE, ON_V5, file_block },
	{ "file record", WHOLE, CHAINS | ON_S2 | ON_KHO1, file },
	{ "file record, of another session", WHOLE, CHAINS | ON_S2 | ON_KHO1, file_elsewhere },
	{ "memfd record", WHOLE, ON_V5 | ON_KHO1, memfd },
	{ "vmalloc record", WHOLE, ON_V5 | ON_KHO1, area },
	{ "folio record", WHOLE, ON_V5 | ON_KHO1, folio },
	{ "FLB record", WHOLE, ON_MORE, flb },
	{ NULL },
};
