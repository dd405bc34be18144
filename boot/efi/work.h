/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* One state, from finding it to the report; what every command begins with. */
#ifndef LUO_EFI_WORK_H
#define LUO_EFI_WORK_H

#include "claim.h"

#include "../../fdt/owners.h"
#include "../../luo/found.h"

/**
 * struct efi_work - everything about a run
 * @opt:      the command line
 * @phys:     the view
 * @found:    where the state lies, and how it was found
 * @state, @report, @plan, @owners: the core's
 * @op, @nr_ops, @max_ops: the plan's operations in a dry run, room for them
 * @claim:    what firmware did not give
 * @trodden:  pages that are not what they were when the anchor was written
 * @job:      working memory
 * @err:      of the core's run
 * @sound:    nothing is wrong with the state itself, whatever the next kernel makes of it
 * @hidable:  nor with what is preserved, so that LUO alone can be hidden
 */
struct efi_work {
	const struct efi_options *opt;
	struct luo_phys phys;
	struct luo_found found;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan;
	struct luo_owners owners;
	struct luo_op *op;
	u64 nr_ops;
	u64 max_ops;
	struct efi_claim claim;
	u64 trodden;
	struct luo_job job;
	int err;
	bool sound;
	bool hidable;
};

EFI_STATUS efi_find(struct efi_work *w);
EFI_STATUS efi_work_open(struct efi_work *w, const struct efi_options *opt);
EFI_STATUS efi_work_run(struct efi_work *w, enum luo_mode mode);
EFI_STATUS efi_next(struct efi_work *w);
EFI_STATUS efi_work_status(const struct efi_work *w);
EFI_STATUS efi_answer(const struct efi_work *w,
		      void (*print)(const struct efi_work *w, const struct luo_out *out));

#endif
