/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Room for the next kernel: scratch that was claimed, or any memory when there is no KHO. */
#ifndef LUO_EFI_POOL_H
#define LUO_EFI_POOL_H

#include "boot.h"

EFI_STATUS efi_pool_open(const struct efi_boot *b, u64 size);
u64 efi_pool_take(u64 size, u64 align, u64 shift);

#endif
