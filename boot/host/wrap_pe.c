/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The PE/COFF headers of a wrapped image, so that it can be signed as a whole. Setup.S has laid
 * them out; here they get their sizes. Offsets: Microsoft's "PE Format".
 *
 * In the file: headers, .sbat, .text (the payload), .linux (padding and the next kernel), without
 * gap or overlap and up to the last byte. That is what sbsign hashes without a warning and
 * pefile_digest_pe_contents() of crypto/asymmetric_keys/verify_pefile.c (7.3) hashes too. A
 * certificate table of the next kernel's own is data like all the rest of it.
 */
#include "wrap.h"

#include "../../arch/x86_64/bzimage.h"

#define OPTIONAL  (LUO_PE_AT + 24) /* behind the signature and the COFF header */
#define OPT_CODE  (OPTIONAL + 4)
#define OPT_DATA  (OPTIONAL + 8)
#define OPT_ENTRY (OPTIONAL + 16)
#define OPT_IMAGE (OPTIONAL + 56)
#define SECTIONS  (OPTIONAL + 112 + 16 * 8)
#define SECTION	  40 /* bytes of an entry: name, then four u32 that matter */
#define PAGE	  4096u

static void fill_section(u8 *entry, u32 size, u32 at)
{
	wrap_put32(entry + 8, size);
	wrap_put32(entry + 12, at + LUO_PE_SHIFT);
	wrap_put32(entry + 16, size);
	wrap_put32(entry + 20, at);
}

/** wrap_fill_pe() - fill in the PE headers of @out, a whole wrapped image. */
void wrap_fill_pe(u8 *out, const struct wrap_plan *plan)
{
	const u8 *info = out + LUO_SETUP_BYTES + LUO_INFO_AT;
	u32 payload = luo_get32(info + offsetof(struct luo_wrap_info, payload_file));
	u32 efi_at = luo_get32(info + offsetof(struct luo_wrap_info, efi_at));
	u32 text = (payload + PAGE - 1) & -PAGE, linux_at = LUO_SETUP_BYTES + text;
	u32 linux_size = (u32)plan->file_size - linux_at;
	u32 image = ((u32)plan->file_size + LUO_PE_SHIFT + PAGE - 1) & -PAGE;

	wrap_put32(out + OPT_CODE, text);
	wrap_put32(out + OPT_DATA, LUO_SETUP_BYTES - LUO_SBAT_AT + linux_size);
	wrap_put32(out + OPT_ENTRY, LUO_SETUP_BYTES + LUO_PE_SHIFT + efi_at);
	wrap_put32(out + OPT_IMAGE, image);
	fill_section(out + SECTIONS + SECTION, text, LUO_SETUP_BYTES);
	fill_section(out + SECTIONS + 2 * SECTION, linux_size, linux_at);
}
