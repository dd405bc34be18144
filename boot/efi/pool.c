/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * With KHO everything goes where kexec would put it, into scratch: the next kernel's decompressor
 * looks for room there alone, and nothing preserved lies there. The list of scratch areas itself
 * is in scratch, and handed on.
 */
#include "pool.h"

#define MAX_FREE 1024

static struct luo_range space[MAX_FREE];
static u32 nr_space;

/* What of a scratch area is ours. */
static bool add_claimed(const struct luo_range *area)
{
	struct luo_range r;
	u32 i = 0;

	while (efi_claim_next(&i, &r)) {
		u64 start = r.start > area->start ? r.start : area->start, end = r.start + r.size;

		if (end > area->start + area->size)
			end = area->start + area->size;
		if (start >= end)
			continue;
		if (nr_space == MAX_FREE)
			return false;
		space[nr_space++] = (struct luo_range){ start, end - start };
	}
	return true;
}

static bool remove(u64 start, u64 size)
{
	struct luo_range hole = { start, size };
	bool done = luo_ranges_remove(space, &nr_space, MAX_FREE, &hole);

	nr_space = luo_ranges_normalize(space, nr_space);
	return done;
}

#define LOW (64ULL << 20)

/*
 * Where a kernel without KHO goes: low, as other loaders do, because memory that mem= and memmap=
 * hide from the kernel is at the end or below 64 MiB (docs/reset.md), and a kernel must not lie
 * there.
 */
static u64 low_place(u64 size)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	const struct efi_map *map;
	u64 best = 0;

	efi_map_now(&map);
	while ((d = efi_map_next(map, d))) {
		struct luo_range r = efi_map_range(d);
		u64 at = r.start > LOW ? r.start : LOW;

		if (d->Type == EfiConventionalMemory && luo_range_holds(&r, at, size) &&
		    (!best || at < best))
			best = at;
	}
	return best;
}

static EFI_STATUS open_any(u64 size)
{
	EFI_PHYSICAL_ADDRESS at = low_place(size);
	EFI_STATUS status = app.bs->AllocatePages(at ? AllocateAddress : AllocateAnyPages,
						  EfiLoaderData, (size + 4095) >> 12, &at);

	if (!status)
		space[nr_space++] = (struct luo_range){ at, size };
	return status;
}

/**
 * efi_pool_open() - find the room
 * @b:    the boot
 * @size: bytes that do when there is no KHO, gaps for alignment included
 *
 * Return: EFI_SUCCESS or EFI_OUT_OF_RESOURCES.
 */
EFI_STATUS efi_pool_open(const struct efi_boot *b, u64 size)
{
	const struct luo_phys *phys = &b->work->phys;
	const struct luo_handover *h = &b->work->found.handover;

	nr_space = 0;
	if (!b->kho)
		return open_any(size);
	for (u32 i = 0; i < phys->nr_scratch; i++)
		if (!add_claimed(&phys->scratch[i]))
			return EFI_OUT_OF_RESOURCES;
	nr_space = luo_ranges_normalize(space, nr_space);
	return remove(h->scratch_pa, h->scratch_size) ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

/**
 * efi_pool_take() - take memory; it is not cleared
 * @size:  bytes, behind the aligned address
 * @align: a power of two, at least 8
 * @shift: bytes in front of it that are taken too
 *
 * Return: the aligned address, or 0 when there is no room.
 */
u64 efi_pool_take(u64 size, u64 align, u64 shift)
{
	for (u32 i = 0; i < nr_space; i++) {
		const struct luo_range *r = &space[i];
		u64 at = (r->start + shift + align - 1) & -align;

		if (at < r->start || !luo_range_holds(r, at, size) || at - shift < r->start)
			continue;
		return remove(at - shift, shift + size) ? at : 0;
	}
	return 0;
}
