/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* /chosen of a device tree: the input is the tree. */
#include <stdlib.h>
#include <string.h>

#include "../../fdt/chosen.h"
#include "image.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct luo_handover handover;
	u8 *tree = malloc(size ? size : 1);

	if (!tree)
		return 0;
	memcpy(tree, data, size);
	fdt_chosen_handover(tree, size, &handover);
	free(tree);
	return 0;
}
