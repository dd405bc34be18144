/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * luo.efi: the commands. Started by the shell, as a boot entry, by QEMU's -kernel or by U-Boot's
 * bootefi; firmware's boot services run until boot leaves them. See start.c for the entry.
 */
#include "app.h"

#include "commands.h"

#include "../../luo/str.h"

struct efi_app app;

#define TEXT (1U << EFI_FORMAT_TEXT)
#define JSON (1U << EFI_FORMAT_JSON)
#define KTAP (1U << EFI_FORMAT_KTAP)

static const struct efi_command commands[] = {
	{ .name = "info", efi_cmd_info, TEXT | JSON },
	{ .name = "list", efi_cmd_list, TEXT | JSON },
	{ .name = "verify", efi_cmd_verify, TEXT | JSON | KTAP, .looks_ahead = true },
	{ .name = "compact", efi_cmd_compact, TEXT | JSON | KTAP, .trusts = true },
	{ .name = "boot",
	  efi_cmd_boot,
	  TEXT | JSON | KTAP,
	  .boots = true,
	  .trusts = true,
	  .looks_ahead = true },
};

static const char help[] =
	"luo.efi: checks and mends live-update state between two Linux kernels\n"
	"  luo.efi info | list | verify | compact [-n]\n"
	"          [--kho-fdt ADDR | --anchor ADDR] [--text | --json | --ktap] [--report FILE]\n"
	"          verify: [--next-kernel FILE] [--cmdline \"TEXT\"]\n"
	"  luo.efi boot --kernel FILE [--initrd FILE] [--cmdline \"TEXT\"]\n"
	"          [--mode verify | compact]\n"
	"          [--onerror pass | drop | drop-luo | halt | reset]\n"
	"          [--reserve ADDR+SIZE,...] (arm64)\n"
	"  luo.efi --version | --help\n";

/** efi_command_find() - a command by its name, NULL when there is none. */
const struct efi_command *efi_command_find(const char *name)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(commands); i++)
		if (luo_streq(name, commands[i].name))
			return &commands[i];
	return NULL;
}

static EFI_STATUS run(void)
{
	static struct efi_options opt;
	static struct efi_words words;
	EFI_STATUS status = efi_words_get(&words);

	if (!status)
		status = efi_options_parse(&opt, &words);
	if (status)
		return status;
	if (opt.version)
		luo_put(&efi_console, EFI_TOOL "\n");
	else if (opt.help)
		luo_put(&efi_console, help);
	else
		return opt.command->run(&opt);
	return EFI_SUCCESS;
}

/**
 * efi_main() - run the command that firmware's load options name
 * @image: our handle
 * @st:    firmware's table
 *
 * Return: what docs/efi.md lists.
 */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	static EFI_GUID loaded_image = LOADED_IMAGE_PROTOCOL;
	EFI_STATUS status;

	app.image = image;
	app.st = st;
	app.bs = st->BootServices;
	app.rt = st->RuntimeServices;
	status = app.bs->HandleProtocol(image, &loaded_image, (void **)&app.loaded);
	return status ? status : run();
}
