/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Going over all memory; holes of sparse files are not read. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"
#include "paged.h"

#define LARGE (4ULL << 20)
#define PIECE (256ULL << 20) /* at most shown at once, so that it can be said how far it got */

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

/*
 * The mapping is told not to read around what is asked for (dump.c), which would make going over
 * much data slow. A small piece is announced as it is, so that nothing behind it is read; for a
 * large one the kernel reads ahead as usual.
 */
static void announce(const struct dump_file *f, u64 from, u64 len, bool begin)
{
	if (len < LARGE && begin)
		posix_fadvise(f->fd, (off_t)from, (off_t)len, POSIX_FADV_WILLNEED);
	else if (len >= LARGE)
		madvise((void *)f->mem, f->size, begin ? MADV_NORMAL : MADV_RANDOM);
	if (begin)
		dump_mark(f, from, len);
}

/* Pages that were gone over once are not kept: memory stays small, however large the dump. */
static void forget(const struct dump_file *f, u64 from, u64 to)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE), first = (from + page - 1) / page * page;

	if (to / page * page > first)
		madvise((void *)(f->mem + first), to / page * page - first, MADV_DONTNEED);
}

/* As much of [from, to) as does not go over a multiple of PIECE; @pa is the address of from. */
static u64 cut(u64 pa, u64 from, u64 to)
{
	u64 piece = PIECE - pa % PIECE;

	return to - from < piece ? to : from + piece;
}

static int seg_extents(const struct dump *d, const struct dump_seg *s, dump_extent_fn fn, void *ctx)
{
	const struct dump_file *f = &d->file[s->file];
	u64 off = s->off, end = s->off + s->size, from, to;

	while (off < end && next_data(f, off, end, &from, &to)) {
		u64 pa = s->pa + (from - s->off);
		u64 back = pa & 4095; /* a page may begin in the hole before */
		int stop;

		to = cut(pa, from, to);
		if (back > pa - s->pa)
			back = pa - s->pa;
		dump_progress(d, s, from - s->off);
		announce(f, from - back, to - from + back, true);
		stop = fn(ctx, pa - back, f->mem + from - back, to - from + back);
		announce(f, from - back, to - from + back, false);
		forget(f, from - back, to);
		if (stop)
			return stop;
		off = to;
	}
	return 0;
}

/**
 * dump_progress() - say how far going over all memory has got
 * @d: opened dumps
 * @s: the piece at hand, NULL: that was all
 * @done: bytes of it that were gone over
 */
void dump_progress(const struct dump *d, const struct dump_seg *s, u64 done)
{
	u64 all = 0, before = 0;

	for (u32 i = 0; i < d->nr_segs; i++) {
		if (&d->seg[i] == s)
			before = all + done;
		all += d->seg[i].size;
	}
	host_progress("looking through memory", s ? before : all, all);
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
	int stop = 0;

	if (d->nr_files && d->file[0].paged)
		return paged_extents(d, fn, ctx);
	for (u32 i = 0; i < d->nr_segs && !stop; i++)
		stop = seg_extents(d, &d->seg[i], fn, ctx);
	dump_progress(d, NULL, 0);
	return stop;
}
