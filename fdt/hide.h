/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Hiding a bad state from the next kernel, in copies of trees that a front end hands over. */
#ifndef FDT_HIDE_H
#define FDT_HIDE_H

#include "../luo/types.h"

int fdt_hide_luo(void *kho_fdt, u64 size);
int fdt_hide_kho(void *dtb);

#endif
