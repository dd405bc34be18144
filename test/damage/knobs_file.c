/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Files: their records, and what memfds lead to, page by page. */
#include "damage.h"

/* The fifth file of the first session is the memfd with three folios. */
static u64 file(struct ground *g)
{
	return file_at(&g->w, 0, 4);
}

static void file_handler(struct ground *g, struct field *f)
{
	f->pa = file(g);
	f->width = 48;
	f->other = file_at(&g->w, 1, 0);
}

static void page_at(struct ground *g, struct field *f, u64 at)
{
	f->pa = at;
	f->width = 8;
	f->span = world_page(&g->w);
	f->self = at / f->span * f->span;
	f->other = g->w.luo_pa;
}

static void file_data(struct ground *g, struct field *f)
{
	page_at(g, f, file(g) + 48);
	f->other = world_get(&g->w, file_at(&g->w, 0, 5) + 48);
}

static void file_token(struct ground *g, struct field *f)
{
	f->pa = file(g) + 56;
	f->width = 8;
}

static void word_at(struct field *f, u64 pa, u32 width, u64 span)
{
	f->pa = pa;
	f->width = width;
	f->span = span;
}

#define WORD_OF(name, at, width, span)                                                             \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		word_at(f, at, width, span);                                                       \
	}

/* From the number of folios on memfd-v1 lies 8 bytes lower; the descriptor follows it. */
#define RECORD record_of(&g->w)
#define NUMBER nr_at(&g->w)
#define FOLIO  (array_of(&g->w) + 16)

WORD_OF(memfd_pos, RECORD, 8, 0)
WORD_OF(memfd_size, RECORD + 8, 8, 3 * world_page(&g->w))
WORD_OF(memfd_seals, RECORD + 16, 4, 0)
WORD_OF(memfd_flags, RECORD + 20, 4, 0)
WORD_OF(memfd_folios, NUMBER, 8, world_page(&g->w) / 16)
WORD_OF(area_pages, NUMBER + 16, 4, 1)
WORD_OF(area_flags, NUMBER + 20, 2, 0)
WORD_OF(area_order, NUMBER + 22, 2, 0)
WORD_OF(folio_flags, FOLIO + 6, 2, 0)
WORD_OF(folio_index, FOLIO + 8, 8, 2)
WORD_OF(last_index, FOLIO + 24, 8, 2)

static void area_first(struct ground *g, struct field *f)
{
	page_at(g, f, NUMBER + 8);
}

static void chunk_next(struct ground *g, struct field *f)
{
	page_at(g, f, chunk_of(&g->w));
}

static void chunk_run(struct ground *g, struct field *f)
{
	page_at(g, f, chunk_of(&g->w) + 8);
}

static void chunk_run2(struct ground *g, struct field *f)
{
	page_at(g, f, chunk_of(&g->w) + 16);
}

static void folio(struct ground *g, struct field *f)
{
	page_at(g, f, FOLIO);
	f->pfn = true;
}

static void folio_twin(struct ground *g, struct field *f)
{
	folio(g, f);
	f->other = folio_of(&g->w, 0);
	f->self = chunk_of(&g->w);
}

#define BOTH (ON_V5 | ON_KHO1)

const struct knob knobs_file[] = {
	{ "file: handler", TEXT, BOTH | ON_S3, file_handler },
	{ "file: data", POINTER, BOTH | ON_S3 | ON_L4, file_data },
	{ "file: token", WORD, BOTH, file_token },
	{ "memfd: pos", WORD, BOTH, memfd_pos },
	{ "memfd: size", COUNT, BOTH, memfd_size },
	{ "memfd: seals", WORD, ON_V5, memfd_seals },
	{ "memfd: flags", WORD, ON_V5, memfd_flags },
	{ "memfd: nr_folios", COUNT, BOTH, memfd_folios },
	{ "vmalloc: first chunk", POINTER, BOTH, area_first },
	{ "vmalloc: total_pages", COUNT, BOTH, area_pages },
	{ "vmalloc: flags", WORD, BOTH, area_flags },
	{ "vmalloc: order", WORD, BOTH, area_order },
	{ "vmalloc chunk: next", LOOSE, BOTH, chunk_next },
	{ "vmalloc chunk: run", POINTER, BOTH, chunk_run },
	{ "vmalloc chunk: second run", LOOSE, ON_V5, chunk_run2 },
	{ "folio: frame", POINTER, BOTH, folio },
	{ "folio: frame of another", POINTER, ON_V5, folio_twin },
	{ "folio: flags", WORD, BOTH, folio_flags },
	{ "folio: index", COUNT, BOTH, folio_index },
	{ "folio: last index", COUNT, BOTH, last_index },
	{ NULL },
};
