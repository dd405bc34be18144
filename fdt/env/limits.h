/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The limits that libfdt asks for, without the C library that a compiler's own header wants. */
#ifndef FDT_ENV_LIMITS_H
#define FDT_ENV_LIMITS_H

#define CHAR_BIT __CHAR_BIT__
#define INT_MAX	 __INT_MAX__
#define INT_MIN	 (-__INT_MAX__ - 1)
#define UINT_MAX (2U * __INT_MAX__ + 1U)

#endif
