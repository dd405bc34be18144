/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* One state, from finding it to the report; what every command begins with. */
#ifndef LUO_EFI_WORK_H
#define LUO_EFI_WORK_H

#include "claim.h"

#include "../../fdt/owners.h"

/**
 * struct efi_work - everything about a run
 * @opt:      the command line
 * @phys:     the view
 * @handover: where the state lies
 * @found:    there is one
 * @state, @report, @plan, @owners: the core's
 * @claim:    what firmware did not give
 * @job:      working memory
 * @err:      of the core's run
 */
struct efi_work {
	const struct efi_options *opt;
	struct luo_phys phys;
	struct luo_handover handover;
	bool found;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan;
	struct luo_owners owners;
	struct efi_claim claim;
	struct luo_job job;
	int err;
};

EFI_STATUS efi_work_open(struct efi_work *w, const struct efi_options *opt);
EFI_STATUS efi_work_run(struct efi_work *w, enum luo_mode mode);
EFI_STATUS efi_work_status(const struct efi_work *w);
EFI_STATUS efi_answer(const struct efi_work *w,
		      void (*print)(const struct efi_work *w, const struct luo_out *out));

#endif
