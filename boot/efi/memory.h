/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Memory as firmware knows it, and the core's way to it. */
#ifndef LUO_EFI_MEMORY_H
#define LUO_EFI_MEMORY_H

#include "app.h"

/**
 * struct efi_map - firmware's memory map, as it was at some moment
 * @size: bytes of it in @bytes
 * @each: bytes of a descriptor
 * @key, @version: as firmware gave them
 */
struct efi_map {
	UINTN size;
	UINTN each;
	UINTN key;
	UINT32 version;
	_Alignas(8) u8 bytes[256 << 10];
};

#define EFI_MAX_RAM 4096

EFI_STATUS efi_map_get(struct efi_map *map);
EFI_STATUS efi_map_now(const struct efi_map **map);
const EFI_MEMORY_DESCRIPTOR *efi_map_next(const struct efi_map *map,
					  const EFI_MEMORY_DESCRIPTOR *d);
struct luo_range efi_map_range(const EFI_MEMORY_DESCRIPTOR *d);
bool efi_type_is_ram(u32 type);
bool efi_type_is_passing(u32 type);
const char *efi_type_word(u32 type);

bool efi_readable(struct luo_range *r, struct luo_range *part);
EFI_STATUS efi_view(struct luo_phys *phys);
void efi_key(u64 key[2]);
u64 efi_clock(void *ctx);

/* Only what was claimed may be written: the store functions ask this. */
bool efi_claimed(u64 pa, u64 len);

/* <arch>.c: stores of this architecture, NULL without a 16-byte one; once at the start. */
const struct luo_mem_ops *efi_arch_start(void);
/*
 * Does the processor let the page at an address be read, which firmware's map calls memory? So for
 * the @span bytes, a power of two, that lie around it at a multiple of that.
 */
bool efi_arch_readable(u64 page, u64 *span);
/* Is memory encrypted with a key that page tables of our own would have to know? */
bool efi_arch_encrypted(void);

#endif
