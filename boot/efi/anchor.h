/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The anchor that the payload has left in front of a reset. */
#ifndef LUO_EFI_ANCHOR_H
#define LUO_EFI_ANCHOR_H

#include "work.h"

#include "../../fdt/anchor.h"

EFI_STATUS efi_anchor_find(struct efi_work *w, struct fdt_locate *l);
u64 efi_anchor_number(void);
void efi_anchor_leave(struct efi_work *w);
void efi_anchor_check(struct efi_work *w);
void efi_anchor_owner(u8 kind, u64 pa, u64 size, const struct luo_owner *owner);
void efi_anchor_report(struct efi_work *w);
bool efi_anchor_map_clean(const struct luo_report *report);
void efi_anchor_renew(struct efi_work *w);
void efi_anchor_used(bool used);

#endif
