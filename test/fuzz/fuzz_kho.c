/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The KHO root FDT. */
#include "../../fdt/kho.h"
#include "image.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct luo_report report;
	struct image m;

	if (!image_open(&m, data, size))
		return 0;
	luo_report_init(&report);
	fdt_kho_open(&m.phys, &m.state, &report);
	luo_report_close(&report);
	image_close(&m);
	return 0;
}
