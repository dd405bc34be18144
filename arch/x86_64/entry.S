/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Way in and way out.
 *
 * The old kernel believes that it boots a bzImage: kexec_file_load puts this image at its load
 * address, purgatory jumps to that plus 0x200 (Documentation/arch/x86/boot.rst, "64-bit boot
 * protocol"; arch/x86/kernel/kexec-bzimage64.c and arch/x86/purgatory/entry64.S of 6.16 to 7.3).
 * We are then in long mode with 4 or 5 levels of paging, cr0 80000033, cr4 20 or 1020 (no SSE),
 * interrupts off, RAM identity-mapped by tables that lie in ordinary RAM, rsi = boot_params, and
 * GDT and stack in purgatory. The IDT is one of the old kernel's for debugging.
 *
 * The next kernel is to find exactly this, so everything we change is saved first and put back
 * last: all registers, flags, cr3, GDTR, IDTR. Segment registers are never loaded. The only
 * difference is rsi, which then points to our own boot_params. Nothing is pushed on the incoming
 * stack: it is not ours.
 *
 * The image is linked at 0 and applies its own relocations (R_X86_64_RELATIVE, packed by the
 * linker), because tables of strings hold addresses.
 */
#include "image.h"

	.section .head.text, "ax", @progbits
	.code32
	/* Offset 0 is the 32-bit entry, which no xloadflags or version of ours promises. */
	cli
1:	hlt
	jmp	1b

	.section .head.info, "a", @progbits
	.globl	luo_info
luo_info:
	.ascii	LUO_INFO_MAGIC
	.long	LUO_INFO_VERSION
	.long	LUO_INFO_SIZE
	/* payload.lds puts three numbers here, and four zeros that luo wrap fills in. */

	.section .head.entry, "ax", @progbits
	.code64
	.globl	luo_entry
luo_entry:
	movq	%rsp, luo_in_rsp(%rip)
	leaq	luo_stack_top(%rip), %rsp
	pushfq
	cli
	cld
	popq	luo_in_flags(%rip)
	movq	%rax, luo_in_regs+0(%rip)
	movq	%rbx, luo_in_regs+8(%rip)
	movq	%rcx, luo_in_regs+16(%rip)
	movq	%rdx, luo_in_regs+24(%rip)
	movq	%rdi, luo_in_regs+32(%rip)
	movq	%rbp, luo_in_regs+40(%rip)
	movq	%r8, luo_in_regs+48(%rip)
	movq	%r9, luo_in_regs+56(%rip)
	movq	%r10, luo_in_regs+64(%rip)
	movq	%r11, luo_in_regs+72(%rip)
	movq	%r12, luo_in_regs+80(%rip)
	movq	%r13, luo_in_regs+88(%rip)
	movq	%r14, luo_in_regs+96(%rip)
	movq	%r15, luo_in_regs+104(%rip)
	movq	%cr3, %rax
	movq	%rax, luo_in_cr3(%rip)
	movq	%rsi, luo_in_boot(%rip)
	sgdt	luo_in_gdtr(%rip)
	sidt	luo_in_idtr(%rip)

	/* The room was zero-filled by kexec only while KHO places segments. */
	leaq	luo_bss_start(%rip), %rdi
	leaq	luo_bss_end(%rip), %rcx
	subq	%rdi, %rcx
	shrq	$3, %rcx
	xorl	%eax, %eax
	rep stosq

	/*
	 * Relocations, packed (DT_RELR of the ELF gABI): an even entry is the offset of a word to
	 * be relocated; the bits of an odd one, but the lowest, stand for the 63 words after it.
	 */
	leaq	luo_image(%rip), %rbx
	leaq	luo_relr_start(%rip), %rcx
	leaq	luo_relr_end(%rip), %rdx
1:	cmpq	%rdx, %rcx
	jae	5f
	movq	(%rcx), %rax
	addq	$8, %rcx
	testb	$1, %al
	jnz	2f
	leaq	(%rbx,%rax), %rdi
	addq	%rbx, (%rdi)
	addq	$8, %rdi
	jmp	1b
2:	movq	%rdi, %rbp
3:	shrq	$1, %rax
	jz	4f
	testb	$1, %al
	jz	6f
	addq	%rbx, (%rbp)
6:	addq	$8, %rbp
	jmp	3b
4:	addq	$63 * 8, %rdi
	jmp	1b

5:	xorl	%ebp, %ebp
	call	luo_trap_init
	call	luo_payload_main
	jmp	luo_exit

	/* EFI firmware starts a PE image here; this is no application of its: EFI_UNSUPPORTED. */
	.text
	.globl	luo_efi_entry
luo_efi_entry:
	movabsq	$0x8000000000000003, %rax
	ret

	/* After a fault: the stack may be the reason, so it is started anew. */
	.globl	luo_bail_out
luo_bail_out:
	leaq	luo_stack_top(%rip), %rsp
	xorl	%ebp, %ebp
	cld
	call	luo_payload_bail

	/* To the next kernel, in the state in which we came. */
	.globl	luo_exit
luo_exit:
	leaq	luo_stack_top(%rip), %rsp
	movq	luo_in_cr3(%rip), %rax
	movq	%cr3, %rcx
	cmpq	%rcx, %rax
	je	1f
	movq	%rax, %cr3
1:	lgdt	luo_in_gdtr(%rip)
	lidt	luo_in_idtr(%rip)
	movq	luo_in_regs+0(%rip), %rax
	movq	luo_in_regs+8(%rip), %rbx
	movq	luo_in_regs+16(%rip), %rcx
	movq	luo_in_regs+24(%rip), %rdx
	movq	luo_in_regs+32(%rip), %rdi
	movq	luo_in_regs+40(%rip), %rbp
	movq	luo_in_regs+48(%rip), %r8
	movq	luo_in_regs+56(%rip), %r9
	movq	luo_in_regs+64(%rip), %r10
	movq	luo_in_regs+72(%rip), %r11
	movq	luo_in_regs+80(%rip), %r12
	movq	luo_in_regs+88(%rip), %r13
	movq	luo_in_regs+96(%rip), %r14
	movq	luo_in_regs+104(%rip), %r15
	leaq	luo_zero_page(%rip), %rsi
	pushq	luo_in_flags(%rip)
	popfq
	movq	luo_in_rsp(%rip), %rsp
	.globl	luo_jump_insn
luo_jump_insn:
	jmp	*luo_jump_to(%rip)

	/* Not cleared at entry: the first instructions write some of it. */
	.section .noinit, "aw", @nobits
	.balign	16
luo_in_regs:	.skip	14 * 8
luo_in_rsp:	.skip	8
luo_in_flags:	.skip	8
	.globl	luo_in_cr3
luo_in_cr3:	.skip	8
	.globl	luo_in_boot
luo_in_boot:	.skip	8
	.balign	8
	.skip	6
luo_in_gdtr:	.skip	10
	.skip	6
luo_in_idtr:	.skip	10
	.balign	4096
luo_stack:	.skip	32768
	.globl	luo_stack_top
luo_stack_top:

	.section .note.GNU-stack, "", @progbits
