/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What a flattened tree must pass before anything of it is used. */
#ifndef FDT_TREE_H
#define FDT_TREE_H

#include "../luo/phys.h"

bool fdt_tree_sound(const void *tree, u64 size);
const u8 *fdt_tree_at(const struct luo_phys *phys, u64 pa, u32 *size, const char **damage);

#endif
