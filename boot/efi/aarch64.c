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
