/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * --reserve: memory that firmware writes on its way here, to be kept off kernels. What of it is
 * free is taken, so that firmware and the kernel's stub put neither kernel nor initrd there, which
 * the kernel would give free; and the device tree reserves all of it, for this kernel and those
 * that it kexecs.
 */
#include "reserve.h"

#include "memory.h"

#include "../../luo/next.h"
#include "../../luo/str.h"
#include "../../luo/token.h"

#define MAX_TAKEN 64

static struct luo_range taken[MAX_TAKEN];
static u32 nr_taken;

/* One "ADDR+SIZE"; false when it is none. */
static bool take_range(const char **text, struct luo_range *r)
{
	const char *p = efi_number(*text, &r->start);

	if (!p || *p != '+')
		return false;
	*text = efi_number(p + 1, &r->size);
	return *text && r->size && !((r->start | r->size) & 4095) && luo_range_valid(r);
}

/**
 * efi_reserve_parse() - read the option's value
 * @opt:  gets the ranges, with those of an earlier option
 * @text: "ADDR+SIZE", more of them behind commas
 *
 * Return: true; false when it is something else, or there are too many.
 */
bool efi_reserve_parse(struct efi_options *opt, const char *text)
{
	for (;; text++) {
		if (opt->nr_reserve == EFI_MAX_RESERVE ||
		    !take_range(&text, &opt->reserve[opt->nr_reserve]))
			return false;
		opt->nr_reserve++;
		if (*text != ',')
			return !*text;
	}
}

/* A free piece of a range, as firmware's map has it now. */
static bool free_piece(const struct luo_range *r, struct luo_range *piece)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	u64 end = r->start + r->size;
	const struct efi_map *map;

	if (efi_map_now(&map))
		return false;
	while ((d = efi_map_next(map, d))) {
		struct luo_range m = efi_map_range(d);
		u64 to = m.start + m.size < end ? m.start + m.size : end;

		piece->start = m.start > r->start ? m.start : r->start;
		piece->size = to - piece->start;
		if (d->Type == EfiConventionalMemory && piece->start < to)
			return true;
	}
	return false;
}

/** efi_reserve_take() - take what is free of the ranges; what firmware holds it keeps. */
void efi_reserve_take(const struct efi_options *opt)
{
	for (u32 i = 0; i < opt->nr_reserve; i++) {
		struct luo_range piece;

		while (nr_taken < MAX_TAKEN && free_piece(&opt->reserve[i], &piece)) {
			EFI_PHYSICAL_ADDRESS at = piece.start;

			if (app.bs->AllocatePages(AllocateAddress, EfiLoaderData, piece.size >> 12,
						  &at))
				break;
			taken[nr_taken++] = piece;
		}
	}
}

/** efi_reserve_give() - give it back: the next kernel was not started. */
void efi_reserve_give(void)
{
	while (nr_taken) {
		nr_taken--;
		app.bs->FreePages(taken[nr_taken].start, taken[nr_taken].size >> 12);
	}
}

/**
 * efi_reserve_acpi() - would the kernel keep to ACPI with a device tree that has reservations?
 *
 * On its own it takes one with more than /chosen for a machine's description: dt_is_stub(),
 * arch/arm64/kernel/acpi.c (7.3).
 */
bool efi_reserve_acpi(const struct efi_options *opt)
{
	const char *cmdline = opt->cmdline ? opt->cmdline : "";
	struct luo_text rest = { cmdline, luo_strnlen(cmdline, LUO_CMDLINE_MAX) };
	struct luo_token token;

	while (luo_next_token(&rest, &token))
		if (luo_text_is(&token.all, "acpi=force") || luo_text_is(&token.all, "acpi=on"))
			return true;
	return false;
}
