/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The wrapped image as a file and in memory, for the payload and for `luo wrap`. Included by
 * assembly too.
 *
 * File and memory are the same up to next_end; base is where kexec puts the image, a multiple
 * of 2 MiB:
 *	0			Image header, PE headers, struct luo_wrap_info
 *	LUO_SBAT_AT		.sbat
 *	LUO_TEXT_AT		the payload; from payload_file on its .bss and stack, zeros in the
 *				file; from payload_mem on working memory and what the next kernel
 *				is handed
 *	next			the next kernel's Image, not a byte changed, at a multiple of
 *				2 MiB plus its own text_offset
 *	next_end		its .bss, and room for a signature, until image_size
 */
#ifndef LUO_AARCH64_IMAGE_H
#define LUO_AARCH64_IMAGE_H

#define LUO_IMAGE_ALIGN	 0x200000 /* MIN_KIMG_ALIGN, arch/arm64/include/asm/boot.h (7.3) */
#define LUO_FRONT_ROOM	 0x100000 /* at least, between payload_mem and next */
#define LUO_INFO_AT	 0x200	  /* struct luo_wrap_info */
#define LUO_INFO_VERSION 1
#define LUO_INFO_SIZE	 40
#define LUO_INFO_MAGIC	 "LUO\177WRAP"

/*
 * The PE headers as image.S lays them out; luo wrap fills them in. Sections follow each other
 * without a gap in the file. In firmware's memory .sbat lies at 4096 and everything behind it at
 * its file offset + LUO_PE_SHIFT, a page of its own for each section.
 */
#define LUO_PE_AT      0x40
#define LUO_PE_HEADERS 0x400 /* SizeOfHeaders */
#define LUO_SBAT_AT    LUO_PE_HEADERS
#define LUO_SBAT_RVA   0x1000
#define LUO_TEXT_AT    0x600
#define LUO_PE_SHIFT   (0x2000 - LUO_TEXT_AT)

#include "../../luo/imageheader.h"

#ifndef __ASSEMBLER__

#include "../../luo/phys.h"

/**
 * struct luo_wrap_info - what the payload has to know about what it was wrapped around
 * @magic:        the 8 bytes of LUO_INFO_MAGIC, no NUL
 * @version:      LUO_INFO_VERSION
 * @size:         sizeof(struct luo_wrap_info)
 * @payload_file: bytes of the payload in the file, a multiple of 512; set when it is linked
 * @payload_mem:  bytes with .bss and stack, a multiple of 4096; set when it is linked
 * @efi_at:       offset of the code that answers EFI firmware; set when it is linked
 * @next:         offset of the next kernel's Image, 0 in a payload that is not wrapped
 * @next_end:     offset of its end in the file
 * @image_size:   bytes of memory that belong to the image; this and the other two set by luo wrap
 *
 * Offsets count from the load address. All little-endian.
 */
struct luo_wrap_info {
	char magic[8];
	u32 version;
	u32 size;
	u32 payload_file;
	u32 payload_mem;
	u32 efi_at;
	u32 next;
	u32 next_end;
	u32 image_size;
};
_Static_assert(sizeof(struct luo_wrap_info) == LUO_INFO_SIZE, "luo_wrap_info");

/**
 * luo_wrap_inner() - where in a wrapped image is the next kernel's file?
 * @image: from its load address on, as in memory
 * @size:  bytes there
 * @file:  filled in: offset and bytes
 *
 * Return: false when the image is not wrapped.
 */
static inline bool luo_wrap_inner(const u8 *image, u64 size, struct luo_range *file)
{
	struct luo_wrap_info info;

	if (size < LUO_INFO_AT + sizeof(info))
		return false;
	__builtin_memcpy(&info, image + LUO_INFO_AT, sizeof(info));
	if (__builtin_memcmp(info.magic, LUO_INFO_MAGIC, sizeof(info.magic)) || !info.next ||
	    info.next_end > size || info.next >= info.next_end)
		return false;
	*file = (struct luo_range){ info.next, info.next_end - info.next };
	return true;
}

#endif
#endif
