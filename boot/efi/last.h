/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Which state was handed on last. */
#ifndef LUO_EFI_LAST_H
#define LUO_EFI_LAST_H

#include "work.h"

bool efi_last_was(const struct efi_work *w, u64 number);
void efi_last_set(const struct efi_work *w);
void efi_last_clear(void);

#endif
