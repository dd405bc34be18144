/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* An exception prints a line instead of hanging without a word. */
#include "cpu.h"

const char luo_arch_pc_name[] = " elr=";

_Noreturn void luo_trap(u64 vector, u64 esr, u64 far, u64 elr);

/**
 * luo_trap() - called by trap.S with the MMU on
 * @vector: number of the vector, from the start of the table in units of 0x80
 * @esr, @far, @elr: syndrome, faulting address, where; Arm ARM, D24 "System registers"
 */
_Noreturn void luo_trap(u64 vector, u64 esr, u64 far, u64 elr)
{
	if (luo_payload_fault((u32)vector, esr, far, elr - luo_base(), elr))
		luo_bail_out();
	luo_exit();
}
