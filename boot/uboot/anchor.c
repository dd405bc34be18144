/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The anchor that the payload has left in front of a reset: it names the state and its scratch
 * areas, and tells what was trodden on since. What U-Boot itself had to write to before any command
 * ran is among that.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../luo/error.h"

static int no_memory(void)
{
	printf("luo: no memory to hold the anchor against memory: U-Boot needs a larger heap\n");
	return LUO_E_ARENA;
}

/* The next kernel, and files that are loaded for it, go elsewhere. */
static int take(struct uboot_run *run)
{
	const struct luo_anchor_ser *h = &run->anchored.all.best.head;

	run->anchored.check = malloc(sizeof(*run->anchored.check));
	if (!run->anchored.check)
		return no_memory();
	run->found.how = "anchor";
	uboot_busy(run, h->pa, h->size, "anchor");
	return 0;
}

/**
 * uboot_anchor_find() - let an anchor name the state
 * @run: with a view and a job; found is filled in when there is one
 * @l:   ready for fdt_locate_scan()
 *
 * Return: 0, also when there is none; negative after a line.
 */
int uboot_anchor_find(struct uboot_run *run, struct fdt_locate *l)
{
	int err = fdt_anchor_locate(l, 0, &run->anchored, &run->found);

	if (err == LUO_E_TIE) {
		fdt_anchor_say_tie(&run->anchored, "its address", &uboot_out);
		return err;
	}
	return err ? 0 : take(run);
}

/**
 * uboot_anchor_given() - the same, with its address given
 * @run: with a view and a job
 * @l:   ready for fdt_locate_scan()
 * @pa:  the address
 *
 * Return: 0; LUO_E_NONE when there is no anchor; another error after a line.
 */
int uboot_anchor_given(struct uboot_run *run, struct fdt_locate *l, u64 pa)
{
	int err = fdt_anchor_locate(l, pa, &run->anchored, &run->found);

	if (!err)
		return take(run);
	run->anchored.looked = false;
	if (err != LUO_E_VERSION && err != LUO_E_FORMAT && !run->anchored.stale)
		return LUO_E_NONE;
	printf("luo: %llx: the anchor %s\n", (unsigned long long)pa,
	       fdt_anchor_word(&run->anchored, err));
	return LUO_E_FORMAT;
}

/**
 * uboot_anchor_used() - take the anchor's magic away, or give it back
 * @run:  verified
 * @used: the next kernel is about to be started
 */
void uboot_anchor_used(const struct uboot_run *run, bool used)
{
	u64 pa = run->anchored.all.best.head.pa;

	if (run->anchored.taken)
		fdt_anchor_mark(&run->anchored, map_sysmem(pa, LUO_ANCHOR_ALIGN), used);
}

/** uboot_anchor_renew() - after a compaction the anchor has to be about what there is now. */
void uboot_anchor_renew(struct uboot_run *run)
{
	const struct luo_anchor_ser *h = &run->anchored.all.best.head;

	if (run->anchored.taken)
		fdt_anchor_renew(&run->anchored, &run->phys, &run->state,
				 map_sysmem(h->pa, h->size));
}
