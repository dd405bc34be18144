/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* First C code behind the MMU: everything without which not even a fault could be survived. */
#include "cpu.h"

u64 luo_jump_to;

/**
 * luo_arch_init() - get ready to hand on, before anything is looked at
 *
 * entry.S has put the incoming device tree where the outgoing one is named, so every later failure
 * can end in the jump. May be called again when a fault came in between.
 */
enum luo_init_error luo_arch_init(void)
{
	if (!luo_info.next)
		return LUO_INIT_UNWRAPPED;
	luo_jump_to = luo_base() + luo_info.next;
	luo_clock_start();
	luo_bootdata_open();
	return LUO_INIT_OK;
}
