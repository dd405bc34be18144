/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The preserved-memory map, radix tree or chunks. */
#include "../../luo/map.h"
#include "image.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 memory[1 << 20] __attribute__((aligned(16)));
	static const u64 key[2] = { 1, 2 };
	struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
	static struct luo_report report;
	static struct luo_map map;
	struct luo_totals totals = { 0 };
	struct image m;

	if (!image_open(&m, data, size))
		return 0;
	luo_report_init(&report);
	luo_map_open(&map, &m.phys, m.state.kho->map, m.state.map_pa);
	luo_map_verify(&map, &report, &totals, &arena, key);
	for (u32 order = 0; order < 12; order++)
		luo_map_test(&map, m.head.fdt & ~((luo_page_size(&m.phys) << order) - 1), order);
	image_close(&m);
	return 0;
}
