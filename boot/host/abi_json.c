/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* luo abi --json: one object, {"kho": [...], "luo": [...], "handlers": [...]}. */
#include "../../luo/json.h"
#include "abi_words.h"
#include "answer.h"

static void json_bool(const struct luo_out *out, const char *key, bool value)
{
	luo_put(out, key);
	luo_put(out, value ? "true" : "false");
}

static void kho_row(const struct luo_out *out, const struct luo_kho_abi *k)
{
	luo_json_text(out, "{\"name\":", k->name);
	luo_json_text(out, ",\"kernels\":", k->kernels);
	luo_json_text(out, ",\"map\":", k->map == LUO_MAP_CHUNKS ? "chunks" : "radix");
	luo_json_text(out, ",\"data_property\":", k->blob_prop);
	json_bool(out, ",\"has_blob_size\":", k->has_size);
	json_bool(out, ",\"read_only\":", k->read_only);
	luo_json_text(out, ",\"tested\":", abi_tested_word(k->tested));
	luo_put(out, "}");
}

/* A number for each page size. */
static void sizes(const struct luo_out *out, const char *key, const struct luo_chain_abi *c,
		  u64 (*number)(const struct luo_chain_abi *c, u32 page_shift))
{
	static const char *const page[] = { "{\"4096\":", ",\"16384\":", ",\"65536\":" };

	luo_put(out, key);
	for (u32 i = 0; i < 3; i++)
		luo_json_number(out, page[i], number(c, 12 + i * 2));
	luo_put(out, "}");
}

static void list(const struct luo_out *out, const char *key, const struct luo_chain_abi *c)
{
	luo_put(out, key);
	luo_json_text(out, "{\"form\":", c->linked ? "chain" : "array");
	luo_json_number(out, ",\"pages_per_block\":", 1U << c->order);
	luo_json_number(out, ",\"header_bytes\":", c->header);
	luo_json_number(out, ",\"entry_bytes\":", c->entry);
	sizes(out, ",\"entries_per_block\":", c, luo_capacity);
	luo_json_number(out, ",\"max_blocks\":", c->linked ? LUO_MAX_BLOCKS : 1);
	sizes(out, ",\"max_entries\":", c, abi_limit);
	luo_json_text(out, ",\"empty_block\":", abi_empty_word(c));
	luo_json_text(out, ",\"count_too_large\":", luo_severity_word(c->overfull));
	json_bool(out, ",\"drops_empty_blocks\":", c->drop_empty);
	json_bool(out, ",\"cuts_vacant_entries\":", c->vacant);
	luo_put(out, "}");
}

static void luo_row(const struct luo_out *out, const struct luo_abi *a)
{
	luo_json_text(out, "{\"name\":", a->name);
	luo_json_text(out, ",\"kernels\":", a->kernels);
	luo_json_text(out, ",\"container\":", a->container);
	luo_json_text(out, ",\"container_form\":", abi_container_word(a));
	list(out, ",\"sessions\":", &a->sessions);
	list(out, ",\"files\":", &a->files);
	json_bool(out, ",\"verified\":", true);
	luo_json_text(out, ",\"compaction\":", abi_compaction_word(a));
	json_bool(out, ",\"read_only\":", a->read_only);
	luo_json_text(out, ",\"tested\":", abi_tested_word(a->tested));
	luo_put(out, "}");
}

/** abi_json() - the whole table. */
void abi_json(const struct luo_out *out)
{
	const struct luo_handler_abi *h;
	const struct luo_kho_abi *k;
	const struct luo_abi *a;

	luo_json_text(out, "{\"tool\":", HOST_TOOL);
	luo_json_number(out, ",\"schema\":", 1);
	for (u32 i = 0; (k = luo_kho_abi_row(i)); i++) {
		luo_put(out, i ? "," : ",\"kho\":[");
		kho_row(out, k);
	}
	for (u32 i = 0; (a = luo_abi_row(i)); i++) {
		luo_put(out, i ? "," : "],\"luo\":[");
		luo_row(out, a);
	}
	for (u32 i = 0; (h = luo_handler_row(i)); i++) {
		luo_json_text(out, i ? ",{\"name\":" : "],\"handlers\":[{\"name\":", h->name);
		luo_json_number(out, ",\"record_bytes\":", h->record);
		luo_put(out, "}");
	}
	luo_put(out, "]}\n");
}
