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
#include <unistd.h>

#include "message.h"
#include "paged.h"

#define IOMEM	  "/proc/iomem"
#define KCORE	  "/proc/kcore"
#define DEVMEM	  "/dev/mem"
#define PAGE	  PAGED_PAGE
#define MAX_PARTS 4096

/** struct part - [@pa, @pa + @size) is read at @off of the file. */
struct part {
	u64 pa;
	u64 size;
	u64 off;
};

/**
 * struct live - what the running kernel's memory is read through
 * @fd:   /proc/kcore or /dev/mem, which is @path
 * @part, @nr_parts: where memory is in it
 * @last: the last range of RAM
 */
struct live {
	int fd;
	const char *path;
	struct part part[MAX_PARTS];
	u32 nr_parts;
	u64 last;
};

static void add_part(struct live *l, u64 pa, u64 size, u64 off)
{
	struct luo_range r = { pa, size };

	if (size && luo_range_valid(&r) && l->nr_parts < MAX_PARTS)
		l->part[l->nr_parts++] = (struct part){ pa, size, off };
}

/* "40000000-7fffffff : System RAM"; what is indented lies inside of another line's range. */
static int read_iomem(struct live *l, struct paged *p)
{
	FILE *f = fopen(IOMEM, "re");
	char line[256];
	u64 first, last;
	int at, err = 0;

	if (!f) {
		host_error(IOMEM ": cannot be opened: %s", strerror(errno));
		return HOST_FAILED;
	}
	while (!err && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &first, &last, &at) != 2 ||
		    line[0] == ' ' || strncmp(line + at, "System RAM", 10) || last <= first)
			continue;
		first = (first + PAGE - 1) & ~(PAGE - 1);
		last = (last + 1) & ~(PAGE - 1);
		if (last <= first)
			continue;
		err = paged_add(p, first, last - first);
		l->last = first;
	}
	fclose(f);
	if (err || p->nr_ram)
		return err;
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
			add_part(l, ph.p_paddr, ph.p_memsz, ph.p_offset);
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
		if (read_kcore(l) && read_memory(l, l->last, page, PAGE))
			return true;
	} else {
		l->nr_parts = 0;
		add_part(l, 0, 1ULL << 62, 0);
		if (read_memory(l, l->last, page, PAGE))
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

static void read_page(void *ctx, u64 pa, u8 *to, u64 len)
{
	read_memory(ctx, pa, to, len);
}

static void close_source(void *ctx)
{
	struct live *l = ctx;

	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

static struct paged *new_memory(void)
{
	struct live *l = calloc(1, sizeof(*l));
	struct paged_source source = { read_page, close_source, l };
	struct paged *p;

	if (!l) {
		host_error("out of memory");
		return NULL;
	}
	l->fd = -1;
	p = paged_new(&source);
	if (!p)
		free(l);
	return p;
}

/**
 * live_open() - make a dump of the running kernel's memory
 * @d: filled in, without any page of it read; dump_close() gives everything back
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int live_open(struct dump *d)
{
	struct paged *p = new_memory();
	int err;

	*d = (struct dump){ 0 };
	if (!p)
		return HOST_FAILED;
	err = read_iomem(p->source.ctx, p);
	if (!err)
		err = open_source(p->source.ctx);
	if (!err)
		return paged_open(d, "running kernel", p);
	paged_close(p);
	return err;
}

/** live_source() - what memory is read through. */
const char *live_source(const struct dump *d)
{
	return ((const struct live *)d->file[0].paged->source.ctx)->path;
}
