/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* For boards: the device tree that whoever started this U-Boot has passed in x0. */
#ifndef UBOOT_GIVEN_FDT_H
#define UBOOT_GIVEN_FDT_H

void *luo_given_fdt(void);

#endif
