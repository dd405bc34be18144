/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Opening dumps: mapping the files and telling ELF cores, raw memory and other formats apart. */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elfcore.h"
#include "message.h"
#include "paged.h"

#define DUMP_GRAIN 4096ULL /* what is read at once */

static int map_file(struct dump_file *f)
{
	struct stat st;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st)) {
		host_error("%s: cannot be opened: %s; check the path", f->path, strerror(errno));
		return HOST_FAILED;
	}
	if (!S_ISREG(st.st_mode)) {
		host_error("%s: is not a regular file; write the dump to a file first", f->path);
		return HOST_FAILED;
	}
	if (!st.st_size) {
		host_error("%s: is empty; take the dump again", f->path);
		return HOST_FAILED;
	}
	f->size = (u64)st.st_size;
	f->mem = mmap(NULL, f->size, PROT_READ, MAP_SHARED, f->fd, 0);
	if (f->mem == MAP_FAILED) {
		f->mem = NULL;
		host_error("%s: cannot be mapped: %s; raise the address space limit (ulimit -v)",
			   f->path, strerror(errno));
		return HOST_FAILED;
	}
	/* Metadata lie scattered: what surrounds them need not be read. See also extents.c. */
	madvise((void *)f->mem, f->size, MADV_RANDOM);
	f->read = calloc(f->size / DUMP_GRAIN / 64 + 1, sizeof(*f->read));
	if (!f->read) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	return 0;
}

/* Formats that are neither and must not be taken for raw memory: what to do about each. */
static const struct {
	const char *magic;
	const char *what;
} foreign[] = {
	{ "KDUMP   ", "a compressed kdump; take it without -z, -l or -s" },
	{ "DISKDUMP", "a compressed diskdump; take it as ELF" },
	{ "makedumpfile", "a flattened makedumpfile dump; rearrange it with makedumpfile -R" },
	{ "PAGEDU64", "a Windows crash dump; take it without -w" },
	{ "QFI\373", "a qcow2 image, not memory; convert or dump with dump-guest-memory" },
	{ "QEVM", "a QEMU migration stream; use dump-guest-memory instead" },
};

static int check_foreign(const struct dump_file *f)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(foreign); i++) {
		size_t n = strlen(foreign[i].magic);

		if (f->size < n || memcmp(f->mem, foreign[i].magic, n))
			continue;
		host_error("%s: is %s", f->path, foreign[i].what);
		return HOST_FAILED;
	}
	return 0;
}

static int add_raw(struct dump *d, u32 i, const struct dump_arg *arg)
{
	const struct dump_file *f = &d->file[i];

	if (i && !arg->has_base) {
		host_error("%s: raw file without an address; put --base ADDR before it "
			   "(only the first file starts at 0 by default)",
			   f->path);
		return HOST_USAGE;
	}
	if (arg->base & 4095) {
		host_error("%s: --base 0x%llx is not the start of a page; give a multiple of 4096",
			   f->path, (unsigned long long)arg->base);
		return HOST_USAGE;
	}
	return dump_add_seg(d, i, arg->base, f->size, 0);
}

static int add_file(struct dump *d, u32 i, const struct dump_arg *arg)
{
	struct dump_file *f = &d->file[i];
	int err = map_file(f);

	if (err)
		return err;
	dump_mark(f, 0, 1); /* what kind of file it is */
	if (!elfcore_magic(f->mem, f->size)) {
		err = check_foreign(f);
		return err ? err : add_raw(d, i, arg);
	}
	if (arg->has_base) {
		host_error("%s: is an ELF core, which has addresses of its own; "
			   "--base is for raw files only",
			   f->path);
		return HOST_USAGE;
	}
	return elfcore_add(d, i);
}

/**
 * dump_open() - make one memory of several files
 * @d:   filled in; dump_close() gives everything back, also after an error
 * @arg: files and their addresses
 * @nr:  how many
 *
 * Return: 0, or HOST_FAILED or HOST_USAGE after a message.
 */
int dump_open(struct dump *d, const struct dump_arg *arg, u32 nr)
{
	int err = 0;

	*d = (struct dump){ 0 };
	d->file = calloc(nr, sizeof(*d->file));
	if (!d->file) {
		host_error("out of memory");
		return HOST_FAILED;
	}
	for (u32 i = 0; i < nr && !err; i++) {
		d->file[i] = (struct dump_file){ .path = arg[i].path, .fd = -1 };
		d->nr_files++;
		err = add_file(d, i, &arg[i]);
	}
	return err ? err : dump_merge(d);
}

/** dump_close() - unmap and close all; pointers into the view end here. */
void dump_close(struct dump *d)
{
	for (u32 i = 0; i < d->nr_segs; i++)
		if (d->seg[i].copy)
			munmap(d->seg[i].copy, d->seg[i].size + 8192);
	for (u32 i = 0; i < d->nr_files; i++) {
		paged_close(d->file[i].paged);
		if (d->file[i].mem && !d->file[i].paged)
			munmap((void *)d->file[i].mem, d->file[i].size);
		if (d->file[i].fd >= 0)
			close(d->file[i].fd);
		free(d->file[i].read);
	}
	free(d->file);
	free(d->seg);
	free(d->ram);
	free(d->cpu);
	*d = (struct dump){ 0 };
}

/** dump_is_file() - is the open file @fd one of the dumps, by whatever name? */
bool dump_is_file(const struct dump *d, int fd)
{
	struct stat a, b;

	if (fstat(fd, &a))
		return false;
	for (u32 i = 0; i < d->nr_files; i++)
		if (!fstat(d->file[i].fd, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return true;
	return d->also && dump_is_file(d->also, fd);
}

/**
 * dump_mark() - remember that bytes of a file are read
 * @f:   the file
 * @off: where they start, in the file
 * @len: how many; all are in the file
 */
void dump_mark(const struct dump_file *f, u64 off, u64 len)
{
	u64 end = (off + len + DUMP_GRAIN - 1) / DUMP_GRAIN;

	for (u64 i = off / DUMP_GRAIN; i < end; i++)
		f->read[i / 64] |= 1ULL << i % 64;
}

/* Most memory ever resident, in KiB. (getrusage() would count what started this program, too.) */
static unsigned long long most_memory(void)
{
	unsigned long long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");
	char line[128];

	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %llu", &kib) == 1)
			break;
	if (status)
		fclose(status);
	return kib;
}

/** dump_say_read() - a note of how much was read, and in how much memory (--stats). */
void dump_say_read(const struct dump *d)
{
	u64 grains = 0, size = 0;

	for (u32 i = 0; i < d->nr_files; i++) {
		size += d->file[i].size;
		for (u64 w = 0; w <= d->file[i].size / DUMP_GRAIN / 64; w++)
			grains += (u64)__builtin_popcountll(d->file[i].read[w]);
	}
	host_note("%llu bytes of %llu were read, in %llu KiB of memory at most",
		  (unsigned long long)grains * DUMP_GRAIN, (unsigned long long)size, most_memory());
}
