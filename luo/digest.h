/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * A digest that tells whether memory is what it was. It is fast and small, and no more: whoever
 * wants to can make other memory with the same digest.
 */
#ifndef LUO_DIGEST_H
#define LUO_DIGEST_H

#include "types.h"

u64 luo_digest(const void *p, u64 len, u64 seed);

#endif
