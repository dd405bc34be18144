/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Text on firmware's console. */
#include "app.h"

#define CHUNK 120

/* ConOut wants CR LF, and NUL at the end; everything else that is printed is ASCII. */
static void write_console(void *ctx, const char *text, size_t len)
{
	CHAR16 buf[CHUNK + 3];
	u32 n = 0;

	(void)ctx;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf[n++] = '\r';
		buf[n++] = (CHAR16)(u8)text[i];
		if (n < CHUNK && i + 1 < len)
			continue;
		buf[n] = 0;
		app.st->ConOut->OutputString(app.st->ConOut, buf);
		n = 0;
	}
}

const struct luo_out efi_console = { .write = write_console };

/** efi_say() - "luo: " and a sentence. */
void efi_say(const char *line)
{
	luo_put(&efi_console, "luo: ");
	luo_put(&efi_console, line);
	luo_put(&efi_console, "\n");
}

/** efi_say_about() - "luo: NAME: " and a sentence; words of a command line are printable. */
void efi_say_about(const char *name, const char *line)
{
	luo_put(&efi_console, "luo: ");
	luo_put(&efi_console, name);
	luo_put(&efi_console, ": ");
	luo_put(&efi_console, line);
	luo_put(&efi_console, "\n");
}

/** efi_refuse() - the same, for whoever gives up with it: @status. */
EFI_STATUS efi_refuse(const char *name, const char *line, EFI_STATUS status)
{
	efi_say_about(name, line);
	return status;
}

/* The statuses that firmware answers with when something cannot be had (UEFI 2.10, appendix D). */
static const char *status_word(EFI_STATUS status)
{
	static const struct {
		EFI_STATUS status;
		const char *word;
	} words[] = {
		{ EFI_NOT_FOUND, "not found" },
		{ EFI_ACCESS_DENIED, "access denied" },
		{ EFI_SECURITY_VIOLATION, "security violation" },
		{ EFI_WRITE_PROTECTED, "write protected" },
		{ EFI_VOLUME_FULL, "volume full" },
		{ EFI_OUT_OF_RESOURCES, "out of resources" },
		{ EFI_UNSUPPORTED, "unsupported" },
		{ EFI_LOAD_ERROR, "load error" },
		{ EFI_INVALID_PARAMETER, "invalid parameter" },
		{ EFI_DEVICE_ERROR, "device error" },
		{ EFI_NO_MEDIA, "no media" },
	};

	for (u32 i = 0; i < LUO_ARRAY_SIZE(words); i++)
		if (words[i].status == status)
			return words[i].word;
	return "firmware's error";
}

/** efi_say_status() - the same, and what firmware answered. */
void efi_say_status(const char *name, const char *line, EFI_STATUS status)
{
	luo_put(&efi_console, "luo: ");
	luo_put(&efi_console, name);
	luo_put(&efi_console, ": ");
	luo_put(&efi_console, line);
	luo_put(&efi_console, ": ");
	luo_put(&efi_console, status_word(status));
	luo_put(&efi_console, " (");
	luo_put_hex(&efi_console, (u64)status);
	luo_put(&efi_console, ")\n");
}
