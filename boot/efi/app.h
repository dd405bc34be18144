/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the files of this folder share. Firmware is called through gnu-efi's headers alone, so that
 * a build without its library (clang and lld) is the same program.
 */
#ifndef LUO_EFI_APP_H
#define LUO_EFI_APP_H

#include <efi.h>

#include "../../fdt/run.h"
#include "../../luo/print.h"

#ifndef LUO_VERSION
#error "LUO_VERSION is given by the Makefile"
#endif
#define EFI_TOOL "luo-payload " LUO_VERSION

/**
 * struct efi_app - the program as firmware started it
 * @image:  its handle
 * @st, @bs, @rt: firmware's tables
 * @loaded: what firmware says about the image: volume, options, place
 */
struct efi_app {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *st;
	EFI_BOOT_SERVICES *bs;
	EFI_RUNTIME_SERVICES *rt;
	EFI_LOADED_IMAGE *loaded;
};

extern struct efi_app app;

/* start.c, and what it leads to */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

/* args.c: the words of the command line */
#define EFI_MAX_WORDS 64
struct efi_words {
	u32 nr;
	char *word[EFI_MAX_WORDS];
};
EFI_STATUS efi_words_get(struct efi_words *words);

/* options.c */
enum efi_format { EFI_FORMAT_TEXT, EFI_FORMAT_JSON, EFI_FORMAT_KTAP };
enum efi_onerror {
	EFI_ONERROR_PASS,
	EFI_ONERROR_DROP,
	EFI_ONERROR_DROP_LUO,
	EFI_ONERROR_HALT,
	EFI_ONERROR_RESET,
};

struct efi_command;
#define EFI_MAX_RESERVE 16

/**
 * struct efi_options - a parsed command line
 * @command:  one of the table in main.c
 * @kho_fdt:  --kho-fdt, when @has_kho_fdt
 * @anchor:   --anchor, 0 without
 * @format:   enum efi_format, when @has_format one was given
 * @dry_run:  -n
 * @help, @version: --help, --version
 * @report:   --report, or NULL
 * @kernel, @initrd: of boot, or NULL
 * @next_kernel: of verify, or NULL
 * @cmdline: of either, or NULL
 * @onerror:  enum efi_onerror
 * @compact:  --mode compact
 * @reserve, @nr_reserve: ranges of --reserve
 * @boot_words: some option was given that only boot has
 */
struct efi_options {
	const struct efi_command *command;
	u64 kho_fdt;
	bool has_kho_fdt;
	u64 anchor;
	u8 format;
	bool has_format;
	bool dry_run;
	bool help;
	bool version;
	const char *report;
	const char *kernel;
	const char *initrd;
	const char *next_kernel;
	const char *cmdline;
	u8 onerror;
	bool compact;
	struct luo_range reserve[EFI_MAX_RESERVE];
	u32 nr_reserve;
	bool boot_words;
};

/**
 * struct efi_command - one command
 * @name: as typed
 * @run:  carries it out
 * @forms: a bit for each enum efi_format that makes sense
 * @boots: takes the options of boot
 * @trusts: writes to the state, or hands it on
 * @looks_ahead: holds the state against the next kernel
 */
struct efi_command {
	const char *name;
	EFI_STATUS (*run)(const struct efi_options *opt);
	u32 forms;
	bool boots;
	bool trusts;
	bool looks_ahead;
};

const char *efi_number(const char *s, u64 *value);
EFI_STATUS efi_options_parse(struct efi_options *opt, const struct efi_words *words);
const struct efi_command *efi_command_find(const char *name);

/* x86_64.c, aarch64.c: can ranges be reserved for the next kernel? */
extern const bool efi_arch_reserves;

/* console.c: lines on ConOut */
extern const struct luo_out efi_console;
void efi_say(const char *line);
void efi_say_about(const char *name, const char *line);
EFI_STATUS efi_refuse(const char *name, const char *line, EFI_STATUS status);
void efi_say_status(const char *name, const char *line, EFI_STATUS status);

#endif
