/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The core includes <libfdt.h>: U-Boot has its own, under another name. A system header as in
 * boot/uboot/firmware.h.
 */
#ifndef UBOOT_ENV_LIBFDT_H
#define UBOOT_ENV_LIBFDT_H

#pragma GCC system_header

#include <linux/libfdt.h>

/* In libfdt since 1.5.1; U-Boot's copy has only the unaligned stores. */
static inline uint32_t fdt32_ld(const fdt32_t *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static inline uint64_t fdt64_ld(const fdt64_t *p)
{
	return (uint64_t)fdt32_ld((const fdt32_t *)p) << 32 | fdt32_ld((const fdt32_t *)p + 1);
}

#endif
