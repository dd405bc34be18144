/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Going over all memory; holes of sparse files are not read. */
#include <errno.h>
#include <unistd.h>

#include "dump.h"

/* Where data starts at or behind off, and where it ends; holes of sparse files are left out. */
static bool next_data(const struct dump_file *f, u64 off, u64 end, u64 *from, u64 *to)
{
	off_t o = lseek(f->fd, (off_t)off, SEEK_DATA);

	*from = off;
	*to = end;
	if (o < 0)
		return errno != ENXIO; /* ENXIO: only a hole is left; else no support: all data */
	if ((u64)o >= end)
		return false;
	*from = (u64)o > off ? (u64)o : off;
	o = lseek(f->fd, (off_t)*from, SEEK_HOLE);
	if (o > 0 && (u64)o > *from && (u64)o < end)
		*to = (u64)o;
	return true;
}

static int seg_extents(const struct dump *d, const struct dump_seg *s, dump_extent_fn fn, void *ctx)
{
	const struct dump_file *f = &d->file[s->file];
	u64 off = s->off, end = s->off + s->size, from, to;

	while (off < end && next_data(f, off, end, &from, &to)) {
		u64 pa = s->pa + (from - s->off);
		u64 back = pa & 4095; /* a page may begin in the hole before */
		int stop;

		if (back > pa - s->pa)
			back = pa - s->pa;
		stop = fn(ctx, pa - back, f->mem + from - back, to - from + back);
		if (stop)
			return stop;
		off = to;
	}
	return 0;
}

/**
 * dump_extents() - go over all memory that may be other than zero
 * @d:   opened dumps
 * @fn:  called with pieces in ascending order; they start at a page or at a segment's start
 * @ctx: handed to @fn
 *
 * Return: what @fn returned when it stopped, else 0.
 */
int dump_extents(const struct dump *d, dump_extent_fn fn, void *ctx)
{
	for (u32 i = 0; i < d->nr_segs; i++) {
		int stop = seg_extents(d, &d->seg[i], fn, ctx);

		if (stop)
			return stop;
	}
	return 0;
}
