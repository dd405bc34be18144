/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Addresses and tokens are hex strings, as in the core's object: they may exceed 2^53. */
#include "json.h"

/** luo_json_text() - a string member, escaped. */
void luo_json_text(const struct luo_out *out, const char *key, const char *value)
{
	luo_put(out, key);
	luo_put(out, "\"");
	luo_put_escaped(out, value);
	luo_put(out, "\"");
}

/** luo_json_number() - a number that stays small. */
void luo_json_number(const struct luo_out *out, const char *key, u64 value)
{
	luo_put(out, key);
	luo_put_dec(out, value);
}

/** luo_json_address() - an address, a size in bytes or a token. */
void luo_json_address(const struct luo_out *out, const char *key, u64 pa)
{
	luo_put(out, key);
	luo_put(out, "\"");
	luo_put_hex(out, pa);
	luo_put(out, "\"");
}

/** luo_json_ranges() - an array of {start, size}. */
void luo_json_ranges(const struct luo_out *out, const char *key, const struct luo_range *r, u32 nr)
{
	luo_put(out, key);
	luo_put(out, "[");
	for (u32 i = 0; i < nr; i++) {
		luo_json_address(out, i ? ",{\"start\":" : "{\"start\":", r[i].start);
		luo_json_address(out, ",\"size\":", r[i].size);
		luo_put(out, "}");
	}
	luo_put(out, "]");
}

/** luo_json_head() - opens an object with the members that every answer has. */
void luo_json_head(const struct luo_out *out, const struct luo_answer *a, int status)
{
	luo_json_text(out, "{\"tool\":", a->tool);
	luo_json_number(out, ",\"schema\":", 1);
	luo_json_text(out, ",\"verdict\":", luo_verdict_word(a->report->verdict));
	luo_json_number(out, ",\"exit\":", (u64)status);
	luo_json_text(out, ",\"abi\":", a->report->abi_name);
	luo_json_text(out, ",\"kho\":", a->report->kho_name);
	luo_json_number(out, ",\"page_size\":", a->report->page_size);
}
