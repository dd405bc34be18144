/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Memory that is kept off kernels because firmware writes it. */
#ifndef LUO_EFI_RESERVE_H
#define LUO_EFI_RESERVE_H

#include "app.h"

bool efi_reserve_parse(struct efi_options *opt, const char *text);
void efi_reserve_take(const struct efi_options *opt);
void efi_reserve_give(void);
bool efi_reserve_acpi(const struct efi_options *opt);

#endif
