/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * .sbat: the generations by which shim can refuse builds that turned out to be unsafe, in the
 * format of shim's SBAT.md; the same text as in the payload (arch/<arch>/image.S).
 */
#define SBAT                                                                                       \
	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"            \
	"luo-payload,1,luo-payload,luo-payload," LUO_VERSION ",-\n"

__attribute__((section(".sbat"), used)) static const char sbat[sizeof(SBAT) - 1] = SBAT;
