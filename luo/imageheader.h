/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The header of an arm64 Image; included by assembly too. Source:
 * Documentation/arch/arm64/booting.rst and arch/arm64/include/asm/image.h, Linux 7.3;
 * little-endian, whatever the kernel's endianness is.
 */
#ifndef LUO_IMAGEHEADER_H
#define LUO_IMAGEHEADER_H

#define IMG_CODE0	0x00
#define IMG_CODE1	0x04
#define IMG_TEXT_OFFSET 0x08 /* u64 */
#define IMG_SIZE	0x10 /* u64; kexec refuses 0 */
#define IMG_FLAGS	0x18 /* u64 */
#define IMG_MAGIC	0x38 /* "ARM\x64" */
#define IMG_PE		0x3c /* u32, offset of the PE headers */
#define IMG_HEADER	0x40

#define IMG_FLAG_BE	   0x1
#define IMG_FLAG_PAGE	   0x6 /* 2: 4 KiB, 4: 16 KiB, 6: 64 KiB */
#define IMG_FLAG_PHYS_BASE 0x8 /* may lie anywhere in memory */

#endif
