/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The commands of luo.efi. */
#ifndef LUO_EFI_COMMANDS_H
#define LUO_EFI_COMMANDS_H

#include "app.h"

EFI_STATUS efi_cmd_info(const struct efi_options *opt);
EFI_STATUS efi_cmd_list(const struct efi_options *opt);
EFI_STATUS efi_cmd_verify(const struct efi_options *opt);
EFI_STATUS efi_cmd_compact(const struct efi_options *opt);
EFI_STATUS efi_cmd_boot(const struct efi_options *opt);

#endif
