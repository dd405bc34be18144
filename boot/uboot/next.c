/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the next kernel is given, held against the state. `luo verify` looks at the device tree that
 * names the state, as whoever made it left it; `luo boot` at what it has made itself, and at the
 * kernel.
 */
#include "firmware.h"

#include "uboot.h"

#include "../../fdt/next.h"
#include "../../luo/next_image.h"

static void hold(struct uboot_run *run)
{
	const struct luo_handover *h = &run->found.handover;

	luo_next_part(run->next, h->scratch_pa, h->scratch_size, "list of scratch areas", true);
	luo_next_check(run->next, &run->phys, run->followed ? &run->owners.map : NULL,
		       &run->report);
	luo_report_close(&run->report);
}

/**
 * uboot_next_given() - check the device tree that names the state, when one does
 * @run: verified; findings are added and the verdict is drawn again
 */
void uboot_next_given(struct uboot_run *run)
{
	const struct luo_found *f = &run->found;

	if (f->named != LUO_BOOT_TREE || !f->named_at)
		return;
	fdt_next(run->next, &run->phys, f->named_at, uboot_entry_of(f->named_at), &run->report);
	hold(run);
}

/**
 * uboot_next_kernel() - check what the next kernel is and gets
 * @run:    verified; findings are added and the verdict is drawn again
 * @load:   what is going to be started; load->hidable becomes what the state alone allows
 * @image:  the kernel
 *
 * What it gets was read into run->next before: fdt_next() or luo_next_params().
 */
void uboot_next_kernel(struct uboot_run *run, struct uboot_load *load, struct luo_image *image)
{
	const struct luo_answer answer = uboot_answer(run);

	load->hidable = fdt_anchor_map_clean(&run->anchored, &run->report);
	luo_next_kernel(&image->kernel, &run->state, &run->report);
	luo_next_handlers(&image->kernel, &answer, &run->report);
	hold(run);
	if (run->report.by_code[LUO_B06] || run->report.by_code[LUO_B07])
		load->hidable = false;
}
