/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The command line: load options are text in UTF-16 by convention of the shell, of boot managers
 * and of loaders that start a kernel. The shell puts the program's name in front; boot entries,
 * QEMU's -append and U-Boot's bootefi do not, so a first word that is no command and no option is
 * taken for it.
 *
 * Words are separated by blanks. Double quotes keep blanks together and are taken away; ^" and ^^
 * stand for the characters themselves, as the shell writes them.
 */
#include "app.h"

#define MAX_TEXT 8192

static char text[MAX_TEXT];

static EFI_STATUS refuse(const char *why)
{
	efi_say(why);
	return EFI_INVALID_PARAMETER;
}

/* Load options as text; what is no ASCII cannot be an option, nor a name that all volumes know. */
static EFI_STATUS get_text(size_t *len)
{
	const u8 *p = app.loaded->LoadOptions;
	size_t max = p ? app.loaded->LoadOptionsSize / 2 : 0;

	for (*len = 0; *len < max; ++*len, p += 2) {
		u32 c = p[0] | (u32)p[1] << 8;

		if (!c)
			break;
		if (c >= 0x7f || (c < ' ' && c != '\t'))
			return refuse("the command line has characters that are not ASCII");
		if (*len == MAX_TEXT - 1)
			return refuse("the command line is longer than 8191 characters");
		text[*len] = c == '\t' ? ' ' : (char)c;
	}
	text[*len] = '\0';
	return EFI_SUCCESS;
}

/* Take one word off at *at; it is shortened in place, so it stays where it is. */
static char *next_word(size_t *at)
{
	char *word, *to;
	bool quoted = false;

	while (text[*at] == ' ')
		++*at;
	if (!text[*at])
		return NULL;
	word = to = &text[*at];
	for (; text[*at] && (quoted || text[*at] != ' '); ++*at) {
		char c = text[*at];

		if (c == '^' && (text[*at + 1] == '"' || text[*at + 1] == '^'))
			c = text[++*at];
		else if (c == '"') {
			quoted = !quoted;
			continue;
		}
		*to++ = c;
	}
	if (text[*at])
		++*at;
	*to = '\0';
	return quoted ? NULL : word;
}

static bool is_program(const char *word)
{
	return *word != '-' && !efi_command_find(word);
}

/**
 * efi_words_get() - split firmware's load options into words
 * @words: filled in, without the program's name
 *
 * Return: EFI_SUCCESS, or EFI_INVALID_PARAMETER after a message.
 */
EFI_STATUS efi_words_get(struct efi_words *words)
{
	size_t len, at = 0;
	EFI_STATUS status = get_text(&len);
	char *word;

	words->nr = 0;
	if (status)
		return status;
	while ((word = next_word(&at))) {
		if (!words->nr && word == text && is_program(word))
			continue;
		if (words->nr == EFI_MAX_WORDS)
			return refuse("the command line has more than 64 words");
		words->word[words->nr++] = word;
	}
	return at < len ? refuse("a quotation mark has no partner") : EFI_SUCCESS;
}
