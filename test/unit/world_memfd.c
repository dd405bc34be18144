/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A writer of memfds larger than those of the standard state: folios of any order, arrays of them
 * in runs of any order, listed in any number of chunks. A chunk has the next one's address @0 and
 * then addresses of runs up to a 0 or its end.
 */
#include "world.h"

/* Where in a record the number of folios is: @24, in memfd-v1 @16. The descriptor follows. */
u64 world_folios_at(const struct world *w)
{
	return w->v1 ? 16 : 24;
}

static void write_folio(struct world *w, u64 entry, u64 pa, u64 index)
{
	world_put(w, entry, pa >> w->shift | 3ULL << 52);
	world_put(w, entry + 8, index);
}

/* List @area pages in chunks; folio entries go to them as they come, in order. */
static u64 write_area(struct world *w, u32 nr, u32 order, u32 area, u32 run, u32 per_chunk)
{
	u64 first = world_alloc(w, 0), chunk = first, room = world_page(w) / 16, done = 0;
	u32 slot = 0;

	for (u32 page = 0; page < area; page += 1U << run) {
		u64 pa = world_alloc(w, run);

		world_put(w, chunk + 8 + slot * 8, pa);
		for (u64 i = 0; i < room << run && done < nr; i++, done++)
			write_folio(w, pa + i * 16, world_alloc(w, order), done << order);
		if (++slot < per_chunk)
			continue;
		world_put(w, chunk, world_alloc(w, 0));
		chunk = world_get(w, chunk);
		slot = 0;
	}
	assert_int_equal(done, nr);
	return first;
}

/*
 * A memfd of @nr folios of 2^@order pages. Their array takes @area pages, a multiple of 2^@run,
 * in runs of that order, and @per_chunk runs fill a chunk; the last chunk may stay empty. The
 * file ends in the middle of its last page.
 */
u64 world_large_memfd(struct world *w, u32 nr, u32 order, u32 area, u32 run, u32 per_chunk)
{
	u64 rec = world_alloc(w, 0), at = rec + world_folios_at(w);

	world_put(w, rec + 8, ((u64)nr << order << w->shift) - 7);
	world_put(w, at, nr);
	world_put(w, at + 8, write_area(w, nr, order, area, run, per_chunk));
	world_put(w, at + 16, area | 1ULL << 32 | (u64)run << 48);
	return rec;
}
