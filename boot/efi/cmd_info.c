/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo.efi info and list: where the state lies and what it is; its sessions and their files. */
#include "commands.h"
#include "work.h"

#include "../../fdt/info.h"
#include "../../luo/walk.h"

static struct efi_work work;

static struct luo_answer view(const struct efi_work *w)
{
	return (struct luo_answer){
		.tool = EFI_TOOL,
		.phys = &w->phys,
		.found = &w->found,
		.state = &w->state,
		.report = &w->report,
		.metadata = w->report.followed ? &w->owners.metadata : NULL,
	};
}

static void print_info(const struct efi_work *w, const struct luo_out *out)
{
	struct luo_answer a = view(w);

	if (w->opt->format == EFI_FORMAT_JSON)
		fdt_info_json(&a, out, luo_exit_status(w->report.verdict));
	else
		fdt_info_text(&a, out);
}

static void print_list(const struct efi_work *w, const struct luo_out *out)
{
	struct luo_answer a = view(w);

	if (w->opt->format == EFI_FORMAT_JSON)
		luo_list_json(&a, out, luo_exit_status(w->report.verdict));
	else
		luo_list_text(&a, out);
}

static EFI_STATUS run(const struct efi_options *opt,
		      void (*print)(const struct efi_work *w, const struct luo_out *out))
{
	EFI_STATUS status = efi_work_open(&work, opt);

	if (!status)
		status = efi_work_run(&work, LUO_MODE_VERIFY);
	return status ? status : efi_answer(&work, print);
}

/** efi_cmd_info() - describe the state. */
EFI_STATUS efi_cmd_info(const struct efi_options *opt)
{
	return run(opt, print_info);
}

/** efi_cmd_list() - list its sessions, as far as they can be followed. */
EFI_STATUS efi_cmd_list(const struct efi_options *opt)
{
	return run(opt, print_list);
}
