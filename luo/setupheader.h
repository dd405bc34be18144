/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The setup header of x86, offsets from the start of the file and of boot_params alike; included
 * by assembly too. Source: Documentation/arch/x86/boot.rst and
 * arch/x86/include/uapi/asm/bootparam.h, Linux 7.3, protocol 2.15.
 */
#ifndef LUO_SETUPHEADER_H
#define LUO_SETUPHEADER_H

#define HDR_START	     0x1f1
#define HDR_SETUP_SECTS	     0x1f1 /* u8 */
#define HDR_ROOT_FLAGS	     0x1f2 /* u16 */
#define HDR_SYSSIZE	     0x1f4 /* u32, in 16 bytes */
#define HDR_VID_MODE	     0x1fa /* u16 */
#define HDR_ROOT_DEV	     0x1fc /* u16 */
#define HDR_BOOT_FLAG	     0x1fe /* u16, 0xaa55 */
#define HDR_JUMP	     0x200 /* u16; its second byte gives the header's end */
#define HDR_MAGIC	     0x202 /* "HdrS" */
#define HDR_VERSION	     0x206 /* u16 */
#define HDR_KERNEL_VERSION   0x20e /* u16, offset of a string, less 0x200 */
#define HDR_TYPE_OF_LOADER   0x210 /* u8 */
#define HDR_LOADFLAGS	     0x211 /* u8 */
#define HDR_RAMDISK_IMAGE    0x218 /* u32 */
#define HDR_RAMDISK_SIZE     0x21c /* u32 */
#define HDR_HEAP_END_PTR     0x224 /* u16 */
#define HDR_EXT_LOADER_VER   0x226 /* u8 */
#define HDR_EXT_LOADER_TYPE  0x227 /* u8 */
#define HDR_CMD_LINE_PTR     0x228 /* u32 */
#define HDR_INITRD_ADDR_MAX  0x22c /* u32 */
#define HDR_KERNEL_ALIGNMENT 0x230 /* u32 */
#define HDR_RELOCATABLE	     0x234 /* u8 */
#define HDR_MIN_ALIGNMENT    0x235 /* u8 */
#define HDR_XLOADFLAGS	     0x236 /* u16 */
#define HDR_CMDLINE_SIZE     0x238 /* u32 */
#define HDR_HARDWARE_SUBARCH 0x23c /* u32 */
#define HDR_SUBARCH_DATA     0x240 /* u64 */
#define HDR_PAYLOAD_OFFSET   0x248 /* u32 */
#define HDR_PAYLOAD_LENGTH   0x24c /* u32 */
#define HDR_SETUP_DATA	     0x250 /* u64 */
#define HDR_PREF_ADDRESS     0x258 /* u64 */
#define HDR_INIT_SIZE	     0x260 /* u32 */
#define HDR_END		     0x290 /* edd_mbr_sig_buffer follows in boot_params */

#define LOADFLAG_LOADED_HIGH 0x01

#define XLF_KERNEL_64	   0x01
#define XLF_ABOVE_4G	   0x02
#define XLF_EFI_KEXEC	   0x10
#define XLF_5LEVEL	   0x20
#define XLF_5LEVEL_ENABLED 0x40
#define XLF_MEM_ENCRYPTION 0x80

#endif
