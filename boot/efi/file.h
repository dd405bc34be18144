/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Files on firmware's volumes. */
#ifndef LUO_EFI_FILE_H
#define LUO_EFI_FILE_H

#include "app.h"

/**
 * struct efi_file - a file opened for reading
 * @name:   as given
 * @handle: firmware's
 * @size:   bytes
 */
struct efi_file {
	const char *name;
	EFI_FILE_HANDLE handle;
	u64 size;
};

EFI_STATUS efi_file_create(const char *name, EFI_FILE_HANDLE *file);
EFI_STATUS efi_file_open(const char *name, struct efi_file *file);
EFI_STATUS efi_file_peek(struct efi_file *file, u8 *head, u64 size);
EFI_STATUS efi_file_read(struct efi_file *file, void *to);
void efi_file_close(struct efi_file *file);

#endif
