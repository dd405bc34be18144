/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Compressed arm64 kernels: Image.gz, Image.zst, and EFI zboot images, whose payload is one of the
 * two. An x86_64 bzImage decompresses itself, an arm64 Image does not, and kexec_file_load() takes
 * nothing but an Image. Zboot header: drivers/firmware/efi/libstub/zboot-header.S (6.1 to 7.3).
 */
#include "wrap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "wrap_inflate.h"

#define ZBOOT_HEADER	 64
#define ZBOOT_OFFSET	 8  /* u32: the compressed kernel in the file */
#define ZBOOT_SIZE	 12 /* u32 */
#define ZBOOT_TYPE	 24 /* its compression, a text with a NUL */
#define ZBOOT_TYPE_BYTES 32
#define PE_OFFSET	 60 /* u32 */
#define PE_ARM64	 0xaa64

/* What a file starts with. */
static const struct magic {
	const char *start;
	size_t size;
	const char *name;
	inflate_fn *inflate;
	const char *tool; /* that unpacks what luo does not */
} magics[] = {
	{ "\x1f\x8b", 2, "gzip", inflate_gzip, NULL },
	{ "\x28\xb5\x2f\xfd", 4, "zstd", inflate_zstd, NULL },
	{ "\3757zXZ\0", 6, "xz", NULL, "xz -dc" },
	{ "\x02\x21\x4c\x18", 4, "lz4", NULL, "lz4 -dc" }, /* legacy frame: the kernel's */
	{ "\x04\x22\x4d\x18", 4, "lz4", NULL, "lz4 -dc" },
	{ "BZh", 3, "bzip2", NULL, "bzip2 -dc" },
	{ "\x89LZO\0", 5, "lzo", NULL, "lzop -dc" },
	{ "]\0\0", 3, "lzma", NULL, "xz -dc --format=lzma" },
};

static int report(const struct wrap_file *f, const char *name, enum inflate_result r, u64 limit)
{
	switch (r) {
	case INFLATE_OK:
		return 0;
	case INFLATE_NO_MEMORY:
		return wrap_refuse(f, "out of memory");
	case INFLATE_NO_IMAGE:
		return wrap_refuse(f, "what it unpacks to is no arm64 Image");
	case INFLATE_LARGE:
		return wrap_refuse(f,
				   limit < INFLATE_MAX
					   ? "unpacks to more than its own image_size says"
					   : "unpacks to more than 512 MiB, so to no arm64 Image");
	case INFLATE_WINDOW:
		return wrap_refuse(f, "its zstd window is larger than 128 MiB; unpack it first "
				      "(zstd -dc --long=31) and give the Image");
	case INFLATE_MORE:
		return wrap_refuse(f, "bytes that are no part of it follow the compressed kernel");
	case INFLATE_CUT:
		host_error("%s: cut short: its %s data ends too early", f->path, name);
		return HOST_FAILED;
	case INFLATE_DAMAGED:
		break;
	}
	host_error("%s: damaged: its %s data cannot be unpacked", f->path, name);
	return HOST_FAILED;
}

/* Puts the unpacked Image in the file's place. */
static int expand(struct wrap_file *f, const char *name, inflate_fn *inflate, u64 at, u64 size)
{
	struct inflated out = { 0 };
	enum inflate_result r = inflate(f->data + at, size, &out);

	if (r) {
		free(out.data);
		return report(f, name, r, out.limit);
	}
	free(f->data);
	f->data = out.data;
	f->size = out.size;
	return 0;
}

/* Its PE header says what machine it is for; a damaged one shows when it is unpacked. */
static int check_machine(const struct wrap_file *f)
{
	u64 pe = luo_get32(f->data + PE_OFFSET);
	u16 machine;

	if (pe > f->size || f->size - pe < 6)
		return 0;
	machine = wrap_get16(f->data + pe + 4);
	if (machine == PE_ARM64)
		return 0;
	host_error("%s: an EFI zboot image for another architecture than arm64 (PE machine %#x)",
		   f->path, machine);
	return HOST_FAILED;
}

/* The name of the compression, or NULL when there is none that could be printed. */
static const char *zboot_type(const struct wrap_file *f)
{
	const char *type = (const char *)f->data + ZBOOT_TYPE;

	for (size_t i = 0; i < ZBOOT_TYPE_BYTES; i++) {
		if (!type[i])
			return i ? type : NULL;
		if (!isalnum((unsigned char)type[i]))
			return NULL;
	}
	return NULL;
}

static int unpack_zboot(struct wrap_file *f)
{
	u32 at = luo_get32(f->data + ZBOOT_OFFSET), size = luo_get32(f->data + ZBOOT_SIZE);
	const char *type = zboot_type(f);
	int status = check_machine(f);

	if (status)
		return status;
	if (!type)
		return wrap_refuse(f, "EFI zboot header damaged: no name of a compression");
	if (at < ZBOOT_HEADER || at > f->size || size > f->size - at)
		return wrap_refuse(f,
				   "damaged or cut short: the compressed kernel of this EFI zboot "
				   "image is not inside the file");
	if (!strcmp(type, "gzip"))
		return expand(f, "gzip", inflate_gzip, at, size);
	if (!strcmp(type, "zstd") || !strcmp(type, "zstd22")) /* 22: the older name, its level */
		return expand(f, "zstd", inflate_zstd, at, size);
	host_error("%s: an EFI zboot image compressed with %s, which luo cannot unpack; unpack it "
		   "first (%u bytes at offset %u) and give the Image",
		   f->path, type, size, at);
	return HOST_FAILED;
}

static const struct magic *magic_of(const struct wrap_file *f)
{
	for (size_t i = 0; i < LUO_ARRAY_SIZE(magics); i++)
		if (f->size >= magics[i].size && !memcmp(f->data, magics[i].start, magics[i].size))
			return &magics[i];
	return NULL;
}

/**
 * wrap_unpack() - unpack a compressed arm64 kernel; leave everything else as it is
 * @kernel: its data and size are replaced
 *
 * Return: 0, or HOST_FAILED after a line that says why not.
 */
int wrap_unpack(struct wrap_file *kernel)
{
	const struct magic *magic = magic_of(kernel);

	if (wrap_arch_of(kernel)) /* whatever it starts with, it needs no unpacking */
		return 0;
	if (kernel->size >= ZBOOT_HEADER && !memcmp(kernel->data, "MZ\0\0zimg", 8))
		return unpack_zboot(kernel);
	if (!magic)
		return 0;
	if (magic->inflate)
		return expand(kernel, magic->name, magic->inflate, 0, kernel->size);
	host_error("%s: compressed with %s, which luo cannot unpack; unpack it first (%s FILE "
		   ">Image) and give the Image",
		   kernel->path, magic->name, magic->tool);
	return HOST_FAILED;
}
