/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo.efi verify and compact. */
#include "commands.h"
#include "work.h"

static struct efi_work work;

static void print(const struct efi_work *w, const struct luo_out *out)
{
	const struct luo_plan *plan = w->opt->dry_run ? &w->plan : NULL;
	int status = plan && plan->nr ? 1 : luo_exit_status(w->report.verdict);

	switch (w->opt->format) {
	case EFI_FORMAT_JSON:
		luo_print_json(out, &w->report, plan, EFI_TOOL, status);
		break;
	case EFI_FORMAT_KTAP:
		luo_print_ktap(out, &w->report);
		break;
	default:
		luo_print_text(out, &w->report);
		if (plan && w->report.verdict != LUO_VERDICT_NONE)
			luo_print_plan(out, &w->report, plan);
		luo_print_line(out, &w->report, NULL);
	}
}

static EFI_STATUS run(const struct efi_options *opt, enum luo_mode mode)
{
	EFI_STATUS status = efi_work_open(&work, opt);

	if (!status)
		status = efi_work_run(&work, mode);
	return status ? status : efi_answer(&work, print);
}

/** efi_cmd_verify() - check the state and say what the next kernel will do about it. */
EFI_STATUS efi_cmd_verify(const struct efi_options *opt)
{
	return run(opt, LUO_MODE_VERIFY);
}

/** efi_cmd_compact() - compact it in place; with -n only say what would be done. */
EFI_STATUS efi_cmd_compact(const struct efi_options *opt)
{
	return run(opt, opt->dry_run ? LUO_MODE_PLAN : LUO_MODE_COMPACT);
}
