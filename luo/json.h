/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Pieces of JSON objects; @key carries its own punctuation. */
#ifndef LUO_JSON_H
#define LUO_JSON_H

#include "found.h"
#include "print.h"

void luo_json_text(const struct luo_out *out, const char *key, const char *value);
void luo_json_number(const struct luo_out *out, const char *key, u64 value);
void luo_json_address(const struct luo_out *out, const char *key, u64 pa);
void luo_json_ranges(const struct luo_out *out, const char *key, const struct luo_range *r, u32 nr);
void luo_json_head(const struct luo_out *out, const struct luo_answer *a, int status);

#endif
