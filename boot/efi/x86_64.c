/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* x86_64: stores, clock, and whether memory is encrypted; all from arch/x86_64. */
#include "boot.h"
#include "memory.h"

#include "../../arch/x86_64/cpu.h"
#include "../../arch/x86_64/image.h"

const bool efi_arch_reserves = false;

/** efi_arch_start() - look at the CPU, start the clock; see memory.h. */
const struct luo_mem_ops *efi_arch_start(void)
{
	luo_cpu_init();
	luo_clock_start();
	return luo_cpu.cx16 ? &luo_x86_mem_ops : &luo_x86_mem_ops_no_cx16;
}

/** efi_arch_inner() - open a wrapped kernel; see boot.h. */
bool efi_arch_inner(const u8 *image, u64 size, struct luo_range *file)
{
	return luo_wrap_inner(image, size, file);
}

/** efi_arch_readable() - OVMF leaves all memory readable; see memory.h. */
bool efi_arch_readable(u64 page, u64 *span)
{
	(void)page;
	*span = 1ULL << 63;
	return true;
}

/** efi_arch_encrypted() - SEV and TDX, see luo_arch_crypt(). */
bool efi_arch_encrypted(void)
{
	return luo_arch_crypt() == LUO_CRYPT_GUEST;
}
