/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The checks of one session's files. */
#include "verify.h"

#include "str.h"

static void check_file(struct luo_verify *v, u64 session, const u8 *entry, u64 pa,
		       const struct luo_owner *owner)
{
	const char *handler = (const char *)entry;
	u64 token = luo_get64(entry + offsetof(struct luo_file_ser, token));
	u64 data = luo_get64(entry + offsetof(struct luo_file_ser, data));

	if (luo_seen_token(&v->seen, session, token))
		luo_report_add(v->report, LUO_F12, LUO_SEV_LOSE, pa, token, owner);
	if (v->quiet)
		return;
	v->totals.files++;
	if (luo_strnlen(handler, LUO_COMPAT_LEN) == LUO_COMPAT_LEN) {
		luo_report_add(v->report, LUO_F11, LUO_SEV_REFUSE, pa, 0, owner);
	} else if (!luo_handler_find(handler)) {
		/* One note is enough: a thousand devices would push out everything else. */
		if (!v->unknown++)
			luo_report_add(v->report, LUO_F13, LUO_SEV_NOTE, pa, 0, owner);
	} else if (!luo_map_test(v->map, data, 0)) {
		luo_report_add(v->report, LUO_F14, LUO_SEV_PANIC, pa, data, owner);
	}
}

static void check_block(struct luo_verify *v, u64 session, const struct luo_list *list, u64 before)
{
	const struct luo_chain *c = &list->chain;
	struct luo_owner owner = list->owner;

	owner.kind = LUO_OWNER_FILE;
	for (u64 i = 0; i < c->used; i++) {
		const u8 *entry = luo_chain_entry(c, i);

		owner.index = before + i;
		check_file(v, session, entry, c->pa + (u64)(entry - c->block), &owner);
	}
}

/*
 * A pointer without files, or files without a pointer: what that means depends on the form. An
 * array of no files is neither read nor given back: luo_file_deserialize() and luo_file_finish(),
 * Linux 6.19 to 7.1; so wherever the pointer leads, at most what is preserved there is lost.
 */
static bool pointer_fits(struct luo_verify *v, u64 files, u64 count, u64 pa,
			 const struct luo_owner *owner)
{
	const struct luo_chain_abi *abi = &v->state->abi->files;

	if (!files) {
		luo_verify_add(v, LUO_S14, LUO_SEV_LOSE, pa, count, owner);
		return false;
	}
	if (count || abi->linked)
		return true;
	luo_verify_add(v, LUO_S14,
		       luo_map_test(v->map, files, abi->order) ? LUO_SEV_LEAK : LUO_SEV_NOTE, pa,
		       count, owner);
	return false;
}

/**
 * luo_verify_files() - check the files of one session
 * @v:         the verification
 * @session:   its position among all sessions
 * @record:    its mapped record; pointer or number of files is not 0
 * @record_pa: physical address of that
 *
 * Source: luo_file_deserialize() of Linux 7.1 (array) and 7.3 (blocks).
 */
void luo_verify_files(struct luo_verify *v, u64 session, const u8 *record, u64 record_pa)
{
	struct luo_list list = { .first = LUO_F01, .number = session + 1 };
	u64 files = luo_get64(record + offsetof(struct luo_session_ser, files));
	u64 count = luo_get64(record + offsetof(struct luo_session_ser, count));
	u64 total = 0;
	int more;

	list.owner = (struct luo_owner){ .kind = LUO_OWNER_SESSION, .index = session };
	luo_strcopy(list.owner.name, sizeof(list.owner.name), (const char *)record, LUO_NAME_LEN);
	if (!pointer_fits(v, files, count, record_pa, &list.owner))
		return;
	list.owner.kind = LUO_OWNER_FILE_BLOCK;
	luo_list_others(v);
	luo_chain_init(&list.chain, v->phys, &v->state->abi->files, files, count);
	while ((more = luo_list_next(v, &list)) > 0) {
		if (!v->quiet) {
			v->totals.fblocks++;
			v->totals.empty_fblocks += !list.chain.count;
		}
		check_block(v, session, &list, total);
		total += list.chain.used;
	}
	if (!v->quiet)
		v->totals.fewest_fblocks += luo_fewest(&list.chain, total);
	if (!more && !list.unsure && total != count)
		luo_verify_add(v, LUO_F10, list.chain.abi->total, record_pa, total, &list.owner);
}
