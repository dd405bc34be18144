/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which memory of firmware's map can be read. Firmware that protects itself takes pages away from
 * the processor that its own map calls memory: AAVMF 2025.02 does so with the page at the end of
 * its stack, and whoever reads that takes an exception. EFI_MEMORY_ATTRIBUTE_PROTOCOL (UEFI 2.10)
 * would tell, but that firmware takes the protocol away as well, because of loaders that use it
 * wrongly. So the processor itself is asked, once for each entry of its translation tables: page by
 * page a TiB would take seconds, and guests wait meanwhile.
 */
#include "memory.h"

/* Behind what starts at @at and has the same answer as @readable. */
static u64 stretch(u64 at, u64 end, bool readable)
{
	u64 span, last;

	while (at < end && efi_arch_readable(at, &span) == readable) {
		last = at | (span - 1);
		at = last < end - 1 ? last + 1 : end;
	}
	return at;
}

/**
 * efi_readable() - the first stretch of memory that can be read
 * @r:    a range of whole pages; what was looked at is taken off its front
 * @part: the stretch, filled in
 *
 * Return: false when nothing is left.
 */
bool efi_readable(struct luo_range *r, struct luo_range *part)
{
	u64 end = r->start + r->size, at;

	part->start = stretch(r->start, end, false);
	at = stretch(part->start, end, true);
	part->size = at - part->start;
	*r = (struct luo_range){ at, end - at };
	return part->size;
}
