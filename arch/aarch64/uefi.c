/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Firmware's memory map, on machines that were booted by UEFI: /chosen names it, and kexec hands
 * the properties on. Layout: UEFI Specification, EFI_MEMORY_DESCRIPTOR; properties:
 * drivers/firmware/efi/fdtparams.c (7.3).
 */
#include "cpu.h"

#define DESC_TYPE    0	/* u32 */
#define DESC_START   8	/* u64 */
#define DESC_VIRTUAL 16 /* u64 */
#define DESC_PAGES   24 /* u64, of 4 KiB */
#define DESC_ATTR    32 /* u64 */
#define DESC_SIZE    40
#define MAX_MAP	     (1U << 20)
#define ATTR_WB	     8ULL
#define ATTR_RUNTIME (1ULL << 63)

/** struct map - the map, found and mapped. */
struct map {
	const u8 *at;
	u64 size;
	u64 step;
};

static bool open_map(struct map *map)
{
	u64 start;

	if (!luo_dtb_number("linux,uefi-mmap-start", &start) ||
	    !luo_dtb_number("linux,uefi-mmap-size", &map->size) ||
	    !luo_dtb_number("linux,uefi-mmap-desc-size", &map->step))
		return false;
	if (map->step < DESC_SIZE || map->step > map->size || map->size > MAX_MAP)
		return false;
	map->at = luo_mmu_map(start, map->size);
	return map->at;
}

/** luo_uefi_present() - does /chosen name a map? */
bool luo_uefi_present(void)
{
	u64 start;

	return luo_dtb_number("linux,uefi-mmap-start", &start);
}

/** luo_uefi_busy() - the map itself is in use. */
void luo_uefi_busy(void)
{
	struct map map;

	if (open_map(&map))
		luo_busy_add((u64)map.at, map.size);
}

/**
 * luo_uefi_each() - go through the map
 * @take: called for each entry: EFI_MEMORY_TYPE, start, bytes, attributes; false stops
 *
 * Return: 0, or -1 when the map cannot be read or @take said stop.
 */
int luo_uefi_each(bool (*take)(u32 type, u64 start, u64 size, u64 attr))
{
	struct map map;

	if (!open_map(&map))
		return -1;
	for (u64 at = 0; at <= map.size - map.step; at += map.step) {
		const u8 *d = map.at + at;
		u64 pages = luo_get64(d + DESC_PAGES);

		if (pages > ~0ULL >> 12)
			continue;
		if (!take(luo_get32(d + DESC_TYPE), luo_get64(d + DESC_START), pages << 12,
			  luo_get64(d + DESC_ATTR)))
			return -1;
	}
	return 0;
}

/* The entry of cacheable memory that [base, base + len) lies in, @field telling which base. */
static const u8 *entry_holding(const struct map *map, u64 pa, u64 len, u32 field, u64 attr)
{
	for (u64 at = 0; at <= map->size - map->step; at += map->step) {
		const u8 *d = map->at + at;
		struct luo_range r = { luo_get64(d + field), luo_get64(d + DESC_PAGES) };

		if (r.size > ~0ULL >> 12 || (luo_get64(d + DESC_ATTR) & attr) != attr)
			continue;
		r.size <<= 12;
		if (luo_range_holds(&r, pa, len))
			return d;
	}
	return NULL;
}

/**
 * luo_uefi_read() - look at firmware's tables
 *
 * Return: a pointer to @len bytes at @pa, or NULL when the map does not have them as cacheable
 * memory.
 */
const u8 *luo_uefi_read(u64 pa, u64 len)
{
	struct map map;

	if (!open_map(&map) || !entry_holding(&map, pa, len, DESC_START, ATTR_WB))
		return NULL;
	return luo_mmu_map(pa, len);
}

/**
 * luo_uefi_physical() - where a pointer of firmware's leads
 *
 * The old kernel has given runtime memory virtual addresses, and the system table holds those.
 *
 * Return: the physical address; @address itself when it is in no runtime range.
 */
u64 luo_uefi_physical(u64 address)
{
	struct map map;
	const u8 *d =
		open_map(&map) ? entry_holding(&map, address, 1, DESC_VIRTUAL, ATTR_RUNTIME) : NULL;

	return d ? address - luo_get64(d + DESC_VIRTUAL) + luo_get64(d + DESC_START) : address;
}
