/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Looking into a kernel: its strings, its release and its page size are wanted. Unpacking is the
 * caller's; of a kernel that stays packed only its header tells.
 *
 * Source: Documentation/arch/x86/boot.rst (kernel_version), Documentation/arch/arm64/booting.rst
 * (flags), init/version.c (banner), Linux 7.3.
 */
#include "next_image.h"

#include "bzimage.h"
#include "imageheader.h"
#include "setupheader.h"
#include "str.h"

#define MAX_WHAT 255

/**
 * luo_find_bytes() - the first place where bytes occur in others
 * @in, @size: where to look
 * @what, @len: what for, 1 to 255 bytes
 *
 * Kernels are large and asked for many strings, so bytes that cannot match are skipped (Horspool).
 *
 * Return: the place, or NULL.
 */
const u8 *luo_find_bytes(const u8 *in, u64 size, const void *what, u32 len)
{
	const u8 *w = what;
	u8 skip[256];

	if (!len || len > MAX_WHAT || size < len)
		return NULL;
	for (u32 i = 0; i < sizeof(skip); i++)
		skip[i] = (u8)len;
	for (u32 i = 0; i + 1 < len; i++)
		skip[w[i]] = (u8)(len - 1 - i);
	for (u64 at = 0; at <= size - len; at += skip[in[at + len - 1]])
		if (in[at + len - 1] == w[len - 1] && !__builtin_memcmp(in + at, w, len))
			return in + at;
	return NULL;
}

/* A whole string: printable text does not go on in front of it. */
static bool has_string(void *ctx, const char *string)
{
	const struct luo_image *k = ctx;
	const u8 *p = k->text, *end = k->text + k->size;
	u32 len = (u32)luo_strnlen(string, MAX_WHAT) + 1;

	for (; (p = luo_find_bytes(p, (u64)(end - p), string, len)); p++)
		if (p == k->text || p[-1] < 0x20 || p[-1] > 0x7e)
			return true;
	return false;
}

/* Up to a blank or another end, into the release; shorter than that field is text of @max bytes. */
static void take_release(struct luo_image *k, const u8 *text, u64 max)
{
	u32 n = 0;

	while (n < max && n < sizeof(k->kernel.release) - 1 && text[n] > 0x20 && text[n] < 0x7f)
		n++;
	__builtin_memcpy(k->kernel.release, text, n);
	k->kernel.release[n] = '\0';
}

/** luo_image_is_arm64() - do @size bytes at @file start as an arm64 Image does? */
bool luo_image_is_arm64(const u8 *file, u64 size)
{
	return size >= IMG_HEADER && !__builtin_memcmp(file + IMG_MAGIC, "ARM\x64", 4);
}

/**
 * luo_image_text() - take a kernel's bytes as they are when it runs
 * @k:    filled in; left as it is without a banner: then these are none, or not all of them
 * @text: they stay as long as @k does
 * @size: how many
 */
void luo_image_text(struct luo_image *k, const u8 *text, u64 size)
{
	static const char banner[] = "Linux version ";
	const u8 *p = luo_find_bytes(text, size, banner, sizeof(banner) - 1);

	k->text = text;
	k->size = size;
	if (!p)
		return;
	p += sizeof(banner) - 1;
	take_release(k, p, (u64)(text + size - p));
	k->kernel.has = has_string;
	k->kernel.ctx = k;
}

/**
 * luo_image_bzimage() - what the setup sectors of a bzImage tell
 * @k:    release and page size are filled in
 * @file: all of it, or the first 64 KiB; luo_bzimage_is() it is
 * @size: bytes of that
 */
void luo_image_bzimage(struct luo_image *k, const u8 *file, u64 size)
{
	u64 at = 0x200ULL + file[HDR_KERNEL_VERSION] + ((u64)file[HDR_KERNEL_VERSION + 1] << 8);
	u64 end = luo_bzimage_setup(file);

	k->kernel.page_size = 4096;
	if (end > size)
		end = size;
	if (at > 0x200 && at < end)
		take_release(k, file + at, end - at);
}

/**
 * luo_image_arm64() - take an arm64 Image
 * @k:     filled in
 * @image: its bytes, as a file or in memory; luo_image_is_arm64() it is
 * @size:  how many
 */
void luo_image_arm64(struct luo_image *k, const u8 *image, u64 size)
{
	u32 pages = luo_get32(image + IMG_FLAGS) & IMG_FLAG_PAGE;

	k->kernel.page_size = pages ? 1024U << pages : 0;
	luo_image_text(k, image, size);
}
