/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Pieces of the JSON objects that only the host tool has; @key carries its own punctuation. */
#ifndef HOST_JSON_H
#define HOST_JSON_H

#include "answer.h"

void json_text(const struct luo_out *out, const char *key, const char *value);
void json_number(const struct luo_out *out, const char *key, u64 value);
void json_address(const struct luo_out *out, const char *key, u64 pa);
void json_ranges(const struct luo_out *out, const char *key, const struct luo_range *r, u32 nr);
void json_head(const struct luo_out *out, const struct answer *a, int status);

#endif
