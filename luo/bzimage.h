/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What has to be known of an x86 kernel before it is entered at its 64-bit entry. */
#ifndef LUO_BZIMAGE_H
#define LUO_BZIMAGE_H

#include "types.h"

#define LUO_BZIMAGE_ENTRY 0x200 /* 64-bit entry, from the load address: boot.rst */

/**
 * struct luo_bzimage - from its setup header
 * @setup:     bytes of the setup sectors; the protected-mode part follows
 * @init_size: bytes from the load address that are the kernel's
 * @align:     the load address must be a multiple of it
 * @cmdline:   bytes of the longest command line, without its NUL
 * @xload:     xloadflags
 */
struct luo_bzimage {
	u32 setup;
	u32 init_size;
	u32 align;
	u32 cmdline;
	u32 xload;
};

u32 luo_bzimage_setup(const u8 *file);
bool luo_bzimage_is(const u8 *file, u64 size);
const char *luo_bzimage_read(const u8 *file, u64 size, struct luo_bzimage *k);

#endif
