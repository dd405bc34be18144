/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Finding the state: the address that was given, else /chosen of firmware's device tree, else an
 * anchor, else a look at all memory. After a reset nothing hands KHO over any more; RAM may hold
 * what did.
 */
#include "anchor.h"
#include "device_tree.h"
#include "last.h"

#include "../../fdt/chosen.h"
#include "../../fdt/find.h"
#include "../../luo/error.h"

#define MAX_CANDIDATES 256
#define MAX_TREE       (2U << 20)

static struct fdt_locate locate;

static void begin(const struct efi_work *w)
{
	static struct fdt_candidate candidate[MAX_CANDIDATES];
	static _Alignas(8) u8 tree[FDT_SCAN_TREE];

	locate.phys = &w->phys;
	locate.job = &w->job;
	locate.each = fdt_each_phys;
	locate.each_ctx = &w->phys;
	locate.scan = (struct fdt_scan){ .c = candidate, .max = MAX_CANDIDATES, .tree = tree };
}

/* Firmware itself may have been told of KHO: by a loader in front of it, such as U-Boot. */
static bool find_in_tree(struct efi_work *w)
{
	const void *dtb = efi_device_tree();
	int err = dtb ? fdt_chosen_handover(dtb, MAX_TREE, &w->found.handover) : LUO_E_NONE;

	if (err && err != LUO_E_NONE)
		efi_say("what the device tree says about KHO is damaged; looking in all memory");
	if (err)
		return false;
	w->found.how = "boot data";
	w->found.boot = LUO_BOOT_TREE;
	w->found.boot_pa = (u64)(size_t)dtb;
	w->found.page_shift = luo_page_shift_of(w->found.handover.fdt_size);
	return true;
}

static EFI_STATUS tied(void)
{
	efi_say("nothing tells which of several KHO FDTs is meant; name one with --kho-fdt ADDR:");
	for (u32 i = 0; i < locate.scan.nr; i++) {
		const struct fdt_candidate *c = &locate.scan.c[i];

		if (fdt_candidate_compare(c, &locate.scan.c[locate.best]))
			continue;
		luo_put(&efi_console, "luo:   --kho-fdt ");
		luo_put_hex(&efi_console, c->pa);
		luo_put(&efi_console, " (live update number ");
		luo_put_dec(&efi_console, c->number);
		luo_put(&efi_console, ")\n");
	}
	return EFI_NOT_FOUND;
}

static EFI_STATUS find_by_scan(struct efi_work *w)
{
	int err = fdt_locate_scan(&locate, &w->found);

	if (err == LUO_E_TIE)
		return tied();
	if (err == LUO_E_LIMIT) {
		efi_say("more than 256 KHO FDTs in memory; name the one with --kho-fdt ADDR");
		return EFI_NOT_FOUND;
	}
	w->found.how = err ? NULL : "scan";
	return EFI_SUCCESS;
}

/* What was handed on already is no state any more for who would hand it on, or write to it. */
static bool is_used(const struct efi_work *w, u64 number, bool said)
{
	if (!efi_last_was(w, number))
		return false;
	if (!said) {
		luo_put(&efi_console, "luo: live update ");
		luo_put_dec(&efi_console, number);
		luo_put(&efi_console, " with the KHO FDT at ");
		luo_put_hex(&efi_console, w->found.handover.fdt_pa);
		luo_put(&efi_console, " was handed on already; --kho-fdt takes it all the same\n");
	}
	return w->opt->command->trusts;
}

static EFI_STATUS find_in_memory(struct efi_work *w)
{
	EFI_STATUS status = efi_anchor_find(w, &locate);
	bool used = !status && w->found.how && !w->opt->anchor &&
		    is_used(w, efi_anchor_number(), false);

	if (used)
		efi_anchor_leave(w);
	if (status || w->found.how)
		return status;
	status = find_by_scan(w);
	if (!status && w->found.how && is_used(w, locate.scan.c[locate.best].number, used))
		w->found.how = NULL;
	return status;
}

/**
 * efi_find() - find the state that a command is about
 * @w: its view and its job are ready; found is filled in
 *
 * Return: EFI_SUCCESS, also when there is none; EFI_NOT_FOUND after a message when there are
 * several.
 */
EFI_STATUS efi_find(struct efi_work *w)
{
	EFI_STATUS status = EFI_SUCCESS;

	begin(w);
	if (w->opt->has_kho_fdt) {
		fdt_locate_given(&locate, w->opt->kho_fdt, &w->found);
		w->found.how = "--kho-fdt";
	} else if (w->opt->anchor || !find_in_tree(w)) {
		status = find_in_memory(w);
	}
	if (!status && w->found.how)
		fdt_found_scratch(&w->phys, &w->found);
	if (locate.search.ambiguous)
		efi_say("several boot data name this KHO FDT with different scratch areas; none of "
			"them is believed");
	return status;
}
