/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* aarch64: stores and clock, all from arch/aarch64. */
#include "boot.h"
#include "memory.h"

#include "../../arch/aarch64/cpu.h"
#include "../../arch/aarch64/image.h"

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

/**
 * efi_arch_readable() - ask for a translation; see memory.h
 *
 * PAR_EL1.F is set where a load would fault: no entry, or one without its access flag, which is how
 * EFI_MEMORY_RP is done here.
 */
bool efi_arch_readable(u64 page)
{
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

/** efi_clock() - microseconds, for the report. */
u64 efi_clock(void *ctx)
{
	return luo_arch_clock(ctx);
}
