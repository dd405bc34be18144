/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A device tree somewhere in memory: is it one, and is all of it there? */
#include <libfdt.h>

#include "tree.h"

#define BOOT_ALIGN 8
#define BOOT_MAX   (2U << 20)

/**
 * fdt_tree_at() - the bytes of a device tree that boot data point to
 * @phys:   the view
 * @pa:     where it may lie
 * @size:   its size as it says itself
 * @damage: NULL when there is no tree at @pa; else what is wrong when the answer is NULL
 *
 * Source: Linux Documentation/arch/arm64/booting.rst (8-byte boundary, at most 2 MiB).
 *
 * Return: @size bytes, not yet checked, or NULL.
 */
const u8 *fdt_tree_at(const struct luo_phys *phys, u64 pa, u32 *size, const char **damage)
{
	const u8 *p = luo_map(phys, pa, 8);

	*damage = NULL;
	*size = 0;
	if (!p || fdt32_ld((const fdt32_t *)p) != FDT_MAGIC)
		return NULL;
	*size = fdt32_ld((const fdt32_t *)(p + 4));
	*damage = "it is not at a multiple of 8 bytes";
	if (pa % BOOT_ALIGN)
		return NULL;
	*damage = "its size is below 40 bytes";
	if (*size < sizeof(struct fdt_header))
		return NULL;
	*damage = "it is larger than 2 MiB";
	if (*size > BOOT_MAX)
		return NULL;
	*damage = "it is not wholly in memory";
	return luo_map(phys, pa, *size);
}
