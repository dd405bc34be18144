/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The pieces of all dumps in order, and the core's window on them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dump.h"
#include "message.h"
#include "paged.h"

#define FDT_MAGIC_BYTES "\xd0\x0d\xfe\xed"
#define COPY_MAX	(2U << 20) /* no tree that Linux takes is larger */

static unsigned long long ull(u64 v)
{
	return v;
}

/**
 * dump_add_seg() - add a piece of memory
 * @d:    the dumps
 * @file: index of the file that holds it
 * @pa:   physical address
 * @size: bytes, 0 adds nothing
 * @off:  where in the file
 *
 * Return: 0, or HOST_FAILED after a message: the piece is not wholly in the file, or would wrap.
 */
int dump_add_seg(struct dump *d, u32 file, u64 pa, u64 size, u64 off)
{
	const struct dump_file *f = &d->file[file];

	if (!size)
		return 0;
	if (off > f->size || size > f->size - off) {
		host_error("%s: is truncated: memory at 0x%llx (0x%llx bytes) lies behind the end "
			   "of the file; take the dump again",
			   f->path, ull(pa), ull(size));
		return HOST_FAILED;
	}
	if (size > ~0ULL - pa) {
		host_error("%s: memory at 0x%llx (0x%llx bytes) goes beyond 64 bits; "
			   "check --base, or take the dump again",
			   f->path, ull(pa), ull(size));
		return HOST_FAILED;
	}
	if (d->nr_segs == d->max_segs) {
		u32 max = d->max_segs ? 2 * d->max_segs : 64;
		void *p = reallocarray(d->seg, max, sizeof(*d->seg));

		if (!p) {
			host_error("%s: out of memory", f->path);
			return HOST_FAILED;
		}
		d->seg = p;
		d->max_segs = max;
	}
	d->seg[d->nr_segs++] = (struct dump_seg){ pa, size, off, file, NULL };
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct dump_seg *x = a, *y = b;

	if (x->pa != y->pa)
		return x->pa < y->pa ? -1 : 1;
	return x->file < y->file ? -1 : x->file > y->file;
}

/* Is next the same bytes of the same file, further on? (cores with virtual addresses do that) */
static bool continues(const struct dump_seg *seg, const struct dump_seg *next)
{
	return next->file == seg->file && next->off - next->pa == seg->off - seg->pa &&
	       next->pa - seg->pa <= seg->size;
}

static int overlap(const struct dump *d, const struct dump_seg *a, const struct dump_seg *b)
{
	const char *x = d->file[a->file].path, *y = d->file[b->file].path;

	if (a->file == b->file)
		host_error("%s: holds memory at 0x%llx twice; take the dump again, without -p", x,
			   ull(b->pa));
	else
		host_error("%s and %s both hold memory at 0x%llx; check each --base, or leave one "
			   "out",
			   x, y, ull(b->pa));
	return HOST_FAILED;
}

static int merge_segs(struct dump *d)
{
	u32 out = 0;

	for (u32 i = 0; i < d->nr_segs; i++) {
		struct dump_seg *last = out ? &d->seg[out - 1] : NULL;
		const struct dump_seg *s = &d->seg[i];

		if (last && continues(last, s)) {
			u64 end = s->pa - last->pa + s->size;

			if (end > last->size)
				last->size = end;
			continue;
		}
		if (last && s->pa - last->pa < last->size)
			return overlap(d, last, s);
		d->seg[out++] = *s;
	}
	d->nr_segs = out;
	return 0;
}

/**
 * dump_merge() - put the pieces in order and make the list of RAM of them
 * @d: the dumps, all files added
 *
 * Return: 0, or HOST_FAILED after a message: two pieces claim the same memory, or there is none.
 */
int dump_merge(struct dump *d)
{
	int err;

	if (!d->nr_segs) {
		host_error("%s: holds no memory (no PT_LOAD segment with content); "
			   "take the dump again",
			   d->file[0].path);
		return HOST_FAILED;
	}
	qsort(d->seg, d->nr_segs, sizeof(*d->seg), by_address);
	err = merge_segs(d);
	if (err)
		return err;
	d->ram = calloc(d->nr_segs, sizeof(*d->ram));
	if (!d->ram) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	for (u32 i = 0; i < d->nr_segs; i++)
		d->ram[i] = (struct luo_range){ d->seg[i].pa, d->seg[i].size };
	d->nr_ram = luo_ranges_normalize(d->ram, d->nr_segs);
	return 0;
}

static struct dump_seg *find_seg(struct dump *d, u64 pa)
{
	u32 lo = 0, hi = d->nr_segs;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (d->seg[mid].pa <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &d->seg[lo - 1] : NULL;
}

/*
 * libfdt wants its trees 8-byte aligned in memory, but an ELF core puts pages at any offset. Trees
 * (and nothing else) are copied to anonymous memory that is aligned like the physical address.
 */
static const void *aligned_copy(struct dump *d, struct dump_seg *seg, u64 pa, const u8 *p, u64 len)
{
	u8 *to;

	if (!seg->copy) {
		void *m = mmap(NULL, seg->size + 8192, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (m == MAP_FAILED) {
			if (!d->failed)
				host_error("out of address space: %s; raise the limit (ulimit -v)",
					   strerror(errno));
			d->failed = true;
			return NULL;
		}
		seg->copy = m;
	}
	to = seg->copy + (seg->pa & 4095) + (pa - seg->pa);
	memcpy(to, p, len);
	return to;
}

static const void *dump_map(void *ctx, u64 pa, u64 len)
{
	struct dump *d = ctx;
	struct dump_seg *seg = find_seg(d, pa);
	struct luo_range r;
	const u8 *p;

	if (!seg)
		return NULL;
	r = (struct luo_range){ seg->pa, seg->size };
	if (!luo_range_holds(&r, pa, len))
		return NULL;
	dump_mark(&d->file[seg->file], seg->off + (pa - seg->pa), len);
	if (d->file[seg->file].paged)
		paged_load(&d->file[seg->file], seg->off + (pa - seg->pa), len);
	p = d->file[seg->file].mem + seg->off + (pa - seg->pa);
	if ((uintptr_t)p % 8 == 0 || pa % 8 || len < 4 || len > COPY_MAX ||
	    memcmp(p, FDT_MAGIC_BYTES, 4))
		return p;
	return aligned_copy(d, seg, pa, p, len);
}

static const struct luo_mem_ops dump_ops = { .map = dump_map };

/**
 * dump_phys() - the view that the core reads: RAM is what the dumps hold, nothing can be stored
 * @d:    opened dumps
 * @phys: filled in, without scratch areas, page size 4096
 */
void dump_phys(struct dump *d, struct luo_phys *phys)
{
	*phys = (struct luo_phys){
		.ops = &dump_ops,
		.ctx = d,
		.ram = d->ram,
		.nr_ram = d->nr_ram,
		.page_shift = 12,
	};
}
