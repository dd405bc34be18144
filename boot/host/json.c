/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Addresses and tokens are hex strings, as in the core's object: they may exceed 2^53. */
#include "json.h"

/** json_text() - a string member, escaped. */
void json_text(const struct luo_out *out, const char *key, const char *value)
{
	luo_put(out, key);
	luo_put(out, "\"");
	luo_put_escaped(out, value);
	luo_put(out, "\"");
}

/** json_number() - a number that stays small. */
void json_number(const struct luo_out *out, const char *key, u64 value)
{
	luo_put(out, key);
	luo_put_dec(out, value);
}

/** json_address() - an address, a size in bytes or a token. */
void json_address(const struct luo_out *out, const char *key, u64 pa)
{
	luo_put(out, key);
	luo_put(out, "\"");
	luo_put_hex(out, pa);
	luo_put(out, "\"");
}

/** json_ranges() - an array of {start, size}. */
void json_ranges(const struct luo_out *out, const char *key, const struct luo_range *r, u32 nr)
{
	luo_put(out, key);
	luo_put(out, "[");
	for (u32 i = 0; i < nr; i++) {
		json_address(out, i ? ",{\"start\":" : "{\"start\":", r[i].start);
		json_address(out, ",\"size\":", r[i].size);
		luo_put(out, "}");
	}
	luo_put(out, "]");
}

/** json_head() - opens an object with the members that every answer has. */
void json_head(const struct luo_out *out, const struct answer *a, int status)
{
	json_text(out, "{\"tool\":", HOST_TOOL);
	json_number(out, ",\"schema\":", 1);
	json_text(out, ",\"verdict\":", luo_verdict_word(a->report.verdict));
	json_number(out, ",\"exit\":", (u64)status);
	json_text(out, ",\"abi\":", a->report.abi_name);
	json_text(out, ",\"kho\":", a->report.kho_name);
	json_number(out, ",\"page_size\":", a->report.page_size);
}
