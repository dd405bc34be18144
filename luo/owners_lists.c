/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The pages of sessions and files. First all blocks are claimed, then the files in them are
 * followed: what a damaged file points at should be blamed on it, not on the list it hits.
 *
 * Only what hangs on a claimed block is walked over, and each block once in either round, so that
 * lists which meet cost no more than others. That they do is LUO_S13.
 *
 * Where verification has seen that no session has files there is one round, and sessions are not
 * looked at again.
 */
#include "owners.h"

#include "str.h"

#define FAR 8 /* blocks that are fetched into the cache before they are gone to, where in a row */

/** struct round - one of the two; @files: the second; @look: sessions may have files. */
struct round {
	struct luo_owners *o;
	const struct luo_abi *abi;
	bool files;
	bool look;
};

/*
 * Did verification look at all sessions and meet no files? A file block that it went to was
 * counted, and where it did not go to one that is LUO_S14 or LUO_F01 to LUO_F05.
 */
static bool no_files(const struct luo_report *report)
{
	u64 doubts = report->before.fblocks;

	for (u32 code = LUO_S01; code <= LUO_F05; code++)
		doubts |= report->by_code[code];
	return !doubts;
}

static bool claim_block(struct luo_owners *o, const struct luo_chain *c, u8 kind,
			struct luo_owner *owner)
{
	owner->index = c->index;
	return luo_owners_claim_block(o, kind, c->pa, c->abi->order, owner) == LUO_CLAIM_DONE;
}

/* Go on by one block. What ends a list early was reported when it was verified. */
static bool next_block(const struct round *r, struct luo_chain *c, u8 kind, struct luo_owner *owner)
{
	struct luo_owners *o = r->o;
	int more = luo_chain_next(c);

	o->partial |= more < 0;
	if (more <= 0)
		return false;
	o->partial |= c->count != c->used;
	if (!r->files)
		return claim_block(o, c, kind, owner);
	if (luo_owners_go_to_block(o, c->pa, c->abi->order))
		return true;
	o->partial = true;
	return false;
}

static void follow_file(const struct round *r, const u8 *entry, const struct luo_owner *owner)
{
	const struct luo_handler_abi *abi = luo_handler_find((const char *)entry);

	if (abi)
		luo_owners_memfd(r->o, abi, luo_get64(entry + offsetof(struct luo_file_ser, data)),
				 owner);
	else
		r->o->unknown++;
}

static void walk_files(const struct round *r, const u8 *record, struct luo_owner *owner)
{
	u64 files = luo_get64(record + offsetof(struct luo_session_ser, files));
	u64 count = luo_get64(record + offsetof(struct luo_session_ser, count)), total = 0;
	struct luo_chain c;

	if (!count && !r->abi->files.linked)
		return; /* nobody gives back an array of no files */
	luo_chain_init(&c, r->o->phys, &r->abi->files, files, count);
	owner->kind = LUO_OWNER_FILE_BLOCK;
	while (next_block(r, &c, LUO_CLAIMS_FILES, owner)) {
		struct luo_owner file = *owner;

		file.kind = LUO_OWNER_FILE;
		for (u64 i = 0; r->files && i < c.used; i++) {
			file.index = total + i;
			follow_file(r, luo_chain_entry(&c, i), &file);
		}
		total += c.used;
	}
	r->o->partial |= total != count;
}

/* A vacant entry has no files either. */
static void walk_block(const struct round *r, struct luo_chain *c)
{
	struct luo_owner owner = { 0 };
	const u8 *ahead = luo_chain_ahead(c);

	for (u64 i = 0; i < c->used; i++) {
		const u8 *record = luo_chain_entry(c, i);

		__builtin_prefetch(ahead + (record - c->block) + LUO_NAME_LEN);
		if (!luo_has_files(record))
			continue;
		luo_strcopy(owner.name, sizeof(owner.name), (const char *)record, LUO_NAME_LEN);
		walk_files(r, record, &owner);
	}
}

static void walk(const struct round *r, u64 first)
{
	struct luo_owner owner = { .kind = LUO_OWNER_SESSION_BLOCK };
	struct luo_chain c;

	luo_chain_init(&c, r->o->phys, &r->abi->sessions, first, 0);
	while (next_block(r, &c, LUO_CLAIMS_SESSIONS, &owner)) {
		__builtin_prefetch(c.block + FAR * luo_page_size(r->o->phys));
		if (r->look)
			walk_block(r, &c);
	}
}

/**
 * luo_owners_lists() - claim all blocks of sessions and files, and what their files hold
 * @o:     the walk
 * @state: a state of a known version; its container was read
 */
void luo_owners_lists(struct luo_owners *o, const struct luo_state *state)
{
	struct round r = { .o = o, .abi = state->abi, .look = !no_files(o->report) };

	walk(&r, state->sessions_pa);
	if (!r.look)
		return;
	r.files = true;
	walk(&r, state->sessions_pa);
}
