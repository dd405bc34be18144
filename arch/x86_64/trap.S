/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The 32 exception stubs, 16 bytes apart so that trap.c can compute their addresses. Each leaves
 * vector and error code on the stack in front of what the CPU pushed, the form of
 * struct luo_trap_frame. Gates use the incoming CS, so no segment register changes.
 */
	.text
	.code64
	.balign	16
	.globl	luo_trap_stubs
luo_trap_stubs:
	.set	vector, 0
	.rept	32
	.balign	16
	/* No 0 where the CPU pushes an error code: Intel SDM vol. 3, 6.13; AMD adds 29 and 30. */
	.set	has_code, vector == 8 || (vector >= 10 && vector <= 14) || vector == 17
	.if	!(has_code || vector == 21 || vector == 29 || vector == 30)
	pushq	$0
	.endif
	pushq	$vector
	jmp	trap_common
	.set	vector, vector + 1
	.endr

trap_common:
	/* An NMI is some watchdog's and not for us. */
	cmpq	$2, (%rsp)
	je	1f
	cld
	movq	%rsp, %rdi
	andq	$-16, %rsp
	call	luo_trap
	ud2
1:	addq	$16, %rsp
	iretq

	.section .note.GNU-stack, "", @progbits
