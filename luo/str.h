/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The few string questions that the core asks; no environment must provide them. */
#ifndef LUO_STR_H
#define LUO_STR_H

#include "types.h"

bool luo_streq(const char *a, const char *b);
const char *luo_word(const char *words, u32 i);
size_t luo_strnlen(const char *s, size_t max);
void luo_strcopy(char *dst, size_t size, const char *src, size_t max);

#endif
