/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * boot_params, the zero page of x86, and setup_data nodes. Source:
 * arch/x86/include/uapi/asm/bootparam.h and setup_data.h, Linux 7.3; unchanged since 6.16.
 */
#ifndef LUO_BOOTPARAMS_H
#define LUO_BOOTPARAMS_H

#include "setupheader.h"
#include "types.h"

#define BP_SIZE		     4096
#define BP_EXT_RAMDISK_IMAGE 0x0c0 /* u32, upper half */
#define BP_EXT_RAMDISK_SIZE  0x0c4
#define BP_EXT_CMD_LINE_PTR  0x0c8
#define BP_EFI_MEMMAP	     0x1d0 /* u32 */
#define BP_EFI_MEMMAP_SIZE   0x1d4
#define BP_EFI_MEMMAP_HI     0x1dc
#define BP_E820_ENTRIES	     0x1e8 /* u8 */
#define BP_E820_TABLE	     0x2d0
#define E820_ENTRY	     20 /* u64 addr, u64 size, u32 type */
#define E820_MAX	     128
#define E820_RAM	     1
#define E820_RESERVED	     2

#define SETUP_E820_EXT 1
#define SETUP_IMA      8	   /* payload: u64 addr, u64 size */
#define SETUP_INDIRECT 0x80000000u /* payload: u32 type, u32 0, u64 len, u64 addr */

/** bp_get() - a 64-bit number whose halves lie apart. */
static inline u64 bp_get(const u8 *bp, u32 low, u32 high)
{
	return luo_get32(bp + low) | (u64)luo_get32(bp + high) << 32;
}

#endif
