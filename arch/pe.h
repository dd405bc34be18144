/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The PE headers of a payload (Microsoft, "PE Format"), included by image.S, which defines
 * PE_MACHINE, PE_CODE_RVA, PE_SBAT_RVA and PE_SBAT_RAW, and what .sbat holds between sbat and
 * sbat_end. `luo wrap` fills in the sizes and places of the other two sections.
 */
	.ascii	"PE\0\0"
	.2byte	PE_MACHINE
	.2byte	3			/* sections */
	.4byte	0			/* TimeDateStamp: builds are reproducible */
	.4byte	0			/* PointerToSymbolTable */
	.4byte	0			/* NumberOfSymbols */
	.2byte	sections - optional
	.2byte	0x0206			/* executable, no line numbers, no debug data */

optional:
	.2byte	0x20b			/* PE32+ */
	.byte	0, 0			/* linker version */
	.4byte	0			/* SizeOfCode: wrap */
	.4byte	0			/* SizeOfInitializedData: wrap */
	.4byte	0			/* SizeOfUninitializedData */
	.4byte	0			/* AddressOfEntryPoint: wrap */
	.4byte	PE_CODE_RVA		/* BaseOfCode */
	.8byte	0			/* ImageBase */
	.4byte	4096			/* SectionAlignment */
	.4byte	512			/* FileAlignment */
	.2byte	0, 0, 0, 0, 0, 0	/* versions of system, image, subsystem */
	.4byte	0			/* Win32VersionValue */
	.4byte	0			/* SizeOfImage: wrap */
	.4byte	LUO_PE_HEADERS		/* SizeOfHeaders */
	.4byte	0			/* CheckSum */
	.2byte	10			/* Subsystem: EFI application */
	.2byte	0x100			/* DllCharacteristics: NX compatible */
	.8byte	0, 0, 0, 0		/* stack and heap */
	.4byte	0			/* LoaderFlags */
	.4byte	16			/* NumberOfRvaAndSizes */
	.skip	16 * 8

sections:
	.ascii	".sbat\0\0\0"
	.4byte	sbat_end - sbat		/* VirtualSize */
	.4byte	PE_SBAT_RVA		/* VirtualAddress */
	.4byte	PE_SBAT_RAW		/* SizeOfRawData */
	.4byte	LUO_SBAT_AT		/* PointerToRawData */
	.4byte	0, 0, 0
	.4byte	0x42000040		/* data, discardable, read */
	.ascii	".text\0\0\0"
	.skip	28			/* sizes and places: wrap */
	.4byte	0x60000020		/* code, execute, read */
	.ascii	".linux\0\0"
	.skip	28
	.4byte	0x42000040
