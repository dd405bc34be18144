/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* First C code: everything without which not even a fault could be survived. */
#include "x86.h"

u64 luo_jump_to LUO_NOINIT;

static struct luo_range boot_data;

/**
 * luo_arch_init() - get ready to hand on, before anything is looked at
 * @boot: the incoming boot_params
 *
 * The next kernel's zero page comes first: with it every later failure can end in the jump.
 */
enum luo_init_error luo_arch_init(void *boot)
{
	luo_cpu_init();
	luo_trap_init();
	luo_clock_start();
	if (!luo_info.next_setup)
		return LUO_INIT_UNWRAPPED;
	luo_zero_page_build(boot);
	luo_jump_to = luo_base() + luo_info.next_pm + LUO_ENTRY64;
	boot_data = (struct luo_range){(u64)boot, 4096};
	return LUO_INIT_OK;
}

/** luo_boot_data() - where the incoming boot_params lie. */
struct luo_range luo_boot_data(void)
{
	return boot_data;
}
