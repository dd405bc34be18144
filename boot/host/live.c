/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * RAM is what /proc/iomem calls System RAM. It is read through /proc/kcore, which leaves out pages
 * that must not be touched, else through /dev/mem.
 *
 * Source: fs/proc/kcore.c (p_paddr of RAM is its physical address), drivers/char/mem.c,
 * kernel/resource.c (addresses are 0 without CAP_SYS_ADMIN), Linux 7.3.
 */
#include "live.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "message.h"

#define IOMEM	  "/proc/iomem"
#define KCORE	  "/proc/kcore"
#define DEVMEM	  "/dev/mem"
#define PAGE	  4096ULL
#define PIECE	  (1ULL << 20)
#define MAX_PARTS 4096

/** struct part - [@pa, @pa + @size) is read at @off of the file. */
struct part {
	u64 pa;
	u64 size;
	u64 off;
};

/**
 * struct live - memory that is read bit by bit
 * @fd:   /proc/kcore or /dev/mem, which is @path
 * @part, @nr_parts: where memory is in it
 * @ram, @nr_ram:    RAM; @off is that of the copy
 * @copy: room for all RAM, of which the pages in @have were read
 * @have: a bit for each page of @copy
 */
struct live {
	int fd;
	const char *path;
	struct part part[MAX_PARTS];
	u32 nr_parts;
	struct part ram[MAX_PARTS];
	u32 nr_ram;
	u8 *copy;
	u64 size;
	u64 *have;
};

static bool add_part(struct part *list, u32 *nr, u64 pa, u64 size, u64 off)
{
	struct luo_range r = { pa, size };

	if (!size || !luo_range_valid(&r))
		return true;
	if (*nr == MAX_PARTS)
		return false;
	list[(*nr)++] = (struct part){ pa, size, off };
	return true;
}

/* "40000000-7fffffff : System RAM"; what is indented lies inside of another line's range. */
static int read_iomem(struct live *l)
{
	FILE *f = fopen(IOMEM, "re");
	char line[256];
	u64 first, last;
	int at;

	if (!f) {
		host_error(IOMEM ": cannot be opened: %s", strerror(errno));
		return HOST_FAILED;
	}
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &first, &last, &at) != 2 ||
		    line[0] == ' ' || strncmp(line + at, "System RAM", 10) || last <= first)
			continue;
		first = (first + PAGE - 1) & ~(PAGE - 1);
		last = (last + 1) & ~(PAGE - 1);
		if (last <= first || !add_part(l->ram, &l->nr_ram, first, last - first, l->size))
			continue;
		l->size += last - first;
	}
	fclose(f);
	if (l->nr_ram)
		return 0;
	host_error(IOMEM ": tells of no memory; --live needs root");
	return HOST_FAILED;
}

static bool read_kcore(struct live *l)
{
	Elf64_Ehdr h;
	Elf64_Phdr ph;

	l->nr_parts = 0;
	if (pread(l->fd, &h, sizeof(h), 0) != sizeof(h) || memcmp(h.e_ident, ELFMAG, SELFMAG) ||
	    h.e_phentsize != sizeof(ph))
		return false;
	for (u32 i = 0; i < h.e_phnum; i++) {
		if (pread(l->fd, &ph, sizeof(ph), (off_t)(h.e_phoff + i * sizeof(ph))) !=
		    sizeof(ph))
			return false;
		if (ph.p_type == PT_LOAD && ph.p_paddr != ~0ULL)
			add_part(l->part, &l->nr_parts, ph.p_paddr, ph.p_memsz, ph.p_offset);
	}
	return true;
}

static const struct part *part_of(const struct part *list, u32 nr, u64 pa)
{
	for (u32 i = 0; i < nr; i++)
		if (pa >= list[i].pa && pa - list[i].pa < list[i].size)
			return &list[i];
	return NULL;
}

/* As much as is in one part; what cannot be read is 0, as in a dump. */
static bool read_memory(const struct live *l, u64 pa, u8 *to, u64 len)
{
	bool all = true;

	while (len) {
		const struct part *p = part_of(l->part, l->nr_parts, pa);
		u64 here = PAGE - (pa & (PAGE - 1));
		ssize_t n = -1;

		if (p && len > here && p->size - (pa - p->pa) >= len)
			here = len;
		here = here < len ? here : len;
		if (p)
			n = pread(l->fd, to, here, (off_t)(p->off + (pa - p->pa)));
		if (n <= 0) {
			here = here > PAGE ? PAGE - (pa & (PAGE - 1)) : here;
			memset(to, 0, here);
			n = (ssize_t)here;
			all = false;
		}
		to += n;
		pa += (u64)n;
		len -= (u64)n;
	}
	return all;
}

/* Can the first page of the last range be read? Low memory may be allowed where the rest is not. */
static bool try_source(struct live *l, const char *path)
{
	u8 page[PAGE];

	l->path = path;
	l->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (l->fd < 0)
		return false;
	if (!strcmp(path, KCORE)) {
		if (read_kcore(l) && read_memory(l, l->ram[l->nr_ram - 1].pa, page, PAGE))
			return true;
	} else {
		l->nr_parts = 0;
		add_part(l->part, &l->nr_parts, 0, 1ULL << 62, 0);
		if (read_memory(l, l->ram[l->nr_ram - 1].pa, page, PAGE))
			return true;
	}
	close(l->fd);
	l->fd = -1;
	return false;
}

static int open_source(struct live *l)
{
	if (try_source(l, KCORE) || try_source(l, DEVMEM))
		return 0;
	host_error("memory can be read neither through " KCORE " (CONFIG_PROC_KCORE) nor " DEVMEM
		   " (CONFIG_DEVMEM without CONFIG_STRICT_DEVMEM); both need root, and lockdown "
		   "forbids both");
	return HOST_FAILED;
}

static int reserve(struct live *l)
{
	l->copy = mmap(NULL, l->size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (l->copy == MAP_FAILED)
		l->copy = NULL;
	l->have = calloc(l->size / PAGE / 64 + 1, sizeof(*l->have));
	if (l->copy && l->have)
		return 0;
	host_error("out of address space for %llu MiB of memory; raise the limit (ulimit -v)",
		   (unsigned long long)(l->size >> 20));
	return HOST_FAILED;
}

/**
 * live_open() - make a dump of the running kernel's memory
 * @d: filled in, without any page of it read; dump_close() gives everything back
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int live_open(struct dump *d)
{
	struct live *l = calloc(1, sizeof(*l));
	int err;

	*d = (struct dump){ 0 };
	d->file = calloc(1, sizeof(*d->file));
	if (!l || !d->file) {
		free(l);
		host_error("out of memory");
		return HOST_FAILED;
	}
	l->fd = -1;
	d->nr_files = 1;
	d->file[0] = (struct dump_file){ .path = "running kernel", .fd = -1, .live = l };
	err = read_iomem(l);
	if (!err)
		err = open_source(l);
	if (!err)
		err = reserve(l);
	d->file[0].mem = l->copy;
	d->file[0].size = l->size;
	d->file[0].read = calloc(l->size / PAGE / 64 + 1, sizeof(*d->file[0].read));
	if (!err && !d->file[0].read) {
		host_error("out of memory");
		err = HOST_FAILED;
	}
	for (u32 i = 0; i < l->nr_ram && !err; i++)
		err = dump_add_seg(d, 0, l->ram[i].pa, l->ram[i].size, l->ram[i].off);
	return err ? err : dump_merge(d);
}

/** live_source() - what memory is read through. */
const char *live_source(const struct dump *d)
{
	return d->file[0].live->path;
}

/** live_close() - give back everything; NULL is nothing. */
void live_close(struct live *live)
{
	if (!live)
		return;
	if (live->copy)
		munmap(live->copy, live->size);
	if (live->fd >= 0)
		close(live->fd);
	free(live->have);
	free(live);
}

/* The physical address of a byte of the copy; the list is that of /proc/iomem, in its order. */
static u64 address_of(const struct live *l, u64 off)
{
	for (u32 i = 0; i < l->nr_ram; i++)
		if (off - l->ram[i].off < l->ram[i].size)
			return l->ram[i].pa + (off - l->ram[i].off);
	return ~0ULL;
}

/**
 * live_load() - have the pages of [off, off + len) of the copy read
 * @f:   the running kernel; the range was checked to lie in it
 * @off: from the start of its copy
 * @len: bytes
 */
void live_load(const struct dump_file *f, u64 off, u64 len)
{
	struct live *l = f->live;

	for (u64 page = off / PAGE; page <= (off + len - 1) / PAGE; page++) {
		if (l->have[page / 64] >> (page % 64) & 1)
			continue;
		l->have[page / 64] |= 1ULL << (page % 64);
		read_memory(l, address_of(l, page * PAGE), l->copy + page * PAGE, PAGE);
	}
}

/**
 * live_extents() - go over all memory, of which nothing is kept
 * @d:   of live_open()
 * @fn:  as for dump_extents()
 * @ctx: handed to @fn
 *
 * Return: what @fn returned when it stopped, else 0; HOST_FAILED after a message.
 */
int live_extents(const struct dump *d, dump_extent_fn fn, void *ctx)
{
	const struct live *l = d->file[0].live;
	u8 *piece = malloc(PIECE);
	int stop = 0;

	if (!piece) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	for (u32 i = 0; i < d->nr_segs && !stop; i++)
		for (u64 at = 0; at < d->seg[i].size && !stop; at += PIECE) {
			u64 len = d->seg[i].size - at < PIECE ? d->seg[i].size - at : PIECE;

			read_memory(l, d->seg[i].pa + at, piece, len);
			dump_mark(&d->file[0], d->seg[i].off + at, len);
			stop = fn(ctx, d->seg[i].pa + at, piece, len);
		}
	free(piece);
	return stop;
}
