// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Filling memfds with known contents, and the digest of what one holds. Both go
 * through a mapping, as a virtual machine's memory does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static uint64_t seed_of(const char *text)
{
	uint64_t h = FNV_BASIS;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * FNV_PRIME;
	return h;
}

static void fill(unsigned char *to, uint64_t size, uint64_t x)
{
	for (uint64_t at = 0; at < size; at += sizeof(x)) {
		uint64_t left = size - at;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		memcpy(to + at, &x, left < sizeof(x) ? left : sizeof(x));
	}
}

static int fill_memfd(int fd, const char *text, uint64_t size)
{
	void *map;

	if (ftruncate(fd, (off_t)size))
		return errno;
	if (!size)
		return 0;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	fill(map, size, seed_of(text));
	munmap(map, size);
	return 0;
}

int memfd_make(const char *text, uint64_t size)
{
	int fd = memfd_create("luotest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err;

	if (fd < 0)
		return -errno;
	err = fill_memfd(fd, text, size);
	if (err) {
		close(fd);
		return -err;
	}
	return fd;
}

static uint64_t digest_of(const unsigned char *from, uint64_t size)
{
	uint64_t h = FNV_BASIS;

	for (uint64_t at = 0; at < size; at += sizeof(h)) {
		uint64_t left = size - at, word = 0;

		memcpy(&word, from + at, left < sizeof(word) ? left : sizeof(word));
		h = (h ^ word) * FNV_PRIME;
	}
	return h;
}

int memfd_digest(int fd, uint64_t *size, uint64_t *digest)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st))
		return errno;
	*size = (uint64_t)st.st_size;
	*digest = FNV_BASIS;
	if (!*size)
		return 0;
	map = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return errno;
	*digest = digest_of(map, *size);
	munmap(map, *size);
	return 0;
}
