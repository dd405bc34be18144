/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Looking into a kernel: a bzImage (whose payload is a compressed ELF file), an arm64 Image, also
 * compressed, a vmlinux, or one of them wrapped. Here it is unpacked; what is then looked for
 * is luo/next_image.c's, but for its configuration, when it has it inside (CONFIG_IKCONFIG).
 *
 * Source: Documentation/arch/x86/boot.rst (payload_offset), kernel/configs.c (IKCFG_ST), Linux 7.3.
 */
#include "kernel.h"

#include <stdlib.h>
#include <string.h>

#include "../../luo/bootparams.h"
#include "../../luo/bzimage.h"
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

static void read_config(struct kernel_image *k)
{
	static const char wanted[] = "\nCONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT=y\n";
	const struct luo_image *i = &k->image;
	const u8 *p = luo_find_bytes(i->text, i->size, "IKCFG_ST\x1f\x8b", 10);
	struct inflated config = { .want = INFLATE_ANY };

	if (!p || !unpack(p + 8, i->size - (u64)(p + 8 - i->text), &config))
		return;
	k->kho_default = luo_find_bytes(config.data, config.size, wanted, sizeof(wanted) - 1);
	free(config.data);
}

static void take_text(struct kernel_image *k, const u8 *text, size_t size)
{
	luo_image_text(&k->image, text, size);
	if (k->image.kernel.has)
		read_config(k);
}

/* @params: the setup header; @image: the protected-mode part */
static void take_bzimage(struct kernel_image *k, const u8 *params, const u8 *image, u64 size)
{
	u32 at = luo_get32(params + HDR_PAYLOAD_OFFSET);
	u32 len = luo_get32(params + HDR_PAYLOAD_LENGTH);
	struct inflated elf = { .want = INFLATE_ELF };

	k->image.kernel.page_size = 4096;
	if (at > size || len > size - at || !unpack(image + at, len, &elf))
		return;
	k->unpacked = elf.data;
	take_text(k, elf.data, elf.size);
}

static void take_image(struct kernel_image *k, const u8 *image, u64 size)
{
	luo_image_arm64(&k->image, image, size);
	if (k->image.kernel.has)
		read_config(k);
}

static bool is_bzimage(const u8 *p, u64 size)
{
	return size >= 1024 && !memcmp(p + HDR_MAGIC, "HdrS", 4);
}

/* A file of either kind; one that is wrapped is opened. Nothing is wrapped twice. */
static bool take_file(struct kernel_image *k, const u8 *p, u64 size, bool inside)
{
	struct luo_range inner;

	if (is_bzimage(p, size) && size > luo_bzimage_setup(p)) {
		u64 setup = luo_bzimage_setup(p);

		if (!inside && wrap_x86_64.inner(p + setup, size - setup, &inner))
			return take_file(k, p + setup + inner.start, inner.size, true);
		luo_image_bzimage(&k->image, p, size);
		take_bzimage(k, p, p + setup, size - setup);
		return true;
	}
	if (!luo_image_is_arm64(p, size))
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
	if (k->image.kernel.has)
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
	else if (luo_image_is_arm64(image, size))
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
