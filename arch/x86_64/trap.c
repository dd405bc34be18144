/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Own GDT and IDT, so that an exception prints a line instead of resetting the machine. */
#include "cpu.h"

/** struct luo_trap_frame - what trap.S leaves on the stack. */
struct luo_trap_frame {
	u64 vector;
	u64 error;
	u64 rip;
	u64 cs;
	u64 rflags;
	u64 rsp;
	u64 ss;
};

struct gate {
	u16 offset_low;
	u16 selector;
	u8 ist;
	u8 type;
	u16 offset_mid;
	u32 offset_high;
	u32 zero;
};
_Static_assert(sizeof(struct gate) == 16, "gate");

struct table_register {
	u16 limit;
	u64 base;
} __attribute__((packed));

const char luo_arch_pc_name[] = " rip=";

#define VECTOR_PF   14
#define VECTOR_VE   20
#define VECTOR_VC   29
#define NR_VECTORS  32
#define NR_SEGMENTS 32
#define GATE_INTR   0x8e	       /* present, ring 0, interrupt gate */
#define CODE64	    0x00af9b000000ffff /* the descriptors that purgatory and Linux use, accessed */
#define DATA	    0x00cf93000000ffff

static u64 gdt[NR_SEGMENTS];
static struct gate idt[NR_VECTORS];

/**
 * luo_trap_init() - take over exceptions
 *
 * The GDT gets its descriptors at the selectors that are loaded already, so no segment register
 * has to change, neither now nor on the way out. Selectors beyond the table (no kernel uses such)
 * leave everything as it is.
 */
void luo_trap_init(void)
{
	struct table_register r;
	u16 cs, ss;

	__asm__ volatile("movw %%cs, %0" : "=r"(cs));
	__asm__ volatile("movw %%ss, %0" : "=r"(ss));
	if (cs / 8 >= NR_SEGMENTS || ss / 8 >= NR_SEGMENTS || (cs | ss) & 4)
		return;
	gdt[ss / 8] = DATA;
	gdt[0] = 0;
	gdt[cs / 8] = CODE64;
	for (u32 i = 0; i < NR_VECTORS; i++) {
		u64 at = (u64)luo_trap_stubs + 16 * i;

		idt[i] = (struct gate){
			.offset_low = (u16)at,
			.selector = cs,
			.type = GATE_INTR,
			.offset_mid = (u16)(at >> 16),
			.offset_high = (u32)(at >> 32),
		};
	}
	r = (struct table_register){ sizeof(gdt) - 1, (u64)gdt };
	__asm__ volatile("lgdt %0" : : "m"(r) : "memory");
	r = (struct table_register){ sizeof(idt) - 1, (u64)idt };
	__asm__ volatile("lidt %0" : : "m"(r) : "memory");
}

_Noreturn void luo_trap(const struct luo_trap_frame *frame);

/**
 * luo_trap() - called by trap.S for every exception but NMI
 *
 * #VE and #VC mean that a hypervisor wants to be asked about something that we did in an encrypted
 * guest, CPUID included. That is not for us to answer: the next kernel is entered without a word.
 */
_Noreturn void luo_trap(const struct luo_trap_frame *frame)
{
	bool encrypted = frame->vector == VECTOR_VE || frame->vector == VECTOR_VC;
	u64 addr = frame->vector == VECTOR_PF ? read_cr2() : 0;

	if (encrypted && luo_jump_to)
		luo_exit();
	if (luo_payload_fault((u32)frame->vector, frame->error, addr, frame->rip - luo_base(),
			      frame->rip))
		luo_bail_out();
	luo_exit();
}
