/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The device tree, where the machine has one: EBBR, 2.3; UEFI 2.10, 4.6. */
#include "device_tree.h"

EFI_GUID efi_dtb_guid = {
	0xb1b621d5, 0xf19c, 0x41a5, { 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 }
};

/** efi_device_tree() - the tree of the configuration table, NULL when there is none. */
const void *efi_device_tree(void)
{
	for (UINTN i = 0; i < app.st->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *t = &app.st->ConfigurationTable[i];

		if (!__builtin_memcmp(&t->VendorGuid, &efi_dtb_guid, sizeof(efi_dtb_guid)))
			return t->VendorTable;
	}
	return NULL;
}
