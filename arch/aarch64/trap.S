/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The exception vectors of the current level with its own stack pointer; payload.lds says why
 * there are no others. Each has room for 32 instructions; what it leaves is used: here, and by the
 * way out of entry.S. Nothing is saved: no one comes back.
 */
	.macro	vector number
	.balign	128
	mov	x0, #\number
	b	trap_common
	.endm

	.section .head.vectors, "ax", %progbits
	vector	4			/* synchronous */
trap_common:
	mov	x20, #0
	mrs	x9, CurrentEL
	cmp	x9, #2 << 2
	b.ne	1f
	mrs	x9, hcr_el2
	tbnz	x9, #34, 1f		/* E2H */
	mov	x20, #1
	mrs	x9, sctlr_el2
	mrs	x1, esr_el2
	mrs	x2, far_el2
	mrs	x3, elr_el2
	b	2f
1:	mrs	x9, sctlr_el1
	mrs	x1, esr_el1
	mrs	x2, far_el1
	mrs	x3, elr_el1
2:	tbz	x9, #0, luo_early_fault	/* the MMU is off */
	adrp	x9, luo_stack_top
	add	x9, x9, :lo12:luo_stack_top
	mov	sp, x9
	b	luo_trap
	vector	5			/* IRQ, masked */
	.section .head.vectors.6, "ax", %progbits
	vector	6			/* FIQ, masked */
	.section .head.vectors.7, "ax", %progbits
	vector	7			/* SError, masked */

	.section .note.GNU-stack, "", %progbits
