/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * ACPI tables, for machines whose device tree is /chosen only: from UEFI's system table to the
 * root pointer and the XSDT. Layouts: UEFI Specification, EFI_SYSTEM_TABLE; ACPI Specification,
 * "Root System Description Pointer", "System Description Table Header".
 */
#include "cpu.h"

#define SYSTAB_SIZE    120
#define SYSTAB_ENTRIES 104
#define SYSTAB_TABLES  112
#define CONFIG_SIZE    24 /* GUID, pointer */
#define MAX_CONFIG     256
#define RSDP_SIZE      36
#define RSDP_XSDT      24
#define HEADER_SIZE    36
#define HEADER_LENGTH  4
#define MAX_TABLES     512

/* 8868e871-e4f1-11d3-bc22-0080c73c8881: ACPI 2.0 and later */
static const u8 acpi_guid[16] = { 0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
				  0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 };

static u64 find_rsdp(void)
{
	const u8 *systab, *config;
	u64 at, nr;

	if (!luo_dtb_number("linux,uefi-system-table", &at))
		return 0;
	systab = luo_uefi_read(at, SYSTAB_SIZE);
	if (!systab || __builtin_memcmp(systab, "IBI SYST", 8))
		return 0;
	nr = luo_get64(systab + SYSTAB_ENTRIES);
	if (nr > MAX_CONFIG)
		return 0;
	config = luo_uefi_read(luo_uefi_physical(luo_get64(systab + SYSTAB_TABLES)),
			       nr * CONFIG_SIZE);
	for (u64 i = 0; config && i < nr; i++, config += CONFIG_SIZE)
		if (!__builtin_memcmp(config, acpi_guid, sizeof(acpi_guid)))
			return luo_get64(config + sizeof(acpi_guid));
	return 0;
}

/**
 * luo_acpi_table() - find a table
 * @signature: its 4 characters
 * @len:       bytes that are wanted of it
 *
 * Return: the table, at least @len bytes long, or NULL.
 */
const u8 *luo_acpi_table(const char *signature, u32 len)
{
	u64 at = find_rsdp();
	const u8 *p = at ? luo_uefi_read(at, RSDP_SIZE) : NULL;
	u32 size;

	if (!p || __builtin_memcmp(p, "RSD PTR ", 8))
		return NULL;
	at = luo_get64(p + RSDP_XSDT);
	p = luo_uefi_read(at, HEADER_SIZE);
	if (!p || __builtin_memcmp(p, "XSDT", 4))
		return NULL;
	size = luo_get32(p + HEADER_LENGTH);
	if (size < HEADER_SIZE || size > HEADER_SIZE + MAX_TABLES * 8 || !luo_uefi_read(at, size))
		return NULL;
	for (u32 i = HEADER_SIZE; i + 8 <= size; i += 8) {
		const u8 *t = luo_uefi_read(luo_get64(p + i), HEADER_SIZE);

		if (t && !__builtin_memcmp(t, signature, 4) && luo_get32(t + HEADER_LENGTH) >= len)
			return luo_uefi_read(luo_get64(p + i), len);
	}
	return NULL;
}
