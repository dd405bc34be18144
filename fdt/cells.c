/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* One copy of what everybody who reads a device tree asks. */
#include "cells.h"

/** fdt_cells() - the number in @nr cells; of more than two the last two count. */
u64 fdt_cells(const fdt32_t *cell, int nr)
{
	u64 v = 0;

	for (int i = 0; i < nr; i++)
		v = v << 32 | fdt32_ld(&cell[i]);
	return v;
}
