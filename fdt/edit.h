/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The few edits of a tree that a payload makes, in a copy of its own. Front ends that build trees
 * take libfdt for it.
 */
#ifndef FDT_EDIT_H
#define FDT_EDIT_H

#include "walk.h"

void fdt_edit_nop(const void *from, const void *to);
bool fdt_edit_copy(const struct fdt_root *root, void *to, u32 room);
u8 *fdt_edit_chosen(void *copy, const char *name, u32 *len);
u8 *fdt_edit_chosen_len(void *copy, const char *name, u32 len);
bool fdt_edit_reserve(void *copy, u64 start, u64 size);

#endif
