/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The checks of the session list and of the sessions' names. */
#include "verify.h"

#include "error.h"
#include "str.h"

#define AHEAD 4096 /* bytes that are fetched into the cache before they are looked at */

/* A finding about a session: a name is copied only when there is something to say about it. */
static LUO_NOINLINE void add(struct luo_verify *v, enum luo_code code, u8 severity, u64 pa,
			     u64 index, const u8 *record)
{
	struct luo_owner owner = { .kind = LUO_OWNER_SESSION, .index = index };

	luo_strcopy(owner.name, sizeof(owner.name), (const char *)record, LUO_NAME_LEN);
	luo_report_add(v->report, code, severity, pa, 0, &owner);
}

/*
 * Source: luo_session_deserialize(), Linux 7.3: names are copied up to 63 bytes and compared with
 * every earlier one; the second of a pair makes every open of /dev/liveupdate fail.
 */
static void check_name(struct luo_verify *v, const u8 *record, u64 pa, u64 index, bool twin)
{
	const char *name = (const char *)record;

	if (twin)
		add(v, LUO_S12, LUO_SEV_REFUSE, pa, index, record);
	if (v->quiet)
		return;
	/* Kernels fill the field up with zeros, so that its last byte tells. */
	if (name[LUO_NAME_LEN - 1] && luo_strnlen(name, LUO_NAME_LEN) == LUO_NAME_LEN)
		add(v, LUO_S10, LUO_SEV_LOSE, pa, index, record);
	else if (!name[0])
		add(v, LUO_S11, v->state->abi->sessions.nameless, pa, index, record);
}

/*
 * Source: luo_session_deserialize() of luo-session-v3. A vacant entry becomes a session with an
 * empty name; the second of that name is a duplicate, and every open of /dev/liveupdate fails.
 */
static void add_vacant(struct luo_verify *v, const struct luo_list *list, u64 vacant)
{
	if (v->quiet || !vacant)
		return;
	v->totals.vacant += vacant;
	luo_report_add(v->report, LUO_S15, v->totals.vacant > 1 ? LUO_SEV_REFUSE : LUO_SEV_NOTE,
		       list->chain.pa, vacant, &list->owner);
}

/* Few sessions have files; names begin, and end in the zeros that a kernel puts there. */
static inline u64 unusual(const u8 *record)
{
	u64 nameless = !record[0];

	return nameless | record[LUO_NAME_LEN - 1] |
	       luo_get64(record + offsetof(struct luo_session_ser, files)) |
	       luo_get64(record + offsetof(struct luo_session_ser, count));
}

/* A session whose name was met before, or that is more than a usual name. */
static LUO_NOINLINE void check_closer(struct luo_verify *v, const struct luo_chain *c,
				      const u8 *record, u64 session, bool twin)
{
	u64 pa = c->pa + (u64)(record - c->block);

	check_name(v, record, pa, session, twin);
	if (luo_has_files(record))
		luo_verify_files(v, session, record, pa);
}

/**
 * struct records - entries of a block
 * @next, @end: those that are left
 * @soon:       how far from an entry lies what is fetched into the cache with it, modulo 2^64
 */
struct records {
	const u8 *next;
	const u8 *end;
	uintptr_t soon;
};

/* Two lines, as an entry may lie in both. */
static inline void fetch(const u8 *record, uintptr_t soon)
{
	const u8 *line = (const u8 *)((uintptr_t)record + soon);

	__builtin_prefetch(line);
	__builtin_prefetch(line + 64);
}

/*
 * The loop that large states spend their time in: usual sessions, up to one that is not, while
 * names need only be put into bins. What it needs is in registers: a load that comes after stores
 * into bins, all over memory, may have to wait for them.
 */
static LUO_NOINLINE void collect(struct records *r, const u64 *key, struct luo_bins *to)
{
	struct luo_bins bins = *to;
	const u8 *record = r->next, *end = r->end;
	uintptr_t soon = r->soon;

	for (; record != end && !unusual(record); record += sizeof(struct luo_session_ser)) {
		u64 hash;

		fetch(record, soon);
		hash = luo_hash_ended(key, (const char *)record);
		if (!luo_bins_room(&bins, hash))
			break;
		luo_bins_put(&bins, hash);
	}
	r->next = record;
}

/* The same for the form of the filter with bits, and for the walk after it. */
static LUO_NOINLINE void collect_bits(struct records *r, struct luo_seen *seen, bool suspects)
{
	const u8 *record = r->next, *end = r->end;
	uintptr_t soon = r->soon;

	for (; record != end && !unusual(record); record += sizeof(struct luo_session_ser)) {
		u64 hash;

		fetch(record, soon);
		hash = luo_hash_ended(seen->key, (const char *)record);
		if (!suspects)
			luo_filter_queue(&seen->filter, hash);
		else if (luo_filter_suspects(&seen->filter, hash))
			break;
	}
	r->next = record;
}

/* Usual sessions, as many as come one after the other. Returns how many they were. */
static u64 pass(struct records *r, struct luo_seen *seen, enum luo_seen_way way)
{
	const u8 *from = r->next;
	u64 passed;

	if (way == LUO_SEEN_BINS)
		collect(r, seen->key, &seen->filter.bins);
	else
		collect_bits(r, seen, way == LUO_SEEN_SUSPECTS);
	passed = (u64)(r->next - from) / sizeof(struct luo_session_ser);
	seen->number += passed;
	return passed;
}

/* Is an entry that is not usual only room? */
static LUO_NOINLINE bool is_vacant(const struct luo_chain *c, const u8 *record)
{
	return luo_chain_vacant(c, (u64)(record - c->entries) / sizeof(struct luo_session_ser));
}

/* One entry, whatever it is. Returns whether it is a session. */
static bool check_entry(struct luo_verify *v, const struct luo_chain *c, const u8 *record,
			u64 session)
{
	u64 odd = unusual(record);
	bool twin;

	if (odd && is_vacant(c, record))
		return false;
	twin = luo_seen_name(&v->seen, (const char *)record);
	if (odd || twin)
		check_closer(v, c, record, session, twin);
	return true;
}

/* Returns the number of sessions up to here. */
static u64 check_records(struct luo_verify *v, const struct luo_chain *c, struct records *r,
			 u64 sessions)
{
	while (r->next != r->end) {
		enum luo_seen_way way = luo_seen_way(&v->seen);

		if (way != LUO_SEEN_ASK)
			sessions += pass(r, &v->seen, way);
		if (r->next == r->end)
			break;
		fetch(r->next, r->soon);
		sessions += check_entry(v, c, r->next, sessions);
		r->next += sizeof(struct luo_session_ser);
	}
	return sessions;
}

/* Returns the number of sessions up to here. */
static u64 check_block(struct luo_verify *v, struct luo_list *list, u64 sessions)
{
	const struct luo_chain *c = &list->chain;
	const u8 *ahead = luo_chain_ahead(&list->chain);
	u64 size = sizeof(struct luo_session_ser), before = sessions;
	u64 far = (luo_block_bytes(c->abi, v->phys->page_shift) - AHEAD) / size;
	struct records r = { .next = c->entries, .soon = AHEAD };

	/* A large block would push out of the cache what is fetched a block ahead. */
	if (far > c->used)
		far = c->used;
	r.end = r.next + far * size;
	sessions = check_records(v, c, &r, sessions);
	r.end = c->entries + c->used * size;
	r.soon = (uintptr_t)ahead - (uintptr_t)r.next;
	sessions = check_records(v, c, &r, sessions);
	add_vacant(v, list, c->used - (sessions - before));
	return sessions;
}

static void walk(struct luo_verify *v)
{
	struct luo_list list = { .first = LUO_S01 };
	u64 sessions = 0;

	v->budget = v->limit;
	v->others = false;
	v->put_off = 0;
	list.owner.kind = LUO_OWNER_SESSION_BLOCK;
	luo_chain_init(&list.chain, v->phys, &v->state->abi->sessions, v->state->sessions_pa, 0);
	while (luo_list_next(v, &list) > 0) {
		if (!v->quiet) {
			v->totals.blocks++;
			v->totals.empty_blocks += !list.chain.count;
		}
		sessions = check_block(v, &list, sessions);
	}
	if (v->quiet)
		return;
	v->totals.sessions = sessions;
	v->totals.fewest_blocks = luo_fewest(&list.chain, sessions);
}

/* Names, tokens and pages that there can be, from the pages that can be blocks. */
static int start(struct luo_verify *v, struct luo_arena *arena, const u64 key[2])
{
	const struct luo_chain_abi *s = &v->state->abi->sessions, *f = &v->state->abi->files;
	u64 in_session = luo_capacity(s, v->phys->page_shift) + 1;
	u64 in_file = luo_capacity(f, v->phys->page_shift) + 1;
	u64 blocks = v->map->entries[s->order], likely, most;

	if (s->order == f->order)
		most = blocks * (in_session > in_file ? in_session : in_file);
	else
		most = blocks * in_session + v->map->entries[f->order] * in_file;
	/* Blocks themselves are put off, so that only those before the filter began come on top. */
	likely = (blocks < LUO_MAX_BLOCKS ? blocks : LUO_MAX_BLOCKS) * (in_session - 1);
	return luo_seen_init(&v->seen, arena, key, likely + 1, most + 1);
}

/**
 * luo_verify_sessions() - check every session and its files
 * @v:     phys, state, map, report and limit are set; the rest is filled in
 * @arena: working memory; its free part is used and given back
 * @key:   random numbers for the hash
 *
 * Return: 0, or LUO_E_ARENA when there is no room for any table; findings are in the report.
 */
int luo_verify_sessions(struct luo_verify *v, struct luo_arena *arena, const u64 key[2])
{
	size_t used = arena->used;
	int err = start(v, arena, key);

	if (err)
		return err;
	if (!v->state->sessions_pa)
		luo_report_part(v->report, LUO_C05, v->state->abi->head_zero, v->state->head_at, 0,
				LUO_OWNER_CONTAINER);
	walk(v);
	v->quiet = true;
	while (!v->looped && luo_seen_again(&v->seen))
		walk(v);
	v->quiet = false;
	if (v->seen.full && !v->looped)
		luo_report_part(v->report, LUO_X01, LUO_SEV_LOSE, 0, 0, LUO_OWNER_CONTAINER);
	arena->used = used;
	return 0;
}
