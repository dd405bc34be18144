/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The kernel's own file, and the area of FLBs in it. */
#include <luo_flb.c>

#include "reader.h"

void judge_each_flb(void (*fn)(const char *name, u64 data))
{
	const struct luo_flb_header *fh = &luo_flb_global.incoming;

	if (!fh->active)
		return;
	for (u64 i = 0; i < min(fh->header_ser->count, LUO_FLB_MAX); i++)
		fn(fh->ser[i].name, fh->ser[i].data);
}
