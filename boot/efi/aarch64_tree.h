/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The device tree of the next kernel. */
#ifndef LUO_EFI_AARCH64_TREE_H
#define LUO_EFI_AARCH64_TREE_H

#include "boot.h"

void *efi_pages(u64 size);
EFI_STATUS efi_tree_install(struct efi_boot *b, const void **old);

#endif
