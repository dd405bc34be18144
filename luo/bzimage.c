/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The setup header of a bzImage, held against what whoever enters its 64-bit entry relies on. */
#include "bzimage.h"

#include "setupheader.h"

#define PAGE	  4096
#define MAX_ALIGN (1U << 30)

static u32 get16(const u8 *p)
{
	return p[0] | (u32)p[1] << 8;
}

/**
 * luo_bzimage_is() - is this a bzImage, or an older kernel of the kind?
 * @file: its first bytes
 * @size: of the file
 */
bool luo_bzimage_is(const u8 *file, u64 size)
{
	return size >= 1024 && !__builtin_memcmp(file + HDR_MAGIC, "HdrS", 4) &&
	       get16(file + HDR_BOOT_FLAG) == 0xaa55;
}

/** luo_bzimage_setup() - bytes of the setup sectors of a bzImage; 0 stands for 4, says boot.rst. */
u32 luo_bzimage_setup(const u8 *file)
{
	u32 sectors = file[HDR_SETUP_SECTS];

	return ((sectors ? sectors : 4) + 1) * 512;
}

/* Sizes that contradict each other. */
static const char *check_sizes(const u8 *file, u64 size, const struct luo_bzimage *k)
{
	if (size <= k->setup + LUO_BZIMAGE_ENTRY)
		return "cut short: its setup sectors are not all there";
	/* syssize counts 16 bytes; makers before 6.x rounded it up (arch/x86/boot/tools/build.c) */
	if ((u64)luo_get32(file + HDR_SYSSIZE) * 16 > size - k->setup + 15)
		return "cut short: the file is smaller than its header says";
	if (k->align < PAGE || k->align > MAX_ALIGN || (k->align & (k->align - 1)))
		return "kernel_alignment is no power of two from 4 KiB to 1 GiB";
	if (k->init_size < size - k->setup)
		return "init_size is smaller than the kernel itself";
	return NULL;
}

/**
 * luo_bzimage_read() - read a setup header
 * @file: the kernel's file, luo_bzimage_is() it is; 1024 bytes are looked at
 * @size: bytes of all of it
 * @k:    filled in
 *
 * The questions are those of bzImage64_probe(), arch/x86/kernel/kexec-bzimage64.c, 6.16 to 7.3.
 *
 * Return: NULL, or why it cannot be booted, in words.
 */
const char *luo_bzimage_read(const u8 *file, u64 size, struct luo_bzimage *k)
{
	if (get16(file + HDR_VERSION) < 0x20c)
		return "too old: boot protocol 2.12 (Linux 3.8) is needed";
	if (!(file[HDR_LOADFLAGS] & LOADFLAG_LOADED_HIGH))
		return "a zImage, not a bzImage";
	k->xload = get16(file + HDR_XLOADFLAGS);
	if (!(k->xload & XLF_KERNEL_64))
		return "not a 64-bit kernel";
	if (!file[HDR_RELOCATABLE] || !(k->xload & XLF_ABOVE_4G))
		return "not relocatable (CONFIG_RELOCATABLE is needed)";
	k->setup = luo_bzimage_setup(file);
	k->init_size = luo_get32(file + HDR_INIT_SIZE);
	k->align = luo_get32(file + HDR_KERNEL_ALIGNMENT);
	k->cmdline = luo_get32(file + HDR_CMDLINE_SIZE);
	return check_sizes(file, size, k);
}
