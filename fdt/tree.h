/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The one check that a flattened tree passes before anything of it is used. */
#ifndef FDT_TREE_H
#define FDT_TREE_H

#include "../luo/types.h"

bool fdt_tree_sound(const void *tree, u64 size);

#endif
