/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor that the payload has left in front of a reset: it names the state and its scratch
 * areas, and tells what was trodden on since. It is used up by the boot of the next kernel, because
 * what that one does to the memory makes a new state of it.
 */
#include "anchor.h"

#include "../../luo/error.h"

static struct fdt_anchored anchored;
static struct luo_anchor_check check;

static EFI_STATUS bad(u64 pa, int err)
{
	luo_put(&efi_console, "luo: --anchor ");
	luo_put_hex(&efi_console, pa);
	if (err == LUO_E_VERSION)
		luo_put(&efi_console, ": is of another version\n");
	else if (err == LUO_E_FORMAT)
		luo_put(&efi_console, ": is damaged\n");
	else
		luo_put(&efi_console,
			anchored.stale ? ": is of an earlier state\n" : ": there is no anchor\n");
	return EFI_NOT_FOUND;
}

/**
 * efi_anchor_find() - let an anchor name the state
 * @w: its view and its job are ready; found is filled in when there is one
 * @l: ready for fdt_locate_scan()
 *
 * Return: EFI_SUCCESS, also when there is none; EFI_NOT_FOUND after a message.
 */
EFI_STATUS efi_anchor_find(struct efi_work *w, struct fdt_locate *l)
{
	u64 given = w->opt->anchor;
	int err = fdt_anchor_locate(l, given, &anchored, &w->found);

	if (given && err)
		return bad(given, err);
	if (err == LUO_E_TIE) {
		efi_say("two anchors of one live update name different KHO FDTs; name one with "
			"--anchor ADDR:");
		luo_put_hex(&efi_console, anchored.all.best.head.pa);
		luo_put(&efi_console, "\n");
		luo_put_hex(&efi_console, anchored.all.other);
		luo_put(&efi_console, "\n");
		return EFI_NOT_FOUND;
	}
	if (!err)
		w->found.how = "anchor";
	return EFI_SUCCESS;
}

/** efi_anchor_check() - compare memory with the anchor, before anything is written. */
void efi_anchor_check(struct efi_work *w)
{
	if (!anchored.taken)
		return;
	luo_anchor_check(&check, &w->phys, &anchored.all.best);
	w->trodden = check.meta + check.content;
}

/** efi_anchor_owner() - told of every claim of luo_follow(). */
void efi_anchor_owner(u8 kind, u64 pa, u64 size, const struct luo_owner *owner)
{
	if (anchored.taken)
		luo_anchor_owner(&check, luo_claimant_word(kind), pa, size, owner);
}

/** efi_anchor_report() - findings and lines about anchors and what was trodden on. */
void efi_anchor_report(struct efi_work *w)
{
	fdt_anchor_report(&anchored, &w->report);
	if (!anchored.taken)
		return;
	luo_anchor_report(&check, &w->report);
	luo_print_anchor(&efi_console, &check);
}

/** efi_anchor_renew() - after a compaction the anchor has to be about what there is now. */
void efi_anchor_renew(struct efi_work *w)
{
	struct luo_anchor *a = &anchored.all.best;
	struct luo_anchor_writer writer = {
		.phys = &w->phys,
		.base = (u8 *)(size_t)a->head.pa,
		.room = a->head.size,
		.all = a->head.run_bytes,
	};

	if (!anchored.taken || !efi_claimed(a->head.pa, a->head.size))
		return;
	efi_anchor_used(true);
	fdt_anchor_write(&writer, &w->state, a->head.pa);
	luo_anchor_open(&w->phys, a->head.pa, a);
}

/**
 * efi_anchor_used() - take the anchor's magic away, or give it back
 * @used: the next kernel is about to be started
 */
void efi_anchor_used(bool used)
{
	const struct luo_anchor_ser *h = &anchored.all.best.head;

	if (anchored.taken && efi_claimed(h->pa, sizeof(*h)))
		__builtin_memcpy((void *)(size_t)h->pa,
				 used ? "luo-anchor-used" : (const char *)h->magic,
				 sizeof(h->magic));
}
