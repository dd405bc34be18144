/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The headers: everything that kexec, firmware and signing tools read of the file before they load
 * it. `luo wrap` fills in what depends on the next kernel; until then image_size is 0 and so kexec
 * refuses the file by itself.
 *
 * Image header: Documentation/arch/arm64/booting.rst; offsets in image.h. PE/COFF: Microsoft's
 * "PE Format"; what a kernel with KEXEC_SIG wants of it is in crypto/asymmetric_keys/
 * verify_pefile.c (7.3).
 */
#include "image.h"

#define PE_MACHINE  0xaa64
#define PE_CODE_RVA (LUO_TEXT_AT + LUO_PE_SHIFT)
#define PE_SBAT_RVA LUO_SBAT_RVA
#define PE_SBAT_RAW (LUO_TEXT_AT - LUO_SBAT_AT)

	.section .head.image, "ax", %progbits
header:
	/* "MZ" and, as an instruction, without effect: CCMP X18, #0, #13, PL. */
	.inst	0xfa405a4d
	b	luo_entry
	.quad	0			/* text_offset */
	.quad	0			/* image_size: wrap */
	.quad	0			/* flags: wrap */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	LUO_PE_AT

#include "../pe.h"
	/* The next .org fails to assemble when the headers grow into it. */

	.org	LUO_INFO_AT
	.globl	luo_info
luo_info:
	.ascii	LUO_INFO_MAGIC
	.long	LUO_INFO_VERSION
	.long	LUO_INFO_SIZE
	/* payload.lds puts three numbers here, and three zeros that luo wrap fills in. */

	/* https://github.com/rhboot/shim/blob/main/SBAT.md: component, generation, vendor, ... */
	.section .head.sbat, "a", %progbits
sbat:
	.ascii	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii	"luo-payload,1,luo-payload,luo-payload,"
	.ascii	LUO_VERSION
	.ascii	",-\n"
sbat_end:

	.section .note.GNU-stack, "", %progbits
