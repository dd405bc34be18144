/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor that the payload has left in front of a reset: it names the state and its scratch
 * areas, and tells what was trodden on since. It is used up by the boot of the next kernel, because
 * what that one does to the memory makes a new state of it.
 */
#include "anchor.h"

#include "../../luo/error.h"

static struct luo_anchor_check check;
static struct fdt_anchored anchored = { .check = &check };

static EFI_STATUS bad(u64 pa, int err)
{
	luo_put(&efi_console, "luo: --anchor ");
	luo_put_hex(&efi_console, pa);
	luo_put(&efi_console, ": ");
	luo_put(&efi_console, fdt_anchor_word(&anchored, err));
	luo_put(&efi_console, "\n");
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
		fdt_anchor_say_tie(&anchored, "--anchor ADDR", &efi_console);
		return EFI_NOT_FOUND;
	}
	if (!err)
		w->found.how = "anchor";
	return EFI_SUCCESS;
}

/** efi_anchor_number() - the live update number of the anchor that was taken. */
u64 efi_anchor_number(void)
{
	return anchored.all.best.head.number;
}

/** efi_anchor_leave() - the anchor that was taken shall not name the state. */
void efi_anchor_leave(struct efi_work *w)
{
	anchored.taken = false;
	w->found.how = NULL;
}

/** efi_anchor_check() - compare memory with the anchor, before anything is written. */
void efi_anchor_check(struct efi_work *w)
{
	w->trodden = fdt_anchor_check(&anchored, &w->phys);
}

/** efi_anchor_owner() - told of every claim of luo_follow(). */
void efi_anchor_owner(u8 kind, u64 pa, u64 size, const struct luo_owner *owner)
{
	fdt_anchor_owner(&anchored, kind, pa, size, owner);
}

/** efi_anchor_report() - findings and lines about anchors and what was trodden on. */
void efi_anchor_report(struct efi_work *w)
{
	fdt_anchor_say(&anchored, &w->report, &efi_console);
}

/** efi_anchor_map_clean() - is there nothing wrong with KHO itself? See fdt_anchor_map_clean(). */
bool efi_anchor_map_clean(const struct luo_report *report)
{
	return fdt_anchor_map_clean(&anchored, report);
}

/** efi_anchor_renew() - after a compaction the anchor has to be about what there is now. */
void efi_anchor_renew(struct efi_work *w)
{
	const struct luo_anchor_ser *h = &anchored.all.best.head;

	if (anchored.taken && efi_claimed(h->pa, h->size))
		fdt_anchor_renew(&anchored, &w->phys, &w->state, (void *)(size_t)h->pa);
}

/**
 * efi_anchor_used() - take the anchor's magic away, or give it back
 * @used: the next kernel is about to be started
 */
void efi_anchor_used(bool used)
{
	const struct luo_anchor_ser *h = &anchored.all.best.head;

	if (anchored.taken && efi_claimed(h->pa, sizeof(*h)))
		fdt_anchor_mark(&anchored, (void *)(size_t)h->pa, used);
}
