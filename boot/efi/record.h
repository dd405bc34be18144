/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What is claimed: ranges, ascending and disjoint once closed; kept from one command to the next.
 */
#ifndef LUO_EFI_RECORD_H
#define LUO_EFI_RECORD_H

#include "claim.h"

bool record_open(u64 max);
void record_add(u64 start, u64 size);
bool record_holds(u64 pa, u64 len);
void record_close(void);

#endif
