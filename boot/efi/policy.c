/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * --onerror: what becomes of a state that is not in order. Nothing is given up that was not asked
 * to be: where a policy cannot be carried out the next kernel is not started, and the state stays
 * claimed as it is.
 */
#include "boot.h"

#include "../../fdt/hide.h"

/* Why the state cannot be handed over at all, or NULL. */
static const char *obstacle(const struct efi_boot *b)
{
	const struct efi_work *w = b->work;

	if (w->claim.preserved)
		return "firmware holds memory of the state";
	if (w->claim.nr_held)
		return "firmware keeps memory in scratch that the next kernel will overwrite";
	if (!w->state.has_map)
		return "its preserved memory is not known, so nothing can be kept away from it";
	if (!w->phys.nr_scratch)
		return "its scratch areas are not known";
	return NULL;
}

/*
 * LUO's node is blotted out of the KHO FDT where it is, not in a copy: the page is preserved, so
 * that it stays the next kernel's as long as it runs, and claimed.
 */
static bool drop_luo(const struct efi_work *w)
{
	const struct luo_handover *h = &w->found.handover;

	return w->hidable && efi_claimed(h->fdt_pa, h->fdt_size) &&
	       !fdt_hide_luo((void *)(size_t)h->fdt_pa, h->fdt_size);
}

static EFI_STATUS stop(const char *why)
{
	efi_say_about("not booted", why);
	return EFI_COMPROMISED_DATA;
}

static void reset(void)
{
	efi_say("reset");
	app.rt->ResetSystem(EfiResetWarm, EFI_SUCCESS, 0, NULL);
}

static EFI_STATUS on_error(struct efi_boot *b, const char *why)
{
	switch (b->opt->onerror) {
	case EFI_ONERROR_DROP:
		efi_say("dropped: the next kernel does not see KHO");
		b->kho = false;
		return EFI_SUCCESS;
	case EFI_ONERROR_DROP_LUO:
		if (obstacle(b) || !drop_luo(b->work))
			return stop("onerror=drop-luo needs a state whose preserved memory is "
				    "sound and ours");
		efi_say("dropped: the next kernel sees KHO without LUO");
		return EFI_SUCCESS;
	case EFI_ONERROR_HALT:
		return stop("onerror=halt");
	case EFI_ONERROR_RESET:
		reset();
		return stop("this machine cannot be reset");
	}
	if (obstacle(b))
		return stop(obstacle(b));
	return why ? stop(why) : EFI_SUCCESS;
}

/*
 * Every kernel with KHO keeps a KHO FDT for the kernel after it from its start on. When it was
 * reset before a kexec that is found, and is in order, but nothing is in it and nobody names its
 * scratch areas.
 */
static bool is_never_finished(const struct efi_work *w)
{
	return w->report.verdict == LUO_VERDICT_OK && !w->report.after.sessions &&
	       !w->found.handover.scratch_pa;
}

/**
 * efi_policy() - is the next kernel started, and with what?
 * @b: the boot; its @kho is set
 *
 * Return: EFI_SUCCESS to start it; EFI_COMPROMISED_DATA after a message.
 */
EFI_STATUS efi_policy(struct efi_boot *b)
{
	static const char unsound[] = "under secure boot only a sound state is handed over";
	const struct luo_report *r = &b->work->report;

	b->kho = b->work->found.how;
	if (!b->kho) {
		efi_say("no state: the next kernel starts without KHO");
		return EFI_SUCCESS;
	}
	if (is_never_finished(b->work)) {
		efi_say("no kernel was about to hand this on: the next one starts without KHO");
		b->kho = false;
		return EFI_SUCCESS;
	}
	/* what was trodden on may be what the version is read from: then the verdict is another */
	if (r->verdict == LUO_VERDICT_ERRORS || b->work->trodden)
		return on_error(b, b->secure && !b->work->sound ? unsound : NULL);
	if (obstacle(b))
		return on_error(b, NULL);
	if (b->secure && r->verdict == LUO_VERDICT_REFUSED)
		return on_error(b, unsound);
	return EFI_SUCCESS;
}
