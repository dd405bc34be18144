/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Booting the next kernel. */
#ifndef LUO_EFI_BOOT_H
#define LUO_EFI_BOOT_H

#include "file.h"
#include "work.h"

#include "../../luo/next.h"

/**
 * struct efi_boot - one boot
 * @opt:    the command line
 * @work:   the state
 * @kho:    it is handed over
 * @secure: secure boot is on
 * @kernel, @initrd: opened; the latter when @has_initrd
 */
struct efi_boot {
	const struct efi_options *opt;
	struct efi_work *work;
	bool kho;
	bool secure;
	struct efi_file kernel;
	struct efi_file initrd;
	bool has_initrd;
};

/* secure.c */
bool efi_secure_boot(void);
EFI_STATUS efi_accept(const void *image, u64 size, const char *name);
EFI_STATUS efi_image_load(const void *image, u64 size, EFI_HANDLE *handle);

/* policy.c */
EFI_STATUS efi_policy(struct efi_boot *b);

/* x86_64.c, aarch64.c: where in a wrapped image, as it lies in memory, is the next kernel's file?
 */
bool efi_arch_inner(const u8 *image, u64 size, struct luo_range *file);

/* x86_64_params.c, aarch64_boot.c: the memory map, and what firmware's own boot data tell */
void efi_arch_next(struct luo_next *next, struct efi_work *w);

/* x86_64_boot.c, aarch64_boot.c: comes back only with an error, after a message */
EFI_STATUS efi_arch_boot(struct efi_boot *b);

#endif
