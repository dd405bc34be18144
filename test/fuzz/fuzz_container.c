/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* LUO's container, tree or record. */
#include "../../fdt/kho.h"
#include "../../luo/container.h"
#include "image.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct luo_report report;
	struct image m;

	if (!image_open(&m, data, size))
		return 0;
	luo_report_init(&report);
	if (fdt_is_tree(&m.phys, m.state.luo_pa))
		fdt_container_open(&m.phys, &m.state, &report);
	else
		luo_container_open(&m.phys, &m.state, &report);
	image_close(&m);
	return 0;
}
