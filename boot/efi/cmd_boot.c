/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo.efi boot: verify (and compact) the state, then start the next kernel with it. */
#include "anchor.h"
#include "boot.h"
#include "commands.h"
#include "last.h"

static struct efi_work work;

static EFI_STATUS open_files(struct efi_boot *b)
{
	EFI_STATUS status = efi_file_open(b->opt->kernel, &b->kernel);

	if (status || !b->opt->initrd)
		return status;
	status = efi_file_open(b->opt->initrd, &b->initrd);
	if (status)
		efi_file_close(&b->kernel);
	else
		b->has_initrd = true;
	return status;
}

static EFI_STATUS start(struct efi_boot *b)
{
	EFI_STATUS status = open_files(b);

	if (status)
		return status;
	efi_anchor_used(true);
	efi_last_set(b->kho ? b->work : NULL);
	status = efi_arch_boot(b);
	efi_last_clear();
	efi_anchor_used(false);
	efi_file_close(&b->kernel);
	if (b->has_initrd)
		efi_file_close(&b->initrd);
	return status;
}

static void print(const struct efi_work *w, const struct luo_out *out)
{
	switch (w->opt->format) {
	case EFI_FORMAT_JSON:
		luo_print_json(out, &w->report, NULL, EFI_TOOL, luo_exit_status(w->report.verdict));
		break;
	case EFI_FORMAT_KTAP:
		luo_print_ktap(out, &w->report);
		luo_print_line(out, &w->report, NULL);
		break;
	default:
		luo_print_brief(out, &w->report);
		luo_print_line(out, &w->report, NULL);
	}
}

/**
 * efi_cmd_boot() - start the next kernel
 * @opt: the command line
 *
 * Return: why it was not started, after a message.
 */
EFI_STATUS efi_cmd_boot(const struct efi_options *opt)
{
	static struct efi_boot b;
	EFI_STATUS status;

	b = (struct efi_boot){ .opt = opt, .work = &work, .secure = efi_secure_boot() };
	status = efi_work_open(&work, opt);
	if (!status)
		status = efi_work_run(&work, opt->compact ? LUO_MODE_COMPACT : LUO_MODE_VERIFY);
	if (status)
		return status;
	efi_answer(&work, print);
	status = efi_policy(&b);
	return status ? status : start(&b);
}
