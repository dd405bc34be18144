/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Boot data: the setup_data list, the scratch list, and what boot parameters or a device tree say
 * of the world of the next kernel.
 */
#include <string.h>

#include "../../fdt/kho.h"
#include "../../fdt/next.h"
#include "../../luo/boot.h"
#include "image.h"

#define SETUP_DATA 0x250

static void find_kho(const struct image *m)
{
	static struct luo_range area[LUO_MAX_SCRATCH];
	const u8 *params = luo_map(&m->phys, m->head.params, 4096);
	struct luo_handover handover;
	u32 nr;

	if (params &&
	    !luo_setup_find_kho(&m->phys, luo_get64(params + SETUP_DATA), &handover, NULL))
		luo_scratch_load(&m->phys, &handover, area, LUO_MAX_SCRATCH, &nr);
	luo_scratch_load(&m->phys, &m->handover, area, LUO_MAX_SCRATCH, &nr);
}

static void look_ahead(const struct image *m)
{
	static struct luo_report report;
	static struct luo_next next;
	static struct luo_map map;

	memset(&next, 0, sizeof(next));
	luo_report_init(&report);
	luo_map_open(&map, &m->phys, m->state.kho->map, m->state.map_pa);
	if (fdt_is_tree(&m->phys, m->head.params))
		fdt_next(&next, &m->phys, m->head.params, m->head.luo, &report);
	else
		luo_next_params(&next, &m->phys, m->head.params, m->head.luo, &report);
	luo_next_check(&next, &m->phys, &map, &report);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct image m;

	if (!image_open(&m, data, size))
		return 0;
	find_kho(&m);
	look_ahead(&m);
	image_close(&m);
	return 0;
}
