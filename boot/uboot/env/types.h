/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * In front of every file of the command: U-Boot's integer types, which luo/types.h then names once
 * more. The core writes attributes out, so a word of U-Boot's for one must not be a macro.
 */
#ifndef UBOOT_ENV_TYPES_H
#define UBOOT_ENV_TYPES_H

#pragma GCC system_header

#include <linux/types.h>
#include <linux/compiler.h>
#undef noinline

#endif
