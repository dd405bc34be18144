/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Way in and way out.
 *
 * The old kernel believes that it boots an arm64 Image: kexec_file_load puts this image at a
 * multiple of 2 MiB, and arm64_relocate_new_kernel branches to its start (there is no purgatory;
 * arch/arm64/kernel/relocate_kernel.S of 6.16 to 7.3; Documentation/arch/arm64/booting.rst).
 * image.S branches on to luo_entry. We are then at EL1, or at EL2 when the old kernel was booted
 * there (with VHE: HCR_EL2.E2H set, and *_EL1 names mean EL2's registers; without: SCTLR_EL2 is
 * 0), MMU and data cache off, DAIF masked, x0 = device tree, x1..x3 = 0. SP, VBAR and the
 * translation registers are leftovers.
 *
 * The next kernel is to find exactly this, so what we change is put back: SCTLR, TCR, MAIR,
 * TTBR0, VBAR, SP, SPSel, DAIF. HCR_EL2 is never written. x0 is then
 * the device tree that came in, or our copy of it when something in it had to be changed.
 * TPIDR holds the incoming one meanwhile: the kernel sets that register before it reads it.
 *
 * Caches, step by step. Sections are those of the Arm Architecture Reference Manual for A-profile
 * (DDI 0487), by title, because their numbers move between issues: chapter B2 "The AArch64
 * Application Level Memory Model", D7 "The AArch64 System Level Memory Model", D8 "The AArch64
 * Virtual Memory System Architecture".
 *
 * In
 *  1. With the MMU off our loads and stores go past the caches (D8, "Behavior when stage 1 address
 *     translation is disabled"). kexec cleaned and invalidated all segments to the point of
 *     coherency, .bss included, because the file holds it as zeros; still, before .early is
 *     written, stale lines of it are invalidated, so that none can be evicted over it (B2,
 *     "Mismatched memory attributes"; D7, "About cache maintenance in AArch64 state").
 *  2. Only the first page tables and a small stack are written with the MMU off.
 *  3. DSB, then .early is invalidated again: a line that was fetched speculatively in between
 *     would hide what memory now has (D7, "Behavior of caches at reset" and "Data cache
 *     maintenance instructions (DC*)"; the same order as in the kernel's head.S).
 *  4. TLB and instruction cache are invalidated, DSB NSH and ISB, then MAIR, TCR, TTBR0, ISB, then
 *     SCTLR.{M,C,I} in one write, ISB (D8, "TLB maintenance"; B2, "Concurrent modification and
 *     execution of instructions").
 *  5. From here on memory is Normal, Inner Shareable, Write-Back. Only now is anything read that
 *     the old kernel preserved: its lines may be dirty in the caches, and a cacheable read sees
 *     them (B2, "Mismatched memory attributes"). New table entries are published with DSB ISHST
 *     and ISB (D8, "Ordering of memory accesses from translation table walks").
 * In between
 *  6. Each store of a compaction is followed by DC CVAC and DSB SY (mem.c).
 * Out
 *  7. What we wrote and what will not be handed on must not be evicted over the next kernel's own
 *     uncached stores, and what is handed on must be in memory: DC CIVAC over all of the image that
 *     was written, DSB SY. No store follows (D7, "Data cache maintenance instructions (DC*)").
 *  8. SCTLR as found, ISB: MMU and data cache are off.
 *  9. TLB and instruction cache are invalidated, DSB NSH, ISB; the other registers are put back.
 *
 * The image is linked at 0 and applies its own relocations (boot/kexec/pack-relocs), because tables
 * of strings hold addresses.
 */
#include "image.h"

#define SCTLR_M_C_I	0x1005
#define SCTLR_EL1_RES1	0x30d00800
#define SCTLR_EL2_RES1	0x30c50830
#define SCTLR_EE	25
#define HCR_E2H		34
/* T0SZ 16: 48 bits; walks Inner Shareable, Write-Back; 4 KiB granule */
#define TCR_COMMON	0x3510
#define TCR_EPD1	23		/* EL1, and EL2 with VHE: nothing behind TTBR1 */
#define TCR_EL2_RES1	0x80800000
#define MAIR		0x04ff		/* 0: Normal Write-Back; 1: Device-nGnRE */

/* x20 is not 0 at EL2 without VHE, the one place where *_EL1 names will not do. */
	.macro	read reg, name
	cbnz	x20, 771f
	mrs	\reg, \name\()_el1
	b	772f
771:	mrs	\reg, \name\()_el2
772:
	.endm

	.macro	write name, reg
	cbnz	x20, 771f
	msr	\name\()_el1, \reg
	b	772f
771:	msr	\name\()_el2, \reg
772:
	.endm

	.macro	address reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
	.endm

/* \op from \start up to \end, and one line more when that is odd; x8 and x9 are used. */
	.macro	by_line op, start, end
	mrs	x8, ctr_el0
	ubfx	x8, x8, #16, #4
	mov	x9, #4
	lsl	x8, x9, x8		/* CTR_EL0.DminLine: bytes of the smallest line */
	sub	x9, x8, #1
	bic	\start, \start, x9
771:	dc	\op, \start
	add	\start, \start, x8
	dc	\op, \start
	add	\start, \start, x8
	cmp	\start, \end
	b.lo	771b
	dsb	sy
	.endm

/* TLB entries and instructions of this level, on this CPU. */
	.macro	invalidate
	mrs	x9, CurrentEL
	cmp	x9, #2 << 2
	b.ne	771f
	tlbi	alle2
	cbnz	x20, 772f
771:	tlbi	vmalle1
772:	ic	iallu
	dsb	nsh
	isb
	.endm

	.section .head.entry, "ax", %progbits
	.globl	luo_entry
luo_entry:
	mov	x19, x0
	mov	x20, #0
	mrs	x9, CurrentEL
	cmp	x9, #2 << 2
	b.ne	1f
	mrs	x9, hcr_el2
	tbnz	x9, #HCR_E2H, 1f
	mov	x20, #1
1:	read	x21, sctlr
	/*
	 * Not for us: a caller that left its MMU on or works big-endian. The number is read byte by
	 * byte, which is the same in both.
	 */
	tbnz	x21, #0, pass_on
	tbnz	x21, #SCTLR_EE, pass_on

	read	x22, vbar
	mov	x23, sp
	mrs	x24, spsel
	mrs	x25, daif
	msr	daifset, #0xf
	msr	spsel, #1
	write	tpidr, x19
	address	x9, luo_vectors
	write	vbar, x9
	isb
	read	x26, tcr
	read	x27, mair
	read	x28, ttbr0

	address	x10, luo_early_start	/* step 1 */
	address	x11, luo_early_end
	by_line	ivac, x10, x11
	address	x9, luo_early_stack_top
	mov	sp, x9
	mov	x29, #0
	mov	x30, #0
	address	x9, luo_info
	ldr	w0, [x9, #28]		/* luo_wrap_info.next */
	bl	luo_mmu_start		/* step 2 */
	dmb	sy
	address	x10, luo_early_start	/* step 3 */
	address	x11, luo_early_end
	by_line	ivac, x10, x11

	invalidate			/* step 4 */
	mov	x9, #MAIR
	write	mair, x9
	mov	x10, #TCR_COMMON
	mrs	x11, id_aa64mmfr0_el1
	and	x11, x11, #0xf		/* PARange; we reach 48 bits */
	mov	x12, #5
	cmp	x11, x12
	csel	x11, x11, x12, lo
	cbnz	x20, 2f
	orr	x10, x10, x11, lsl #32	/* TCR_EL1.IPS */
	orr	x10, x10, #1 << TCR_EPD1
	ldr	w9, =(SCTLR_EL1_RES1 | SCTLR_M_C_I)
	b	3f
2:	orr	x10, x10, x11, lsl #16	/* TCR_EL2.PS */
	ldr	w9, =TCR_EL2_RES1
	orr	x10, x10, x9
	ldr	w9, =(SCTLR_EL2_RES1 | SCTLR_M_C_I)
3:	write	tcr, x10
	write	ttbr0, x0
	isb
	write	sctlr, x9
	isb

	address	x9, luo_bss_start	/* step 5 */
	address	x10, luo_bss_end
4:	stp	xzr, xzr, [x9, #16]
	stp	xzr, xzr, [x9, #32]
	stp	xzr, xzr, [x9, #48]
	stp	xzr, xzr, [x9], #64
	cmp	x9, x10
	b.lo	4b
	address	x9, luo_in_regs
	stp	x19, x20, [x9, #0]
	stp	x21, x22, [x9, #16]
	stp	x23, x24, [x9, #32]
	stp	x25, x26, [x9, #48]
	stp	x27, x28, [x9, #64]
	address	x9, luo_in_boot
	str	x19, [x9]
	address	x9, luo_hand_on
	str	x19, [x9]
	address	x9, luo_stack_top
	mov	sp, x9

	/*
	 * Relocations, packed (DT_RELR of the ELF gABI): an even entry is the offset of a word to
	 * be relocated; the bits of an odd one, but the lowest, stand for the 63 words after it.
	 */
	address	x9, luo_image
	address	x10, luo_relr_start
	address	x11, luo_relr_end
5:	cmp	x10, x11
	b.hs	9f
	ldr	x12, [x10], #8
	tbnz	x12, #0, 6f
	add	x13, x9, x12
	ldr	x14, [x13]
	add	x14, x14, x9
	str	x14, [x13], #8
	b	5b
6:	mov	x15, x13
7:	lsr	x12, x12, #1
	cbz	x12, 8f
	tbz	x12, #0, 10f
	ldr	x14, [x15]
	add	x14, x14, x9
	str	x14, [x15]
10:	add	x15, x15, #8
	b	7b
8:	add	x13, x13, #63 * 8
	b	5b

9:	bl	luo_payload_main
	b	luo_exit

	/* A fault with the MMU off: nothing of the state was looked at, so nothing is said. */
	.globl	luo_early_fault
luo_early_fault:
	read	x19, tpidr
	/* Straight to the next kernel, x19 = device tree. */
pass_on:
	address	x9, luo_info
	ldrb	w10, [x9, #28]		/* luo_wrap_info.next */
	ldrb	w11, [x9, #29]
	ldrb	w12, [x9, #30]
	ldrb	w13, [x9, #31]
	orr	w10, w10, w11, lsl #8
	orr	w10, w10, w12, lsl #16
	orr	w10, w10, w13, lsl #24
1:	cbz	w10, 1b			/* not wrapped: there is nowhere to go */
	address	x9, luo_image
	add	x9, x9, x10
	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x9

	/*
	 * EFI firmware starts a PE image here; this is no application of its: EFI_UNSUPPORTED. No
	 * address may be computed: firmware has moved the sections apart.
	 */
	.text
	.globl	luo_efi_entry
luo_efi_entry:
	mov	x0, #3
	movk	x0, #0x8000, lsl #48
	ret

	/* In what a vector leaves: after a fault. The stack may be the reason, so it is started anew. */
	.section .head.exit, "ax", %progbits
	.globl	luo_bail_out
luo_bail_out:
	address	x9, luo_stack_top
	mov	sp, x9
	bl	luo_payload_bail

	/* To the next kernel, in the state in which we came. */
	.globl	luo_exit
luo_exit:
	address	x9, luo_stack_top
	mov	sp, x9
	bl	luo_view_leave		/* step 7: all behind payload_mem */
	address	x9, luo_hand_on
	ldr	x4, [x9]
	address	x9, luo_jump_to
	ldr	x5, [x9]
	address	x9, luo_in_regs
	ldr	x20, [x9, #8]
	ldp	x21, x22, [x9, #16]
	ldp	x23, x24, [x9, #32]
	ldp	x25, x26, [x9, #48]
	ldp	x27, x28, [x9, #64]
	b	1f

	.section .head.exit.7, "ax", %progbits
1:	address	x10, luo_data_start
	address	x11, luo_early_end
	by_line	civac, x10, x11

	write	sctlr, x21		/* step 8 */
	isb
	b	2f

	.text
2:	invalidate			/* step 9 */
	write	ttbr0, x28
	write	mair, x27
	write	tcr, x26
	write	vbar, x22
	mov	sp, x23
	msr	spsel, x24
	msr	daif, x25
	isb
	mov	x0, x4
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	.globl	luo_jump_insn
luo_jump_insn:
	br	x5

	.section .noinit, "aw", %nobits
	.balign	16
luo_in_regs:	.skip	10 * 8
	.globl	luo_in_boot
luo_in_boot:	.skip	8
	.globl	luo_hand_on
luo_hand_on:	.skip	8
	.balign	4096
luo_stack:	.skip	32768
	.globl	luo_stack_top
luo_stack_top:

	.section .noinit.early, "aw", %nobits
	.balign	16
	.skip	2048
luo_early_stack_top:

	.section .note.GNU-stack, "", %progbits
