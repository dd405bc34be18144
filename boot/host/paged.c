/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A copy of memory that is filled page by page. */
#include "paged.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "message.h"

#define PIECE (1ULL << 20)

static int no_memory(void)
{
	host_error("out of memory");
	return HOST_FAILED;
}

/**
 * paged_new() - a memory without RAM
 * @source: copied; its close() is paged_close()'s to call, from now on
 *
 * Return: the memory, or NULL after a message; then @source is still the caller's.
 */
struct paged *paged_new(const struct paged_source *source)
{
	struct paged *p = calloc(1, sizeof(*p));

	if (p)
		p->source = *source;
	else
		no_memory();
	return p;
}

/**
 * paged_add() - add RAM
 * @p:    the memory, not opened yet
 * @pa:   physical address, a multiple of PAGED_PAGE
 * @size: bytes, a multiple of PAGED_PAGE that does not wrap
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int paged_add(struct paged *p, u64 pa, u64 size)
{
	if (size > (1ULL << 62) - p->size) {
		host_error("memory at 0x%llx (0x%llx bytes) is too large", (unsigned long long)pa,
			   (unsigned long long)size);
		return HOST_FAILED;
	}
	if (p->nr_ram == p->max_ram) {
		u32 max = p->max_ram ? 2 * p->max_ram : 64;
		void *more = reallocarray(p->ram, max, sizeof(*p->ram));

		if (!more)
			return no_memory();
		p->ram = more;
		p->max_ram = max;
	}
	p->ram[p->nr_ram++] = (struct paged_ram){ pa, size, p->size };
	p->size += size;
	return 0;
}

static int reserve(struct paged *p)
{
	p->copy = mmap(NULL, p->size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p->copy == MAP_FAILED)
		p->copy = NULL;
	p->have = calloc(p->size / PAGED_PAGE / 64 + 1, sizeof(*p->have));
	if (p->copy && p->have)
		return 0;
	host_error("out of address space for %llu MiB of memory; raise the limit (ulimit -v)",
		   (unsigned long long)(p->size >> 20));
	return HOST_FAILED;
}

/**
 * paged_open() - make a dump of a memory, without any page of it read
 * @d:    filled in; dump_close() gives everything back, also after an error
 * @name: what it is called in messages; must stay
 * @p:    RAM was added; belongs to @d from now on, also after an error
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int paged_open(struct dump *d, const char *name, struct paged *p)
{
	struct dump_file *f;
	int err;

	*d = (struct dump){ 0 };
	d->file = calloc(1, sizeof(*d->file));
	if (!d->file) {
		paged_close(p);
		return no_memory();
	}
	f = d->file;
	d->nr_files = 1;
	*f = (struct dump_file){ .path = name, .fd = -1, .paged = p };
	err = reserve(p);
	if (err)
		return err;
	f->mem = p->copy;
	f->size = p->size;
	f->read = calloc(p->size / PAGED_PAGE / 64 + 1, sizeof(*f->read));
	if (!f->read)
		return no_memory();
	for (u32 i = 0; i < p->nr_ram && !err; i++)
		err = dump_add_seg(d, 0, p->ram[i].pa, p->ram[i].size, p->ram[i].off);
	return err ? err : dump_merge(d);
}

/** paged_close() - give back everything; NULL is nothing. */
void paged_close(struct paged *p)
{
	if (!p)
		return;
	if (p->copy)
		munmap(p->copy, p->size);
	if (p->source.close)
		p->source.close(p->source.ctx);
	free(p->ram);
	free(p->have);
	free(p);
}

/* The physical address of a byte of the copy. */
static u64 address_of(const struct paged *p, u64 off)
{
	for (u32 i = 0; i < p->nr_ram; i++)
		if (off - p->ram[i].off < p->ram[i].size)
			return p->ram[i].pa + (off - p->ram[i].off);
	return ~0ULL;
}

/**
 * paged_load() - have the pages of [off, off + len) of the copy read
 * @f:   the memory; the range was checked to lie in it
 * @off: from the start of its copy
 * @len: bytes
 */
void paged_load(const struct dump_file *f, u64 off, u64 len)
{
	struct paged *p = f->paged;

	for (u64 page = off / PAGED_PAGE; page <= (off + len - 1) / PAGED_PAGE; page++) {
		if (p->have[page / 64] >> (page % 64) & 1)
			continue;
		p->have[page / 64] |= 1ULL << (page % 64);
		p->source.read(p->source.ctx, address_of(p, page * PAGED_PAGE),
			       p->copy + page * PAGED_PAGE, PAGED_PAGE);
	}
}

/**
 * paged_extents() - go over all memory, of which nothing is kept
 * @d:   of paged_open()
 * @fn:  as for dump_extents()
 * @ctx: handed to @fn
 *
 * Return: what @fn returned when it stopped, else 0; HOST_FAILED after a message.
 */
int paged_extents(const struct dump *d, dump_extent_fn fn, void *ctx)
{
	const struct paged_source *s = &d->file[0].paged->source;
	u8 *piece = malloc(PIECE);
	int stop = 0;

	if (!piece)
		return no_memory();
	for (u32 i = 0; i < d->nr_segs && !stop; i++)
		for (u64 at = 0; at < d->seg[i].size && !stop; at += PIECE) {
			u64 len = d->seg[i].size - at < PIECE ? d->seg[i].size - at : PIECE;

			dump_progress(d, &d->seg[i], at);
			s->read(s->ctx, d->seg[i].pa + at, piece, len);
			dump_mark(&d->file[0], d->seg[i].off + at, len);
			stop = fn(ctx, d->seg[i].pa + at, piece, len);
		}
	dump_progress(d, NULL, 0);
	free(piece);
	return stop;
}
