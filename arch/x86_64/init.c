/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* First C code: everything without which not even a fault could be survived. */
#include "cpu.h"

u64 luo_jump_to;

/**
 * luo_arch_init() - get ready to hand on, before anything is looked at
 *
 * The next kernel's zero page comes first: with it every later failure can end in the jump. May
 * be called again when a fault came in between.
 */
enum luo_init_error luo_arch_init(void)
{
	if (!luo_info.next_setup)
		return LUO_INIT_UNWRAPPED;
	luo_zero_page_build((const u8 *)luo_in_boot);
	luo_jump_to = luo_base() + luo_info.next_pm + LUO_ENTRY64;
	luo_cpu_init();
	luo_clock_start();
	return LUO_INIT_OK;
}
