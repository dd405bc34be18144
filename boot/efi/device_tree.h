/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The device tree of firmware's configuration table. */
#ifndef LUO_EFI_DEVICE_TREE_H
#define LUO_EFI_DEVICE_TREE_H

#include "app.h"

extern EFI_GUID efi_dtb_guid;
const void *efi_device_tree(void);

#endif
