/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Random numbers for the hash of names; encrypted memory. */
#include "cpu.h"

#define RNDR "s3_3_c2_c4_0"

/** luo_arch_crypt() - memory encryption here is transparent, or not seen at this level. */
enum luo_crypt luo_arch_crypt(void)
{
	return LUO_CRYPT_NONE;
}

static u64 rndr(void)
{
	u64 v;
	bool ok;

	if (!(read_sysreg(id_aa64isar0_el1) >> 60))
		return 0;
	/* ID_AA64ISAR0_EL1.RNDR is there; Z is set when there was no number in time. */
	__asm__ volatile("mrs %0, " RNDR "\n\tcset %w1, ne" : "=r"(v), "=r"(ok) : : "cc");
	return ok ? v : 0;
}

/* What kexec has put into /chosen for the next kernel's random numbers, folded. */
static u64 seed(u32 from)
{
	u32 len;
	const u8 *p = luo_dtb_chosen("rng-seed", &len);
	u64 v = 0;

	for (u32 i = from * 8; i < len; i += 16)
		for (u32 j = i; j < i + 8 && j < len; j++)
			v = (v << 8 | v >> 56) ^ p[j];
	return v;
}

/** luo_arch_key() - 128 bits that whoever named the sessions could not know. */
void luo_arch_key(u64 key[2])
{
	for (u32 i = 0; i < 2; i++)
		key[i] = luo_spread(read_sysreg(cntvct_el0) + 0x9e3779b97f4a7c15 * (u64)(i + 1)) ^
			 luo_spread(seed(i)) ^ rndr();
}
