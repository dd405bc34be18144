/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Leaving firmware for good. The 64-bit entry wants an identity map of kernel, boot_params and
 * command line, flat segments 0x10 and 0x18, interrupts off, RSI at boot_params (boot.rst).
 * Firmware's own page tables need not do: they may forbid execution of LoaderData.
 */
#include "x86_64_boot.h"

#include "../../arch/x86_64/cpu.h"

#define PAGE	 4096ULL
#define PRESENT	 0x003ULL /* and writable */
#define LARGE	 0x080ULL
#define CR4_LA57 (1ULL << 12)
#define GIB	 (1ULL << 30)

/* All that firmware's map has, and what is below 4 GiB: where devices are, MTRRs say so. */
static u64 top_of(const struct efi_map *map)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	u64 top = 4 * GIB;

	while ((d = efi_map_next(map, d))) {
		struct luo_range r = efi_map_range(d);

		if (efi_type_is_ram(d->Type) && r.start + r.size > top)
			top = r.start + r.size;
	}
	return (top + GIB - 1) & -GIB;
}

/** efi_x86_tables_size() - bytes of page tables for all memory. */
u64 efi_x86_tables_size(const struct efi_map *map)
{
	u64 top = top_of(map), pages = 2; /* the highest one, and one more with 5 levels */

	pages += (top - 1) / (512 * GIB) + 1;
	if (!luo_cpu.gb_pages)
		pages += top / GIB;
	return pages * PAGE;
}

/**
 * efi_x86_identity() - build the identity map
 * @tables: efi_x86_tables_size() bytes, page aligned
 * @size:   how many those are
 * @map:    firmware's map
 *
 * Return: false when memory has grown beyond what @size does for, or is out of a map's reach.
 */
bool efi_x86_identity(u64 tables, u64 size, const struct efi_map *map)
{
	u64 top = top_of(map), next = tables + 2 * PAGE;
	u64 *root = (u64 *)tables, *level4 = (u64 *)(tables + PAGE);

	if (efi_x86_tables_size(map) > size || top > 512 * 512 * GIB)
		return false;
	__builtin_memset((void *)tables, 0, size);
	root[0] = (u64)level4 | PRESENT;
	for (u64 at = 0; at < top; at += GIB) {
		u64 *entry = &level4[at / (512 * GIB)], *level3;

		if (!*entry) {
			*entry = next | PRESENT;
			next += PAGE;
		}
		level3 = (u64 *)(*entry & -PAGE);
		if (luo_cpu.gb_pages) {
			level3[at / GIB % 512] = at | PRESENT | LARGE;
			continue;
		}
		level3[at / GIB % 512] = next | PRESENT;
		for (u64 i = 0; i < 512; i++)
			((u64 *)next)[i] = (at + i * (GIB / 512)) | PRESENT | LARGE;
		next += PAGE;
	}
	return true;
}

/**
 * efi_x86_jump() - enter the next kernel; interrupts are off, firmware has been left
 * @tables: of efi_x86_identity()
 * @entry:  its 64-bit entry
 * @bp:     boot_params
 */
_Noreturn void efi_x86_jump(u64 tables, u64 entry, const u8 *bp)
{
	static const u64 gdt[] = { 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff };
	struct {
		u16 limit;
		const void *base;
	} __attribute__((packed)) gdtr = { sizeof(gdt) - 1, gdt };
	u64 root = read_cr4() & CR4_LA57 ? tables : tables + PAGE;

	__asm__ volatile("cli\n\t"
			 "lgdt %0\n\t"
			 "movq %1, %%cr3\n\t"
			 "movl $0x18, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs\n\t"
			 "pushq $0x10\n\t"
			 "pushq %2\n\t"
			 "lretq"
			 :
			 : "m"(gdtr), "r"(root), "r"(entry), "S"(bp)
			 : "rax", "memory");
	__builtin_unreachable();
}
