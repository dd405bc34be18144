/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Parsing of the words of a command line. */
#include "reserve.h"

#include "../../luo/str.h"

static EFI_STATUS usage(const char *word, const char *why)
{
	if (word)
		efi_say_about(word, why);
	else
		efi_say(why);
	return EFI_INVALID_PARAMETER;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/**
 * efi_number() - a number in decimal, or in hex with 0x in front
 * @s:     where it begins
 * @value: filled in
 *
 * Return: what is behind it; NULL when there is none, or it is too large.
 */
const char *efi_number(const char *s, u64 *value)
{
	u64 base = s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10;
	const char *p = base == 16 ? s + 2 : s, *first = p;

	*value = 0;
	for (; (u64)digit(*p) < base; p++) {
		u64 d = (u64)digit(*p);

		if (*value > (~0ULL - d) / base)
			return NULL;
		*value = *value * base + d;
	}
	return p > first ? p : NULL;
}

static bool parse_number(const char *s, u64 *value)
{
	const char *end = efi_number(s, value);

	return end && !*end;
}

static EFI_STATUS set_format(struct efi_options *opt, const char *word, u8 format)
{
	if (opt->has_format && opt->format != format)
		return usage(word, "--text, --json and --ktap exclude each other; give one");
	opt->format = format;
	opt->has_format = true;
	return EFI_SUCCESS;
}

static EFI_STATUS set_kho_fdt(struct efi_options *opt, const char *value)
{
	if (!parse_number(value, &opt->kho_fdt))
		return usage(value, "is no address; give a number such as 0x40000000");
	opt->has_kho_fdt = true;
	return EFI_SUCCESS;
}

static EFI_STATUS set_anchor(struct efi_options *opt, const char *value)
{
	if (!parse_number(value, &opt->anchor) || !opt->anchor)
		return usage(value, "is no address; give a number such as 0x40000000");
	return EFI_SUCCESS;
}

static EFI_STATUS set_onerror(struct efi_options *opt, const char *value)
{
	static const char *const words[] = { "pass", "drop", "drop-luo", "halt", "reset" };

	for (u8 i = 0; i < LUO_ARRAY_SIZE(words); i++) {
		if (!luo_streq(value, words[i]))
			continue;
		opt->onerror = i;
		opt->boot_words = true;
		return EFI_SUCCESS;
	}
	return usage(value, "is no policy; there are pass, drop, drop-luo, halt, reset");
}

static EFI_STATUS set_mode(struct efi_options *opt, const char *value)
{
	opt->compact = luo_streq(value, "compact");
	opt->boot_words = true;
	if (opt->compact || luo_streq(value, "verify"))
		return EFI_SUCCESS;
	return usage(value, "is no mode; there are verify and compact");
}

static EFI_STATUS set_reserve(struct efi_options *opt, const char *value)
{
	opt->boot_words = true;
	if (!efi_arch_reserves)
		return usage("--reserve", "is for arm64; memmap= in --cmdline does it here");
	if (efi_reserve_parse(opt, value))
		return EFI_SUCCESS;
	return usage(value, "is no list of up to 16 ranges ADDR+SIZE of whole pages");
}

static EFI_STATUS set_report(struct efi_options *opt, const char *value)
{
	opt->report = value;
	return EFI_SUCCESS;
}

static EFI_STATUS set_kernel(struct efi_options *opt, const char *value)
{
	opt->kernel = value;
	opt->boot_words = true;
	return EFI_SUCCESS;
}

static EFI_STATUS set_initrd(struct efi_options *opt, const char *value)
{
	opt->initrd = value;
	opt->boot_words = true;
	return EFI_SUCCESS;
}

static EFI_STATUS set_next_kernel(struct efi_options *opt, const char *value)
{
	opt->next_kernel = value;
	return EFI_SUCCESS;
}

static EFI_STATUS set_cmdline(struct efi_options *opt, const char *value)
{
	opt->cmdline = value;
	return EFI_SUCCESS;
}

static const struct {
	const char *name;
	EFI_STATUS (*set)(struct efi_options *opt, const char *value);
} valued[] = {
	{ "--kho-fdt", set_kho_fdt }, { "--report", set_report },
	{ "--kernel", set_kernel },   { "--initrd", set_initrd },
	{ "--cmdline", set_cmdline }, { "--onerror", set_onerror },
	{ "--mode", set_mode },	      { "--next-kernel", set_next_kernel },
	{ "--anchor", set_anchor },   { "--reserve", set_reserve },
};

/* The value of an option that takes one: behind '=', or the next word. */
static EFI_STATUS take_valued(struct efi_options *opt, const struct efi_words *words, u32 *i,
			      bool *known)
{
	const char *word = words->word[*i];

	*known = true;
	for (u32 k = 0; k < LUO_ARRAY_SIZE(valued); k++) {
		const char *name = valued[k].name, *w = word;

		while (*name && *name == *w) {
			name++;
			w++;
		}
		if (*name || (*w && *w != '='))
			continue;
		if (*w)
			return valued[k].set(opt, w + 1);
		if (*i + 1 == words->nr)
			return usage(word, "lacks its value; see luo.efi --help");
		return valued[k].set(opt, words->word[++*i]);
	}
	*known = false;
	return EFI_SUCCESS;
}

static EFI_STATUS take_flag(struct efi_options *opt, const char *word)
{
	if (luo_streq(word, "--json"))
		return set_format(opt, word, EFI_FORMAT_JSON);
	if (luo_streq(word, "--ktap"))
		return set_format(opt, word, EFI_FORMAT_KTAP);
	if (luo_streq(word, "--text"))
		return set_format(opt, word, EFI_FORMAT_TEXT);
	if (luo_streq(word, "-n"))
		opt->dry_run = true;
	else if (luo_streq(word, "--help") || luo_streq(word, "-h"))
		opt->help = true;
	else if (luo_streq(word, "--version"))
		opt->version = true;
	else
		return usage(word, "is no option; see luo.efi --help");
	return EFI_SUCCESS;
}

/* Loaders that have an initrd of their own put this behind the command line, as for a kernel. */
static bool is_loaders_initrd(const char *word)
{
	static const char start[] = "initrd=";

	for (u32 i = 0; start[i]; i++)
		if (word[i] != start[i])
			return false;
	return true;
}

static EFI_STATUS take_word(struct efi_options *opt, const struct efi_words *words, u32 *i)
{
	const char *word = words->word[*i];
	bool known;
	EFI_STATUS status;

	if (is_loaders_initrd(word)) {
		if (!opt->initrd)
			opt->initrd = word + sizeof("initrd=") - 1;
		return EFI_SUCCESS;
	}
	if (*word == '-') {
		status = take_valued(opt, words, i, &known);
		return known ? status : take_flag(opt, word);
	}
	if (opt->command)
		return usage(word, "is one word too many; see luo.efi --help");
	opt->command = efi_command_find(word);
	return opt->command ? EFI_SUCCESS : usage(word, "is no command; see luo.efi --help");
}

static EFI_STATUS check(const struct efi_options *opt)
{
	const struct efi_command *c = opt->command;

	if (opt->help || opt->version)
		return EFI_SUCCESS;
	if (!c)
		return usage(NULL, "no command is given; see luo.efi --help");
	if (!(c->forms >> opt->format & 1))
		return usage(c->name, "has no such form of output");
	if (opt->dry_run && !luo_streq(c->name, "compact"))
		return usage(c->name, "-n belongs to compact");
	if (opt->boot_words && !c->boots)
		return usage(c->name,
			     "--kernel, --initrd, --onerror, --mode and --reserve belong to "
			     "boot");
	if (opt->next_kernel && (c->boots || !c->looks_ahead))
		return usage(c->name, "--next-kernel belongs to verify");
	if (opt->cmdline && !c->looks_ahead)
		return usage(c->name, "--cmdline belongs to boot and verify");
	if (c->boots && !opt->kernel)
		return usage(c->name, "--kernel FILE is needed");
	return EFI_SUCCESS;
}

/**
 * efi_options_parse() - read the command line
 * @opt:   filled in
 * @words: its words
 *
 * Return: EFI_SUCCESS, or EFI_INVALID_PARAMETER after a message.
 */
EFI_STATUS efi_options_parse(struct efi_options *opt, const struct efi_words *words)
{
	EFI_STATUS status = EFI_SUCCESS;

	*opt = (struct efi_options){ 0 };
	for (u32 i = 0; !status && i < words->nr; i++)
		status = take_word(opt, words, &i);
	return status ? status : check(opt);
}
