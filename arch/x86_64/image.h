/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The wrapped image as a file and in memory, for the payload and for `luo wrap`. Included by
 * assembly too.
 *
 * File:
 *	0			our setup sectors: Linux setup header, MZ and PE headers, .sbat
 *	LUO_SETUP_BYTES		protected-mode part, which kexec puts at base:
 *	  + 0			the payload
 *	  + next_setup		the next kernel's file, not a byte changed
 *	  + next_pm		... whose own protected-mode part starts here
 * In memory, from base (a multiple of the next kernel's kernel_alignment, and so is next_pm):
 *	[0, next_setup)		"front": payload, its .bss, stack and what the next kernel is handed
 *	[next_setup, next_end)	the next kernel's file
 *	[next_end, init_size)	"tail": working memory of the payload until it jumps; the next
 *				kernel's decompressor moves itself there
 */
#ifndef LUO_X86_64_IMAGE_H
#define LUO_X86_64_IMAGE_H

#define LUO_SETUP_BYTES	 0x600 /* setup_sects = 2, and the boot sector */
#define LUO_ENTRY64	 0x200 /* 64-bit entry: Documentation/arch/x86/boot.rst */
#define LUO_INFO_AT	 0x40  /* struct luo_wrap_info, from the protected-mode part */
#define LUO_INFO_VERSION 1
#define LUO_INFO_SIZE	 44
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
#define LUO_PE_SHIFT   (0x2000 - LUO_SETUP_BYTES)
#define LUO_KVER_AT    0x280 /* text of the next kernel's version, for file(1) */
#define LUO_KVER_BYTES (LUO_PE_HEADERS - LUO_KVER_AT)

#include "../../luo/setupheader.h"

#ifndef __ASSEMBLER__

#include "../../luo/phys.h"

/**
 * struct luo_wrap_info - what the payload has to know about what it was wrapped around
 * @magic:        the 8 bytes of LUO_INFO_MAGIC, no NUL
 * @version:      LUO_INFO_VERSION
 * @size:         sizeof(struct luo_wrap_info)
 * @payload_file: bytes of the payload in the file; set when it is linked
 * @payload_mem:  bytes with .bss and stack, a multiple of 4096; set when it is linked
 * @efi_at:       offset of the code that answers EFI firmware; set when it is linked
 * @next_setup:   offset of the next kernel's file, 0 in a payload that is not wrapped
 * @next_pm:      offset of its protected-mode part
 * @next_end:     offset of its end
 * @init_size:    bytes of memory that belong to the image; this and the other three set by luo wrap
 *
 * Offsets count from the protected-mode part, in memory the load address. All little-endian.
 */
struct luo_wrap_info {
	char magic[8];
	u32 version;
	u32 size;
	u32 payload_file;
	u32 payload_mem;
	u32 efi_at;
	u32 next_setup;
	u32 next_pm;
	u32 next_end;
	u32 init_size;
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
	if (__builtin_memcmp(info.magic, LUO_INFO_MAGIC, sizeof(info.magic)) || !info.next_setup ||
	    info.next_end > size || info.next_setup >= info.next_end)
		return false;
	*file = (struct luo_range){ info.next_setup, info.next_end - info.next_setup };
	return true;
}

#endif
#endif
