/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The PE/COFF headers of a wrapped image, so that it can be signed as a whole. The payload brings
 * them along (arch/x86_64/image.S, arch/aarch64/image.S); here they get their sizes. Offsets:
 * Microsoft's "PE Format".
 *
 * In the file: headers, .sbat, .text (the payload), .linux (padding and the next kernel), without
 * gap or overlap and up to the last byte. That is what sbsign hashes without a warning and
 * pefile_digest_pe_contents() of crypto/asymmetric_keys/verify_pefile.c (7.3) hashes too. A
 * certificate table of the next kernel's own is data like all the rest of it.
 */
#include "wrap.h"

#include <string.h>

#define COFF	  4  /* behind "PE\0\0": sections, u16 at 2, and size of what follows, u16 at 16 */
#define OPTIONAL  24 /* behind the COFF header */
#define OPT_CODE  (OPTIONAL + 4)
#define OPT_DATA  (OPTIONAL + 8)
#define OPT_ENTRY (OPTIONAL + 16)
#define OPT_IMAGE (OPTIONAL + 56)
#define OPT_CERTS (OPTIONAL + 112 + 4 * 8) /* directory entry of PE32+: offset, u32 size at 4 */
#define SECTIONS  (OPTIONAL + 112 + 16 * 8)
#define SECTION	  40 /* bytes of an entry: name, then four u32 that matter */
#define PAGE	  ((u32)WRAP_PAGE)

static void fill_section(u8 *entry, u32 size, u32 at, u32 shift)
{
	wrap_put32(entry + 8, size);
	wrap_put32(entry + 12, at + shift);
	wrap_put32(entry + 16, size);
	wrap_put32(entry + 20, at);
}

/**
 * wrap_fill_pe() - fill in the PE headers
 * @out:       a whole wrapped image of @file_size bytes, so far below 4 GiB that no sum wraps
 * @pe:        where the payload has what
 */
void wrap_fill_pe(u8 *out, u64 file_size, const struct wrap_pe *pe)
{
	u32 text = (pe->text + PAGE - 1) & -PAGE, linux_at = pe->text_at + text;
	u32 linux_size = (u32)file_size - linux_at;
	u32 image = ((u32)file_size + pe->shift + PAGE - 1) & -PAGE;
	u8 *headers = out + pe->at;

	wrap_put32(headers + OPT_CODE, text);
	wrap_put32(headers + OPT_DATA, pe->text_at - pe->sbat_at + linux_size);
	wrap_put32(headers + OPT_ENTRY, pe->entry + pe->shift);
	wrap_put32(headers + OPT_IMAGE, image);
	fill_section(headers + SECTIONS + SECTION, text, pe->text_at, pe->shift);
	fill_section(headers + SECTIONS + 2 * SECTION, linux_size, linux_at, pe->shift);
}

/**
 * wrap_pe_end() - where the content of a PE file ends, by its own headers
 *
 * Return: the end of the section that ends last, or of the headers when they are cut off; 0 when
 * there are none.
 */
u64 wrap_pe_end(const struct wrap_file *file)
{
	u64 at, table, end = 0;
	u32 count;

	if (file->size < 64 || memcmp(file->data, "MZ", 2))
		return 0;
	at = luo_get32(file->data + 0x3c);
	if (at + OPTIONAL > file->size)
		return at + OPTIONAL;
	if (memcmp(file->data + at, "PE\0\0", 4))
		return 0;
	count = wrap_get16(file->data + at + COFF + 2);
	table = at + OPTIONAL + wrap_get16(file->data + at + COFF + 16);
	if (table + count * SECTION > file->size)
		return table + count * SECTION;
	for (const u8 *s = file->data + table; count--; s += SECTION) {
		u64 section_end = (u64)luo_get32(s + 16) + luo_get32(s + 20);

		end = section_end > end ? section_end : end;
	}
	return end;
}

/**
 * wrap_pe_signed() - does a PE32+ file say that it has a signature?
 *
 * Whether the signature is worth anything is not looked at.
 */
bool wrap_pe_signed(const struct wrap_file *file)
{
	u64 at;

	if (!wrap_pe_end(file))
		return false;
	at = luo_get32(file->data + 0x3c);
	return at + OPT_CERTS + 8 <= file->size && luo_get32(file->data + at + OPT_CERTS) &&
	       luo_get32(file->data + at + OPT_CERTS + 4);
}
