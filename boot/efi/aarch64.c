/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* aarch64: stores and clock, all from arch/aarch64. */
#include "memory.h"

#include "../../arch/aarch64/cpu.h"

/** efi_arch_start() - start the clock; see memory.h. */
const struct luo_mem_ops *efi_arch_start(void)
{
	luo_clock_start();
	return &luo_arm64_mem_ops;
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
