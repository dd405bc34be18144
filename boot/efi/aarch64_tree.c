/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * aarch64: the device tree of the next kernel. Its stub takes that of the configuration table, and
 * keeps /chosen's linux,kho-* (libstub/fdt.c, Linux 7.3). On an ACPI machine there is none; one
 * with nothing but /chosen leaves the kernel with ACPI (dt_is_stub(), arch/arm64/kernel/acpi.c).
 */
#include <libfdt.h>

#include "aarch64_tree.h"
#include "device_tree.h"
#include "reserve.h"

#include "../../fdt/chosen.h"
#include "../../fdt/tree.h"

#define EDITS	 1024	    /* bytes that our edits can add, a new /chosen included */
#define EDIT	 128	    /* and more for each reserved range */
#define MAX_TREE (2U << 20) /* Documentation/arch/arm64/booting.rst */

/** efi_pages() - room for so many bytes, NULL without. */
void *efi_pages(u64 size)
{
	EFI_PHYSICAL_ADDRESS at;

	if (app.bs->AllocatePages(AllocateAnyPages, EfiLoaderData, (size + 4095) >> 12, &at))
		return NULL;
	return (void *)(size_t)at;
}

/* A copy of firmware's tree, or a tree with nothing in it, with room for edits. */
static void *new_tree(const void *old, u64 size)
{
	void *tree = efi_pages(size);

	if (!tree)
		return NULL;
	if (old)
		return fdt_open_into(old, tree, (int)size) ? NULL : tree;
	if (fdt_create_empty_tree(tree, (int)size) ||
	    fdt_setprop_u32(tree, 0, "#address-cells", 2) ||
	    fdt_setprop_u32(tree, 0, "#size-cells", 2))
		return NULL;
	return tree;
}

/* KHO and the reservations; false when there is no room. */
static bool edit(void *tree, const struct efi_boot *b)
{
	if (fdt_chosen_set_handover(tree, b->kho ? &b->work->found.handover : NULL))
		return false;
	for (u32 i = 0; i < b->opt->nr_reserve; i++)
		if (fdt_reserve(tree, &b->opt->reserve[i]))
			return false;
	return true;
}

/**
 * efi_tree_install() - install the tree for the next kernel
 * @b:   the boot
 * @old: what was there, to be put back
 *
 * Return: EFI_SUCCESS, or another status after a message.
 */
EFI_STATUS efi_tree_install(struct efi_boot *b, const void **old)
{
	u64 size = EDITS + b->opt->nr_reserve * EDIT;
	void *tree;

	*old = efi_device_tree();
	if (*old) {
		if (!fdt_tree_sound(*old, MAX_TREE))
			return efi_refuse("device tree", "firmware's is damaged", EFI_UNSUPPORTED);
		size += fdt_totalsize(*old);
	}
	if (!b->kho && !b->opt->nr_reserve && !*old)
		return EFI_SUCCESS;
	if (b->opt->nr_reserve && !*old && !efi_reserve_acpi(b->opt))
		return efi_refuse("--reserve",
				  "the kernel of an ACPI machine needs acpi=force in --cmdline "
				  "with it, or it goes without ACPI",
				  EFI_INVALID_PARAMETER);
	tree = new_tree(*old, size);
	if (!tree || !edit(tree, b))
		return efi_refuse("device tree", "there is no room for what it has to name",
				  EFI_OUT_OF_RESOURCES);
	return app.bs->InstallConfigurationTable(&efi_dtb_guid, tree);
}
