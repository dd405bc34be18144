/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory dumps as one view of physical memory. Files are mapped read-only and never written.
 */
#ifndef HOST_DUMP_H
#define HOST_DUMP_H

#include "../../luo/found.h"
#include "options.h"

struct paged;

/**
 * struct dump_file - one mapped file of @size bytes
 * @read: a bit for each 4096 bytes that were asked for, so that it can be said how much was read
 * @paged: memory that is read page by page instead of a file, or NULL
 */
struct dump_file {
	const char *path;
	int fd;
	const u8 *mem;
	u64 size;
	u64 *read;
	struct paged *paged;
};

/**
 * struct dump_seg - one piece of physical memory
 * @pa:   physical address of its first byte
 * @size: bytes
 * @off:  offset of that byte in the file; [off, off + size) was checked to lie in it
 * @file: index of the file
 * @copy: see dump_map(): anonymous memory, made when first needed
 */
struct dump_seg {
	u64 pa;
	u64 size;
	u64 off;
	u32 file;
	u8 *copy;
};

/**
 * struct dump_cpu - @reg is the register in which a kernel is given boot data of @kind, @pc where
 * the CPU is
 */
struct dump_cpu {
	u64 reg;
	u64 pc;
	enum luo_boot_kind kind;
};

/**
 * struct dump - all files together
 * @file, @nr_files: the files in the order given
 * @seg, @nr_segs:   pieces; ascending and disjoint after dump_open()
 * @max_segs:        room in @seg
 * @ram, @nr_ram:    the same as the core wants it, adjacent pieces merged
 * @cpu, @nr_cpus:   the CPUs that ELF cores tell of
 * @failed:          address space ran out: what the core says is not true
 * @also:            another one, none of whose files may be written to either; or NULL
 */
struct dump {
	struct dump_file *file;
	u32 nr_files;
	struct dump_seg *seg;
	u32 nr_segs;
	u32 max_segs;
	struct luo_range *ram;
	u32 nr_ram;
	struct dump_cpu *cpu;
	u32 nr_cpus;
	bool failed;
	const struct dump *also;
};

/** typedef dump_extent_fn - told of [pa, pa + len) at @p; returns non-zero to stop. */
typedef int (*dump_extent_fn)(void *ctx, u64 pa, const u8 *p, u64 len);

int dump_open(struct dump *d, const struct dump_arg *arg, u32 nr);
void dump_close(struct dump *d);
int dump_add_seg(struct dump *d, u32 file, u64 pa, u64 size, u64 off);
int dump_merge(struct dump *d);
void dump_phys(struct dump *d, struct luo_phys *phys);
void dump_progress(const struct dump *d, const struct dump_seg *s, u64 done);
int dump_extents(const struct dump *d, dump_extent_fn fn, void *ctx);
bool dump_is_file(const struct dump *d, int fd);
void dump_mark(const struct dump_file *f, u64 off, u64 len);
void dump_say_read(const struct dump *d);

#endif
