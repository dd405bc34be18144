/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The chains of sessions and of their files, in the form of any version. */
#include "../../luo/verify.h"
#include "image.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 memory[1 << 20] __attribute__((aligned(16)));
	static const u64 key[2] = { 1, 2 };
	struct luo_arena arena = { .base = memory, .size = sizeof(memory) };
	static struct luo_report report;
	static struct luo_map map;
	struct luo_verify v = { .map = &map, .report = &report, .limit = 4096 };
	struct image m;

	if (!image_open(&m, data, size))
		return 0;
	luo_report_init(&report);
	luo_map_open(&map, &m.phys, m.state.kho->map, m.state.map_pa);
	v.phys = &m.phys;
	v.state = &m.state;
	luo_verify_sessions(&v, &arena, key);
	image_close(&m);
	return 0;
}
