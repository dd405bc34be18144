/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* aarch64: stores and clock, all from arch/aarch64. */
#include "boot.h"
#include "memory.h"

#include "../../arch/aarch64/cpu.h"
#include "../../arch/aarch64/image.h"

#define PAGE_BITS     12
#define TCR_T0SZ      0x3f
#define TCR_TG0	      (3ULL << 14)	    /* 0: 4 KiB */
#define TABLE_ADDRESS 0x0000fffffffffffeULL /* bit 0 of TTBR0 is CnP */

const bool efi_arch_reserves = true;

/** efi_arch_start() - start the clock; see memory.h. */
const struct luo_mem_ops *efi_arch_start(void)
{
	luo_clock_start();
	return &luo_arm64_mem_ops;
}

/** efi_arch_inner() - open a wrapped kernel; see boot.h. */
bool efi_arch_inner(const u8 *image, u64 size, struct luo_range *file)
{
	return luo_wrap_inner(image, size, file);
}

/*
 * Bytes that the entry of firmware's translation tables covers which maps an address; a page when
 * they are not those that UEFI prescribes (2.10, 2.3.6: 4 KiB granule, mapped one to one), or have
 * 52-bit addresses, whose entries are laid out in another way. TCR_EL1 and TCR_EL2 have T0SZ and
 * TG0 in the same bits, DS in 59 and, at EL2 without VHE, in 32.
 */
static u64 span_of(u64 va)
{
	bool el2 = luo_el2(), ds;
	u64 tcr = el2 ? read_sysreg(tcr_el2) : read_sysreg(tcr_el1);
	u64 table = el2 ? read_sysreg(ttbr0_el2) : read_sysreg(ttbr0_el1);
	u32 bits = 64 - (tcr & TCR_T0SZ), shift = PAGE_BITS + (bits - PAGE_BITS - 1) / 9 * 9;

	ds = tcr >> (luo_one_range() ? 32 : 59) & 1;
	if (tcr & TCR_TG0 || ds || bits > 48 || bits <= 21 || va >> bits)
		return 1ULL << PAGE_BITS;
	for (table &= TABLE_ADDRESS;; shift -= 9) {
		u64 entry = ((const u64 *)(size_t)table)[va >> shift & 511];

		if (shift == PAGE_BITS || (entry & 3) != 3)
			return 1ULL << shift;
		table = entry & TABLE_ADDRESS & ~((1ULL << PAGE_BITS) - 1);
	}
}

/**
 * efi_arch_readable() - ask for a translation; see memory.h
 *
 * PAR_EL1.F is set where a load would fault: no entry, or one without its access flag, which is how
 * EFI_MEMORY_RP is done here.
 */
bool efi_arch_readable(u64 page, u64 *span)
{
	*span = span_of(page);
	if (luo_el2())
		__asm__ volatile("at s1e2r, %0; isb" : : "r"(page) : "memory");
	else
		__asm__ volatile("at s1e1r, %0; isb" : : "r"(page) : "memory");
	return !(read_sysreg(par_el1) & 1);
}

/** efi_arch_encrypted() - memory encryption here is transparent, or not seen at this level. */
bool efi_arch_encrypted(void)
{
	return false;
}
