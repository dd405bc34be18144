/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The order of the work. Until the state's memory is claimed nothing is allocated, so a first look
 * has to do with memory that came with the program.
 */
#include "anchor.h"
#include "boot.h"

#include "../../luo/error.h"

static _Alignas(16) u8 first_arena[256 << 10];

static void start_job(struct efi_work *w)
{
	w->job = (struct luo_job){
		.arena = first_arena,
		.arena_size = sizeof(first_arena),
		.clock = efi_clock,
	};
	efi_key(w->job.key);
}

/**
 * efi_work_open() - find the state and claim its memory
 * @w:   filled in
 * @opt: the command line
 *
 * Return: EFI_SUCCESS, also when there is no state; or another status after a message.
 */
EFI_STATUS efi_work_open(struct efi_work *w, const struct efi_options *opt)
{
	EFI_STATUS status;

	*w = (struct efi_work){ .opt = opt };
	status = efi_view(&w->phys);
	if (status)
		return status;
	if (efi_arch_encrypted()) {
		efi_say("memory is encrypted (SEV, TDX): the state is not looked at");
		return EFI_UNSUPPORTED;
	}
	if ((opt->has_kho_fdt || opt->anchor) && opt->command->trusts && efi_secure_boot()) {
		efi_say_about(opt->anchor ? "--anchor" : "--kho-fdt",
			      "is not taken under secure boot by boot and compact");
		return EFI_SECURITY_VIOLATION;
	}
	start_job(w);
	status = efi_find(w);
	if (status || !w->found.how)
		return status;
	w->phys.page_shift = w->found.page_shift;
	w->phys.scratch = w->found.area;
	w->phys.nr_scratch = w->found.nr_areas;
	w->err = luo_run(&w->phys, &w->found.handover, &w->job, &w->state, &w->report, &w->plan);
	status = efi_claim(&w->claim, &w->phys, &w->state);
	if (!status)
		efi_anchor_check(w);
	return status;
}

/* Names and owners are a small part of memory; the more there are, the fewer passes with more. */
static void enlarge_arena(struct efi_work *w)
{
	u64 size = 64 * (w->report.before.sessions + w->report.before.files + 4096);
	void *p = efi_work_alloc(size);

	if (!p || size <= w->job.arena_size)
		return;
	w->job.arena = p;
	w->job.arena_size = size;
}

static void on_claim(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner)
{
	struct efi_work *w = ctx;

	efi_claim_owner(&w->claim, kind, pa, order, owner);
	efi_anchor_owner(kind, pa, luo_page_size(&w->phys) << order, owner);
}

static void follow(struct efi_work *w)
{
	struct luo_owner_watch watch = { on_claim, w };
	struct luo_arena arena = { .size = luo_owners_need(&w->phys, &w->report.before) };
	u64 since = efi_clock(NULL);

	arena.base = efi_work_alloc(arena.size);
	if (!arena.base)
		arena.size = 0;
	luo_follow(&w->phys, &w->state, &w->report, &arena, w->job.key[0], &watch, &w->owners);
	w->report.us[LUO_PASS_SESSIONS] += efi_clock(NULL) - since;
}

/* Operations of a dry run, for whoever prints them. */
static int keep_op(void *ctx, const struct luo_op *op)
{
	struct efi_work *w = ctx;

	if (w->nr_ops == w->max_ops) {
		u64 max = w->max_ops ? 2 * w->max_ops : 512;
		struct luo_op *more = efi_work_alloc(max * sizeof(*more));

		if (!more)
			return LUO_E_ARENA;
		__builtin_memcpy(more, w->op, w->nr_ops * sizeof(*more));
		w->op = more;
		w->max_ops = max;
	}
	w->op[w->nr_ops++] = *op;
	return 0;
}

/**
 * efi_work_run() - verify, or more
 * @w:    opened
 * @mode: a compaction is carried out only when firmware holds nothing of the state
 *
 * Return: EFI_SUCCESS, and the verdict is in @w's report; or why the next kernel could not be
 * looked into, after a message.
 */
EFI_STATUS efi_work_run(struct efi_work *w, enum luo_mode mode)
{
	EFI_STATUS status = EFI_SUCCESS;

	if (!w->found.how) {
		luo_report_init(&w->report);
		w->report.none = true;
		efi_anchor_report(w);
		return EFI_SUCCESS;
	}
	w->job.mode = w->claim.nr_held || w->trodden ? LUO_MODE_VERIFY : mode;
	if (mode == LUO_MODE_COMPACT && !w->phys.ops->store16) {
		efi_say("compact refused: this CPU has no 16-byte atomic store");
		w->job.mode = LUO_MODE_VERIFY;
	}
	if (w->job.mode == LUO_MODE_PLAN) {
		w->job.each = keep_op;
		w->job.each_ctx = w;
	}
	enlarge_arena(w);
	w->err = luo_run(&w->phys, &w->found.handover, &w->job, &w->state, &w->report, &w->plan);
	w->plan.op = w->op;
	if (w->job.mode == LUO_MODE_VERIFY)
		follow(w);
	if (w->report.changed)
		efi_anchor_renew(w);
	efi_anchor_report(w);
	if (w->opt->command->looks_ahead)
		status = efi_next(w);
	if (status)
		return status;
	efi_claim_report(&w->claim, &w->report);
	efi_claim_say(&w->claim);
	return EFI_SUCCESS;
}

/** efi_work_status() - the documented status of a verdict. */
EFI_STATUS efi_work_status(const struct efi_work *w)
{
	switch (w->report.verdict) {
	case LUO_VERDICT_OK:
	case LUO_VERDICT_REPAIRED:
		return EFI_SUCCESS;
	case LUO_VERDICT_ERRORS:
		return EFI_COMPROMISED_DATA;
	case LUO_VERDICT_REFUSED:
		return EFI_UNSUPPORTED;
	default:
		return EFI_NOT_FOUND;
	}
}
