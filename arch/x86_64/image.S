/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The setup sectors: everything that kexec, firmware and signing tools read of the file before
 * they load it. Nothing in here is ever run. `luo wrap` fills in what depends on the next kernel;
 * until then xloadflags is 0 and so kexec refuses the file by itself.
 *
 * Setup header: Documentation/arch/x86/boot.rst; offsets in image.h. PE/COFF: Microsoft's
 * "PE Format"; what a kernel with KEXEC_SIG wants of it is in
 * crypto/asymmetric_keys/verify_pefile.c (7.3).
 */
#include "image.h"

#define PE_MACHINE  0x8664
#define PE_CODE_RVA (LUO_SETUP_BYTES + LUO_PE_SHIFT)
#define PE_SBAT_RVA LUO_SBAT_RVA
#define PE_SBAT_RAW (LUO_SETUP_BYTES - LUO_SBAT_AT)

	.section .setup, "", @progbits
setup:
	.ascii	"MZ"
	.org	0x3c
	.long	LUO_PE_AT

	.org	LUO_PE_AT
#include "../pe.h"
	/* The next .org fails to assemble when the headers grow into the setup header. */

	.org	HDR_START - 2
	.byte	0xff, 0xff		/* sentinel: a loader that copies it copied too much */
	.byte	LUO_SETUP_BYTES / 512 - 1
	.org	HDR_ROOT_FLAGS
	.word	1
	.org	HDR_VID_MODE
	.word	0xffff
	.org	HDR_BOOT_FLAG
	.word	0xaa55
	.byte	0xeb, header_end - 1f	/* HDR_JUMP: loaders take the header's end from it */
1:	.ascii	"HdrS"
	.word	0x20c			/* HDR_VERSION: wrap */
	.org	HDR_KERNEL_VERSION
	.word	LUO_KVER_AT - 0x200
	.org	HDR_LOADFLAGS
	.byte	LOADFLAG_LOADED_HIGH
	.org	0x214
	.long	0x100000		/* code32_start */
	.org	HDR_INITRD_ADDR_MAX
	.long	0x7fffffff
	.org	HDR_RELOCATABLE
	.byte	1
	.org	0x26c
header_end:
	cli
1:	hlt
	jmp	1b

	.org	LUO_KVER_AT
	.asciz	"luo-payload, not wrapped around a kernel"

	/* https://github.com/rhboot/shim/blob/main/SBAT.md: component, generation, vendor, ... */
	.org	LUO_SBAT_AT
sbat:
	.ascii	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii	"luo-payload,1,luo-payload,luo-payload,"
	.ascii	LUO_VERSION
	.ascii	",-\n"
sbat_end:
	.org	LUO_SETUP_BYTES

	.section .note.GNU-stack, "", @progbits
