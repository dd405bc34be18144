/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Looking into a kernel: a bzImage (whose payload is a compressed ELF file), an arm64 Image, also
 * compressed, a vmlinux, or one of them wrapped. All that is wanted is its strings, its release,
 * its page size and, when it has it inside (CONFIG_IKCONFIG), its configuration.
 *
 * Source: Documentation/arch/x86/boot.rst (payload_offset), Documentation/arch/arm64/booting.rst
 * (flags), init/version.c (banner), kernel/configs.c (IKCFG_ST), Linux 7.3.
 */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#include "../../arch/aarch64/image.h"
#include "../../luo/bootparams.h"
#include "../../luo/str.h"
#include "message.h"
#include "wrap_inflate.h"

static const struct {
	const char *start;
	size_t size;
	inflate_fn *inflate;
} formats[] = {
	{ "\x1f\x8b", 2, inflate_gzip },
	{ "\x28\xb5\x2f\xfd", 4, inflate_zstd },
	{ "\3757zXZ\0", 6, inflate_xz },
	{ "]\0\0", 3, inflate_xz },
};

/* What follows the compressed data, such as the size that the kernel appends, does not matter. */
static bool unpack(const u8 *in, size_t size, struct inflated *out)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(formats); i++) {
		enum inflate_result r;

		if (size < formats[i].size || memcmp(in, formats[i].start, formats[i].size))
			continue;
		r = formats[i].inflate(in, size, out);
		if (r == INFLATE_OK || r == INFLATE_MORE)
			return true;
	}
	free(out->data);
	*out = (struct inflated){ 0 };
	return false;
}

/* A whole string: printable text does not go on in front of it. */
static bool has_string(void *ctx, const char *string)
{
	const struct kernel_image *k = ctx;
	const u8 *p = k->text, *end = k->text + k->size;
	size_t len = strlen(string) + 1;

	for (; (p = memmem(p, (size_t)(end - p), string, len)); p++)
		if (p == k->text || p[-1] < 0x20 || p[-1] > 0x7e)
			return true;
	return false;
}

/* Up to a blank or another end, into the release; shorter than that field is text of @max bytes. */
static void take_release(struct kernel_image *k, const u8 *text, size_t max)
{
	size_t n = 0;

	while (n < max && n < sizeof(k->kernel.release) - 1 && text[n] > 0x20 && text[n] < 0x7f)
		n++;
	memcpy(k->kernel.release, text, n);
	k->kernel.release[n] = '\0';
}

/* False without one: then this is no kernel, or not all of it. */
static bool read_banner(struct kernel_image *k)
{
	static const char banner[] = "Linux version ";
	const u8 *p = memmem(k->text, k->size, banner, sizeof(banner) - 1);
	const u8 *end = k->text + k->size;

	if (!p || (size_t)(end - p) < sizeof(banner))
		return false;
	take_release(k, p + sizeof(banner) - 1, (size_t)(end - p) - sizeof(banner) + 1);
	return true;
}

static void read_config(struct kernel_image *k)
{
	static const char wanted[] = "\nCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n";
	const u8 *p = memmem(k->text, k->size, "IKCFG_ST\x1f\x8b", 10);
	struct inflated config = { .want = INFLATE_ANY };

	if (!p || !unpack(p + 8, k->size - (size_t)(p + 8 - k->text), &config))
		return;
	k->kho_default = memmem(config.data, config.size, wanted, sizeof(wanted) - 1);
	free(config.data);
}

static void take_text(struct kernel_image *k, const u8 *text, size_t size)
{
	k->text = text;
	k->size = size;
	if (!read_banner(k))
		return;
	k->kernel.has = has_string;
	k->kernel.ctx = k;
	read_config(k);
}

/* @params: the setup header; @image: the protected-mode part */
static void take_bzimage(struct kernel_image *k, const u8 *params, const u8 *image, u64 size)
{
	u32 at = luo_get32(params + HDR_PAYLOAD_OFFSET);
	u32 len = luo_get32(params + HDR_PAYLOAD_LENGTH);
	struct inflated elf = { .want = INFLATE_ELF };

	k->kernel.page_size = 4096;
	if (at > size || len > size - at || !unpack(image + at, len, &elf))
		return;
	k->unpacked = elf.data;
	take_text(k, elf.data, elf.size);
}

static void take_image(struct kernel_image *k, const u8 *image, u64 size)
{
	u32 pages = luo_get32(image + IMG_FLAGS) & IMG_FLAG_PAGE;

	k->kernel.page_size = pages ? 1024U << pages : 0;
	take_text(k, image, size);
}

static bool is_bzimage(const u8 *p, u64 size)
{
	return size >= 1024 && !memcmp(p + HDR_MAGIC, "HdrS", 4);
}

static u64 setup_bytes(const u8 *p)
{
	return ((p[HDR_SETUP_SECTS] ? p[HDR_SETUP_SECTS] : 4) + 1ULL) * 512;
}

/* A file of either kind; one that is wrapped is opened. Nothing is wrapped twice. */
static bool take_file(struct kernel_image *k, const u8 *p, u64 size, bool inside)
{
	struct luo_range inner;

	if (is_bzimage(p, size) && size > setup_bytes(p)) {
		u64 setup = setup_bytes(p);
		u64 text = 0x200ULL + p[HDR_KERNEL_VERSION] + (p[HDR_KERNEL_VERSION + 1] << 8);

		if (!inside && wrap_x86_64.inner(p + setup, size - setup, &inner))
			return take_file(k, p + setup + inner.start, inner.size, true);
		if (text > 0x200 && text < setup)
			take_release(k, p + text, setup - text);
		take_bzimage(k, p, p + setup, size - setup);
		return true;
	}
	if (!wrap_is_image(p, size))
		return false;
	if (!inside && wrap_aarch64.inner(p, size, &inner))
		return take_file(k, p + inner.start, inner.size, true);
	take_image(k, p, size);
	return true;
}

/**
 * kernel_open() - read a kernel from a file
 * @k:    filled in; kernel_close() gives back what it holds, also after an error
 * @path: bzImage, Image (also compressed), vmlinux, or what luo wrap made
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int kernel_open(struct kernel_image *k, const char *path)
{
	int status;

	*k = (struct kernel_image){ 0 };
	status = wrap_read(&k->file, path, "next kernel");
	if (!status)
		status = wrap_unpack(&k->file);
	if (status)
		return status;
	if (take_file(k, k->file.data, k->file.size, false))
		return 0;
	if (k->file.size >= 64 && !memcmp(k->file.data, "\177ELF", 4))
		take_text(k, k->file.data, k->file.size);
	if (k->kernel.has)
		return 0;
	return wrap_refuse(&k->file, "not a bzImage, an arm64 Image or a vmlinux "
				     "(give the file that kexec is given)");
}

/**
 * kernel_in_memory() - read a kernel that lies in memory, loaded and about to be entered
 * @k:      as for kernel_open(); @image must stay as long as it does
 * @image:  from its load address on
 * @size:   bytes there
 * @params: x86: its boot_params; NULL: an arm64 Image
 *
 * Return: false when it is not known what lies there.
 */
bool kernel_in_memory(struct kernel_image *k, const u8 *image, u64 size, const u8 *params)
{
	const struct wrap_arch *arch = params ? &wrap_x86_64 : &wrap_aarch64;
	struct luo_range inner;

	*k = (struct kernel_image){ 0 };
	if (arch->inner(image, size, &inner))
		return take_file(k, image + inner.start, inner.size, true);
	if (params)
		take_bzimage(k, params, image, size);
	else if (wrap_is_image(image, size))
		take_image(k, image, size);
	else
		return false;
	return true;
}

/** kernel_close() - give back what a kernel_image holds. */
void kernel_close(struct kernel_image *k)
{
	free(k->unpacked);
	free(k->file.data);
	*k = (struct kernel_image){ 0 };
}
