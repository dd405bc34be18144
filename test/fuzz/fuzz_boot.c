/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Boot data: the setup_data list, the scratch list, and what else x86's boot parameters say. */
#include "../../luo/boot.h"
#include "image.h"

#define SETUP_DATA 0x250

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct luo_range area[LUO_MAX_SCRATCH];
	struct luo_handover handover;
	struct image m;
	const u8 *params;
	u32 nr;

	if (!image_open(&m, data, size))
		return 0;
	params = luo_map(&m.phys, m.head.params, 4096);
	if (params && !luo_setup_find_kho(&m.phys, luo_get64(params + SETUP_DATA), &handover, NULL))
		luo_scratch_load(&m.phys, &handover, area, LUO_MAX_SCRATCH, &nr);
	luo_scratch_load(&m.phys, &m.handover, area, LUO_MAX_SCRATCH, &nr);
	image_close(&m);
	return 0;
}
