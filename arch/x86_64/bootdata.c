/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The boot_params ("zero page") that the next kernel gets.
 *
 * kexec put the setup header of the file that it was given, ours, into boot_params. The next
 * kernel needs its own: its decompressor takes init_size and kernel_alignment from there
 * (arch/x86/boot/compressed/head_64.S), and ours are larger. What a loader fills in is kept.
 */
#include "bootdata.h"
#include "cpu.h"

u8 luo_zero_page[BP_SIZE] LUO_NOINIT __attribute__((aligned(4096)));

/* What kexec-bzimage64.c (7.3) and boot.rst's "modify" and "write" fields leave to the loader. */
static const struct {
	u16 at;
	u16 len;
} loaders[] = {
	{ HDR_TYPE_OF_LOADER, 1 }, { HDR_LOADFLAGS, 1 },	{ HDR_RAMDISK_IMAGE, 4 },
	{ HDR_RAMDISK_SIZE, 4 },   { HDR_EXT_LOADER_VER, 1 },	{ HDR_EXT_LOADER_TYPE, 1 },
	{ HDR_CMD_LINE_PTR, 4 },   { HDR_HARDWARE_SUBARCH, 4 }, { HDR_SUBARCH_DATA, 8 },
	{ HDR_SETUP_DATA, 8 },
};

/**
 * luo_zero_page_build() - make the zero page for the next kernel
 * @boot_params: the incoming one, only read
 *
 * As kexec does, the header is copied up to the end that its jump tells, and what a shorter
 * header leaves is zeroed. The sentinel at 0x1ef is outside and stays as it came.
 */
void luo_zero_page_build(const u8 *boot_params)
{
	const u8 *next = luo_image + luo_info.next_setup;
	u32 end = HDR_MAGIC + next[HDR_JUMP + 1];

	if (end > HDR_END)
		end = HDR_END;
	__builtin_memcpy(luo_zero_page, boot_params, BP_SIZE);
	__builtin_memset(luo_zero_page + HDR_START, 0, HDR_END - HDR_START);
	__builtin_memcpy(luo_zero_page + HDR_START, next + HDR_START, end - HDR_START);
	for (u32 i = 0; i < LUO_ARRAY_SIZE(loaders); i++)
		__builtin_memcpy(luo_zero_page + loaders[i].at, boot_params + loaders[i].at,
				 loaders[i].len);
}
