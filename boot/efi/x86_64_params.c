/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * boot_params as the kernel's own EFI stub fills them in (drivers/firmware/efi/libstub/x86-stub.c
 * and gop.c, Linux 7.3): tables, screen, memory.
 */
#include "x86_64_boot.h"

#define SECURE_BOOT_DISABLED 2
#define SECURE_BOOT_ENABLED  3
#define VIDEO_TYPE_EFI	     0x70
#define CAPABILITY_QUIRKS    1 /* VIDEO_CAPABILITY_SKIP_QUIRKS */
#define CAPABILITY_64BIT     2 /* VIDEO_CAPABILITY_64BIT_BASE */
#define E820_ACPI	     3
#define E820_NVS	     4
#define E820_UNUSABLE	     5
#define E820_PMEM	     7
#define E820_SOFT_RESERVED   0xefffffff
#define MEMORY_SP	     0x40000 /* EFI_MEMORY_SP, UEFI 2.10, 7.2 */
#define TYPE_PERSISTENT	     14	     /* EfiPersistentMemory */
#define TYPE_UNACCEPTED	     15	     /* EfiUnacceptedMemoryType */

static u64 acpi_rsdp(void)
{
	static EFI_GUID acpi_2 = ACPI_20_TABLE_GUID, acpi_1 = ACPI_TABLE_GUID;
	u64 found = 0;

	for (UINTN i = 0; i < app.st->NumberOfTableEntries; i++) {
		const EFI_CONFIGURATION_TABLE *t = &app.st->ConfigurationTable[i];

		if (!__builtin_memcmp(&t->VendorGuid, &acpi_2, sizeof(acpi_2)))
			return (u64)(size_t)t->VendorTable;
		if (!__builtin_memcmp(&t->VendorGuid, &acpi_1, sizeof(acpi_1)))
			found = (u64)(size_t)t->VendorTable;
	}
	return found;
}

/** efi_x86_tables() - ACPI, EFI, and whether the kernel is to lock itself down. */
void efi_x86_tables(const struct efi_boot *b, struct efi_x86 *x)
{
	u64 st = (u64)(size_t)app.st;

	put64(x->bp + BP_ACPI_RSDP, acpi_rsdp());
	__builtin_memcpy(x->bp + BP_EFI_SIGNATURE, "EL64", 4);
	put32(x->bp + BP_EFI_SYSTAB, st);
	put32(x->bp + BP_EFI_SYSTAB_HI, st >> 32);
	x->bp[BP_SECURE_BOOT] = b->secure ? SECURE_BOOT_ENABLED : SECURE_BOOT_DISABLED;
}

static void put_colour(u8 *p, u32 mask)
{
	p[1] = mask ? (u8)__builtin_ctz(mask) : 0;
	for (p[0] = 0; mask; mask &= mask - 1)
		p[0]++;
}

static bool put_colours(u8 *p, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
	EFI_PIXEL_BITMASK mask = { 0xff, 0xff00, 0xff0000, 0xff000000 };

	if (info->PixelFormat == PixelBlueGreenRedReserved8BitPerColor)
		mask = (EFI_PIXEL_BITMASK){ 0xff0000, 0xff00, 0xff, 0xff000000 };
	else if (info->PixelFormat == PixelBitMask)
		mask = info->PixelInformation;
	else if (info->PixelFormat != PixelRedGreenBlueReserved8BitPerColor)
		return false; /* no frame buffer to write to */
	put_colour(p, mask.RedMask);
	put_colour(p + 2, mask.GreenMask);
	put_colour(p + 4, mask.BlueMask);
	put_colour(p + 6, mask.ReservedMask);
	return true;
}

/** efi_x86_screen() - the frame buffer, when there is one. */
void efi_x86_screen(struct efi_x86 *x)
{
	static EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	u8 *bp = x->bp, *colours = bp + BP_LFB_COLOURS;
	u32 depth = 0;

	if (app.bs->LocateProtocol(&guid, NULL, (void **)&gop) || !gop->Mode || !gop->Mode->Info)
		return;
	info = gop->Mode->Info;
	if (!put_colours(colours, info))
		return;
	for (u32 i = 0; i < 8; i += 2)
		depth += colours[i];
	bp[BP_VIDEO_TYPE] = VIDEO_TYPE_EFI;
	put16(bp + BP_LFB_WIDTH, info->HorizontalResolution);
	put16(bp + BP_LFB_HEIGHT, info->VerticalResolution);
	put16(bp + BP_LFB_DEPTH, depth);
	put16(bp + BP_LFB_LINE, info->PixelsPerScanLine * depth / 8);
	put32(bp + BP_LFB_BASE, gop->Mode->FrameBufferBase);
	put32(bp + BP_LFB_BASE_HI, gop->Mode->FrameBufferBase >> 32);
	put32(bp + BP_LFB_SIZE,
	      (u64)info->PixelsPerScanLine * depth / 8 * info->VerticalResolution);
	put32(bp + BP_LFB_CAPABILITIES,
	      CAPABILITY_QUIRKS | (gop->Mode->FrameBufferBase >> 32 ? CAPABILITY_64BIT : 0));
}

/* The e820 type of a descriptor, 0 for one that is left out; as setup_e820() of the stub. */
static u32 e820_type(const EFI_MEMORY_DESCRIPTOR *d)
{
	switch (d->Type) {
	case EfiReservedMemoryType:
	case EfiRuntimeServicesCode:
	case EfiRuntimeServicesData:
	case EfiMemoryMappedIO:
	case EfiMemoryMappedIOPortSpace:
	case EfiPalCode:
		return E820_RESERVED;
	case EfiUnusableMemory:
		return E820_UNUSABLE;
	case EfiACPIReclaimMemory:
		return E820_ACPI;
	case EfiACPIMemoryNVS:
		return E820_NVS;
	case EfiConventionalMemory:
		return d->Attribute & MEMORY_SP ? E820_SOFT_RESERVED : E820_RAM;
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
		return E820_RAM;
	case TYPE_PERSISTENT:
		return E820_PMEM;
	case TYPE_UNACCEPTED: /* only a guest with encrypted memory has it, which we refuse */
	default:
		return 0;
	}
}

/** efi_arch_next() - the memory map that efi_x86_memory() is going to hand on; see boot.h. */
void efi_arch_next(struct luo_next *next, struct efi_work *w)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	const struct efi_map *map;

	(void)w;
	next->x86 = true;
	efi_map_now(&map);
	while ((d = efi_map_next(map, d))) {
		struct luo_range r = efi_map_range(d);

		if (e820_type(d) == E820_RAM)
			luo_next_ram(next, r.start, r.size);
	}
}

/**
 * efi_x86_memory() - the memory map, in both forms
 * @x:   boot_params, and the room for what does not fit into them
 * @map: firmware's map, at x->map, as it is when firmware is left
 *
 * Return: false when there is no room for all of it.
 */
bool efi_x86_memory(struct efi_x86 *x, const struct efi_map *map)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	u8 *more = (u8 *)(size_t)x->e820, *last = NULL;
	u32 nr = 0;

	while ((d = efi_map_next(map, d))) {
		struct luo_range r = efi_map_range(d);
		u32 type = e820_type(d);

		if (!type || !r.size)
			continue;
		if (last && luo_get32(last + 16) == type &&
		    luo_get64(last) + luo_get64(last + 8) == r.start) {
			put64(last + 8, luo_get64(last + 8) + r.size);
			continue;
		}
		last = x->bp + BP_E820_TABLE + nr * E820_ENTRY;
		if (nr >= E820_MAX)
			last = more + LUO_SETUP_HEADER + (nr - E820_MAX) * E820_ENTRY;
		if (nr >= E820_MAX && last + E820_ENTRY > more + E820_BYTES)
			return false;
		put64(last, r.start);
		put64(last + 8, r.size);
		put32(last + 16, type);
		nr++;
	}
	x->bp[BP_E820_ENTRIES] = (u8)(nr < E820_MAX ? nr : E820_MAX);
	put32(x->bp + BP_EFI_DESC_SIZE, map->each);
	put32(x->bp + BP_EFI_DESC_VERSION, map->version);
	put32(x->bp + BP_EFI_MEMMAP, x->map);
	put32(x->bp + BP_EFI_MEMMAP_HI, x->map >> 32);
	put32(x->bp + BP_EFI_MEMMAP_SIZE, map->size);
	if (nr <= E820_MAX)
		return true;
	put64(more, luo_get64(x->bp + HDR_SETUP_DATA));
	put32(more + 8, SETUP_E820_EXT);
	put32(more + 12, (nr - E820_MAX) * E820_ENTRY);
	put64(x->bp + HDR_SETUP_DATA, x->e820);
	return true;
}
