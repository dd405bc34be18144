/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Which state was handed on last, in a variable of firmware's. A kernel that was given a state
 * makes another of it, but what named the first one stays in its memory: when it crashes, or resets
 * the machine by other ways than the payload, the same KHO FDT is found again, and nothing in RAM
 * tells that it is used. The anchor's magic, which is taken away, is only RAM, too.
 */
#include "last.h"

#include "../../luo/digest.h"

/* UEFI 2.10, 8.2; firmware alone can read and write it, once the kernel runs. */
#define ATTRIBUTES (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS)

static CHAR16 name[] = L"LuoHandedOn";
static EFI_GUID vendor = {
	0x6a1d0c5e, 0x38f2, 0x4b0b, { 0x9e, 0x47, 0x5d, 0x12, 0xc4, 0x80, 0xf7, 0x3a }
};

/**
 * struct last - a state
 * @number:  its live update number
 * @kho_fdt: address of its KHO FDT
 * @digest:  luo_digest() of that, with the address as seed
 */
struct last {
	u64 number;
	u64 kho_fdt;
	u64 digest;
};

static bool describe(const struct efi_work *w, u64 number, struct last *last)
{
	const struct luo_handover *h = &w->found.handover;
	const void *p = luo_map(&w->phys, h->fdt_pa, h->fdt_size);

	if (!p || h->fdt_size % 8)
		return false;
	*last = (struct last){ number, h->fdt_pa, luo_digest(p, h->fdt_size, h->fdt_pa) };
	return true;
}

/**
 * efi_last_was() - was this state handed on before, and no other since?
 * @w:      the state was found
 * @number: its live update number
 */
bool efi_last_was(const struct efi_work *w, u64 number)
{
	struct last now, kept;
	UINTN size = sizeof(kept);

	return describe(w, number, &now) &&
	       !app.rt->GetVariable(name, &vendor, NULL, &size, &kept) && size == sizeof(kept) &&
	       !__builtin_memcmp(&now, &kept, sizeof(kept));
}

/**
 * efi_last_set() - the next kernel is about to be started
 * @w: with the state that it gets, NULL when it gets none: it counts its updates from 1 again
 */
void efi_last_set(const struct efi_work *w)
{
	struct last now;
	EFI_STATUS status;

	if (!w || !describe(w, w->state.number, &now)) {
		efi_last_clear();
		return;
	}
	status = app.rt->SetVariable(name, &vendor, ATTRIBUTES, sizeof(now), &now);
	if (status)
		efi_say_status("LuoHandedOn", "firmware does not keep which state was handed on",
			       status);
}

/** efi_last_clear() - no state was handed on. */
void efi_last_clear(void)
{
	app.rt->SetVariable(name, &vendor, ATTRIBUTES, 0, NULL);
}
