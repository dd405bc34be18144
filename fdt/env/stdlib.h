/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* libfdt_env.h includes <stdlib.h> for strtoul() in fdt_overlay.c, which nothing here uses. */
#ifndef FDT_ENV_STDLIB_H
#define FDT_ENV_STDLIB_H

#include <stddef.h>

#endif
