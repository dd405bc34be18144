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

	.ascii	"PE\0\0"
	.hword	0xaa64			/* Machine: arm64 */
	.hword	3			/* sections */
	.long	0			/* TimeDateStamp: builds are reproducible */
	.long	0			/* PointerToSymbolTable */
	.long	0			/* NumberOfSymbols */
	.hword	sections - optional
	.hword	0x0206			/* executable, no line numbers, no debug data */

optional:
	.hword	0x20b			/* PE32+ */
	.byte	0, 0			/* linker version */
	.long	0			/* SizeOfCode: wrap */
	.long	0			/* SizeOfInitializedData: wrap */
	.long	0			/* SizeOfUninitializedData */
	.long	0			/* AddressOfEntryPoint: wrap */
	.long	LUO_TEXT_AT + LUO_PE_SHIFT /* BaseOfCode */
	.quad	0			/* ImageBase */
	.long	4096			/* SectionAlignment */
	.long	512			/* FileAlignment */
	.hword	0, 0, 0, 0, 0, 0	/* versions of system, image, subsystem */
	.long	0			/* Win32VersionValue */
	.long	0			/* SizeOfImage: wrap */
	.long	LUO_PE_HEADERS		/* SizeOfHeaders */
	.long	0			/* CheckSum */
	.hword	10			/* Subsystem: EFI application */
	.hword	0x100			/* DllCharacteristics: NX compatible */
	.quad	0, 0, 0, 0		/* stack and heap */
	.long	0			/* LoaderFlags */
	.long	16			/* NumberOfRvaAndSizes */
	.skip	16 * 8

sections:
	.ascii	".sbat\0\0\0"
	.long	sbat_end - sbat		/* VirtualSize */
	.long	LUO_SBAT_RVA		/* VirtualAddress */
	.long	LUO_TEXT_AT - LUO_SBAT_AT /* SizeOfRawData */
	.long	LUO_SBAT_AT		/* PointerToRawData */
	.long	0, 0, 0
	.long	0x42000040		/* data, discardable, read */
	.ascii	".text\0\0\0"
	.skip	28			/* sizes and places: wrap */
	.long	0x60000020		/* code, execute, read */
	.ascii	".linux\0\0"
	.skip	28
	.long	0x42000040
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
	.ascii	"luo-payload,1,luo-payload,luo-payload,1,-\n"
sbat_end:

	.section .note.GNU-stack, "", %progbits
