/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The 64-bit boot protocol: Documentation/arch/x86/boot.rst, Linux 7.3. */
#ifndef LUO_EFI_X86_64_BOOT_H
#define LUO_EFI_X86_64_BOOT_H

#include "pool.h"

#include "../../luo/boot.h"
#include "../../luo/bootparams.h"
#include "../../luo/bzimage.h"

#define BP_LFB_WIDTH	    0x012 /* u16; screen_info is the first part of boot_params */
#define BP_LFB_HEIGHT	    0x014
#define BP_LFB_DEPTH	    0x016
#define BP_LFB_BASE	    0x018 /* u32 */
#define BP_LFB_SIZE	    0x01c /* u32 */
#define BP_LFB_LINE	    0x024 /* u16 */
#define BP_LFB_COLOURS	    0x026 /* u8 size, u8 position: red, green, blue, reserved */
#define BP_LFB_CAPABILITIES 0x036 /* u32 */
#define BP_LFB_BASE_HI	    0x03a /* u32 */
#define BP_VIDEO_TYPE	    0x00f /* u8 */
#define BP_ACPI_RSDP	    0x070 /* u64 */
#define BP_EFI_SIGNATURE    0x1c0 /* "EL64" */
#define BP_EFI_SYSTAB	    0x1c4 /* u32 */
#define BP_EFI_DESC_SIZE    0x1c8
#define BP_EFI_DESC_VERSION 0x1cc
#define BP_EFI_SYSTAB_HI    0x1d8
#define BP_SECURE_BOOT	    0x1ec /* u8, enum efi_secureboot_mode of linux/efi.h */

#define E820_BYTES (64 << 10) /* of the node for entries beyond those of boot_params */

/**
 * struct efi_x86 - what is put together for the next kernel
 * @bp:     boot_params
 * @kernel: load address
 * @map:    room for firmware's memory map, and its bytes
 * @e820:   room for a setup_data node with more memory than boot_params has room for
 * @tables: pages for page tables
 */
struct efi_x86 {
	u8 *bp;
	u64 kernel;
	u64 map;
	u64 map_size;
	u64 e820;
	u64 tables;
};

static inline void put16(u8 *p, u32 v)
{
	p[0] = (u8)v;
	p[1] = (u8)(v >> 8);
}

static inline void put32(u8 *p, u64 v)
{
	u32 x = (u32)v;

	__builtin_memcpy(p, &x, sizeof(x));
}

static inline void put64(u8 *p, u64 v)
{
	__builtin_memcpy(p, &v, sizeof(v));
}

/* x86_64_params.c */
void efi_x86_tables(const struct efi_boot *b, struct efi_x86 *x);
void efi_x86_screen(struct efi_x86 *x);
bool efi_x86_memory(struct efi_x86 *x, const struct efi_map *map);

/* x86_64_jump.c */
u64 efi_x86_tables_size(const struct efi_map *map);
bool efi_x86_identity(u64 tables, u64 size, const struct efi_map *map);
_Noreturn void efi_x86_jump(u64 tables, u64 entry, const u8 *bp);

#endif
