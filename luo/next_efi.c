/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The memory map of a next kernel that takes firmware's own, as arm64 does.
 *
 * Source: is_usable_memory(), drivers/firmware/efi/efi-init.c, Linux 7.3; EFI memory descriptors:
 * UEFI Specification 2.10, 7.2.
 */
#include "next.h"

/* Of a descriptor: type u32, start, pages, attributes. */
#define DESC_START	8
#define DESC_PAGES	24
#define DESC_ATTRIBUTES 32
#define DESC_SIZE	40
#define EFI_WB		8ULL

/**
 * luo_next_efi_map() - the memory map is what is usable of firmware's
 * @next: ranges are added to it
 * @map:  descriptors
 * @size: bytes of all
 * @step: bytes from one to the next; a map of smaller ones than there can be is left alone
 */
void luo_next_efi_map(struct luo_next *next, const u8 *map, u64 size, u64 step)
{
	if (step < DESC_SIZE || step > size)
		return;
	for (u64 at = 0; at <= size - step; at += step) {
		const u8 *d = map + at;
		u32 type = luo_get32(d);
		u64 pages = luo_get64(d + DESC_PAGES);
		/* loader, boot services, conventional; ACPI reclaim; persistent */
		bool usable = (type >= 1 && type <= 4) || type == 7 || type == 9 || type == 14;

		if (usable && luo_get64(d + DESC_ATTRIBUTES) & EFI_WB && pages <= ~0ULL >> 12)
			luo_next_ram(next, luo_get64(d + DESC_START), pages << 12);
	}
}
