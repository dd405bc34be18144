/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What this CPU has, whether memory is encrypted, and random numbers for the hash of names. */
#include "cpu.h"

struct luo_cpu luo_cpu;

#define MSR_SYSCFG	0xc0010010 /* AMD APM vol. 2, 15.34: bit 23, memory encryption enabled */
#define SYSCFG_SMEE	(1u << 23)
#define MSR_SEV_STATUS	0xc0010131 /* bit 0: SEV active in this guest */
#define HYPERVISOR	0x40000000
#define HYPERVISOR_RATE 0x40000010 /* eax: TSC in kHz; VMware's leaf, KVM's and QEMU's too */

/*
 * The order of questions is that of arch/x86/boot/compressed/mem_encrypt.S and tdx.c (7.3). The
 * SEV MSR exists wherever the leaf names SEV or SME; SYSCFG is the host's, guests may fault on it.
 */
static u8 find_crypt(u32 max, u32 max_ext)
{
	bool guest = cpuid(1, 0).ecx >> 31;
	struct luo_cpuid r;

	if (max >= 0x21) {
		r = cpuid(0x21, 0);
		if (r.ebx == 0x65746e49 && r.edx == 0x5844546c && r.ecx == 0x20202020)
			return LUO_CRYPT_GUEST; /* "IntelTDX    " */
	}
	if (max_ext < 0x8000001f)
		return LUO_CRYPT_NONE;
	r = cpuid(0x8000001f, 0);
	if ((r.eax & 2) && (rdmsr(MSR_SEV_STATUS) & 1))
		return LUO_CRYPT_GUEST;
	if ((r.eax & 1) && !guest && (rdmsr(MSR_SYSCFG) & SYSCFG_SMEE))
		return LUO_CRYPT_HOST;
	return LUO_CRYPT_NONE;
}

/* Intel SDM vol. 3, 19.7.3: crystal times ratio, else the base frequency. */
static u32 find_tsc_khz(u32 max)
{
	struct luo_cpuid r;

	if (max >= 0x15) {
		r = cpuid(0x15, 0);
		if (r.eax && r.ebx && r.ecx)
			return (u32)((u64)r.ecx * r.ebx / r.eax / 1000);
	}
	if (max >= 0x16) {
		r = cpuid(0x16, 0);
		if (r.eax & 0xffff)
			return (r.eax & 0xffff) * 1000;
	}
	if (cpuid(1, 0).ecx >> 31) {
		r = cpuid(HYPERVISOR, 0);
		if (r.eax >= HYPERVISOR_RATE && r.eax < HYPERVISOR + 0x10000)
			return cpuid(HYPERVISOR_RATE, 0).eax;
	}
	return 0;
}

/** luo_cpu_init() - fill in luo_cpu; touches no memory but that. */
void luo_cpu_init(void)
{
	u32 max = cpuid(0, 0).eax, max_ext = cpuid(0x80000000, 0).eax;
	struct luo_cpuid r = cpuid(1, 0);

	luo_cpu.cx16 = r.ecx >> 13 & 1;
	luo_cpu.rdrand = r.ecx >> 30 & 1;
	luo_cpu.clflush = r.edx >> 19 & 1;
	luo_cpu.line = luo_cpu.clflush ? (r.ebx >> 8 & 0xff) * 8 : 64;
	if (!luo_cpu.line)
		luo_cpu.line = 64;
	if (max >= 7) {
		r = cpuid(7, 0);
		luo_cpu.clflushopt = r.ebx >> 23 & 1;
		luo_cpu.clwb = r.ebx >> 24 & 1;
	}
	if (max_ext >= 0x80000001)
		luo_cpu.gb_pages = cpuid(0x80000001, 0).edx >> 26 & 1;
	luo_cpu.crypt = find_crypt(max, max_ext);
	luo_cpu.tsc_khz = find_tsc_khz(max);
}

/** luo_arch_crypt() - is memory encrypted? */
enum luo_crypt luo_arch_crypt(void)
{
	return luo_cpu.crypt;
}

static u64 rdrand(void)
{
	u64 v = 0;

	/* Intel says that ten tries are enough; without luck the TSC alone has to do. */
	for (int i = 0; i < 10; i++) {
		bool ok;

		__asm__ volatile("rdrand %0" : "=r"(v), "=@ccc"(ok));
		if (ok)
			return v;
	}
	return 0;
}

/** luo_arch_key() - 128 bits that whoever named the sessions could not know. */
void luo_arch_key(u64 key[2])
{
	for (int i = 0; i < 2; i++) {
		key[i] = luo_spread(rdtsc() + 0x9e3779b97f4a7c15 * (u64)(i + 1));
		if (luo_cpu.rdrand)
			key[i] ^= rdrand();
	}
}
