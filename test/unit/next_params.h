/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Boot parameters that are handed to the next kernel, to be damaged. */
#ifndef TEST_NEXT_PARAMS_H
#define TEST_NEXT_PARAMS_H

#include "follow.h"

#define ZERO_PAGE (LOW_BANK + KIB(128))
#define CMDLINE	  (ZERO_PAGE + KIB(8))
#define NODES	  (ZERO_PAGE + KIB(16)) /* setup_data, 256 bytes apart */
#define IMAGE	  (LOW_BANK + KIB(512))
#define INITRD	  (LOW_BANK + KIB(800))
#define IMA	  (LOW_BANK + KIB(900))
#define NODE(n)	  (NODES + 256ULL * (n))

extern u64 next_entry_at; /* where the CPU is */

void next_put16(struct world *w, u64 pa, u16 v);
void next_put_e820(struct world *w, u32 i, u64 start, u64 size, u32 type);
void next_put_node(struct world *w, u32 i, u64 next, u32 type, u32 len);
void next_put_cmdline(struct world *w, const char *text);
void next_put_params(struct world *w);

#endif
