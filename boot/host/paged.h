/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory that cannot be mapped, as a dump: pages are read when something first asks for them, and
 * kept.
 */
#ifndef HOST_PAGED_H
#define HOST_PAGED_H

#include "dump.h"

#define PAGED_PAGE 4096ULL

/** struct paged_ram - RAM; @off is where it lies in the copy. */
struct paged_ram {
	u64 pa;
	u64 size;
	u64 off;
};

/**
 * struct paged_source - where pages come from
 * @read:  fills @to with @len bytes at @pa, which lie in one piece of RAM; with zeros where they
 *         cannot be read
 * @close: gives back @ctx, or NULL
 * @ctx:   handed to both
 */
struct paged_source {
	void (*read)(void *ctx, u64 pa, u8 *to, u64 len);
	void (*close)(void *ctx);
	void *ctx;
};

/**
 * struct paged - such a memory
 * @source: where pages come from
 * @ram, @nr_ram, @max_ram: RAM, in the order added
 * @copy: room for all RAM, of which the pages in @have were read
 * @size: its bytes
 * @have: a bit for each page of @copy
 */
struct paged {
	struct paged_source source;
	struct paged_ram *ram;
	u32 nr_ram, max_ram;
	u8 *copy;
	u64 size;
	u64 *have;
};

struct paged *paged_new(const struct paged_source *source);
int paged_add(struct paged *p, u64 pa, u64 size);
int paged_open(struct dump *d, const char *name, struct paged *p);
void paged_close(struct paged *p);
void paged_load(const struct dump_file *f, u64 off, u64 len);
int paged_extents(const struct dump *d, dump_extent_fn fn, void *ctx);

#endif
