/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Where firmware enters an application that was linked as ELF: in the calling convention of UEFI
 * (on x86_64 Microsoft's), boot services running, memory mapped one to one, at the place that
 * firmware chose and with nothing relocated yet. gnu-efi's library applies the relocations; its
 * own crt0 is not used, because that of 3.0.15 loses RDI and RSI, which UEFI 2.10, 2.3.4.2 wants
 * preserved, and on aarch64 brings a PE header of its own, which has no place for .sbat.
 *
 * A build for PE (clang and lld) is relocated by firmware and enters efi_main() itself.
 */
#include "app.h"

extern const char ImageBase[] __attribute__((visibility("hidden")));
extern const char _DYNAMIC[] __attribute__((visibility("hidden")));

/* gnu-efi, gnuefi/reloc_<arch>.c, 3.0.15 and 4.0.4: in the compiler's own convention. */
EFI_STATUS _relocate(long base, const void *dynamic, EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

/** efi_start() - the entry point; see above. */
EFI_STATUS EFIAPI efi_start(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	if (_relocate((long)ImageBase, _DYNAMIC, image, st))
		return EFI_LOAD_ERROR;
	return efi_main(image, st);
}
