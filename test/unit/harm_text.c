/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Names (64 bytes), handlers (48 bytes), tokens @56 and records @48 of a file. */
#include <string.h>

#include "harm.h"

static u8 *name_of(struct world *w, u64 session)
{
	return world_at(w, world_session(w, session), 64);
}

u64 file_at(struct world *w, u64 session, u64 index)
{
	const struct world_list *l = world_files_list(w);
	u64 pa = world_get(w, world_session(w, session) + 64);

	for (; index >= world_file_capacity(w); index -= world_file_capacity(w))
		pa = world_get(w, pa);
	return pa + l->header + index * l->entry;
}

void name_unterminated(struct world *w)
{
	memset(name_of(w, 3), 'n', 64);
}

void name_empty(struct world *w)
{
	memset(name_of(w, 3), 0, 64);
}

void name_empty_twice(struct world *w)
{
	memset(name_of(w, 3), 0, 64);
	memset(name_of(w, w->sessions - 1), 0, 64);
}

void entries_vacant(struct world *w)
{
	memset(world_at(w, world_session(w, 3), 2 * 80), 0, 2 * 80);
}

/* A session with files that has lost its name. */
void name_lost(struct world *w)
{
	memset(name_of(w, 1), 0, 64);
}

void name_adjacent(struct world *w)
{
	memcpy(name_of(w, 1), name_of(w, 0), 64);
}

void name_far(struct world *w)
{
	memcpy(name_of(w, w->sessions - 1), name_of(w, 0), 64);
}

void name_behind_nul(struct world *w)
{
	name_far(w);
	memset(name_of(w, 0) + 40, 'a', 24);
	memset(name_of(w, w->sessions - 1) + 41, 'b', 23);
}

/* The kernel looks at 63 bytes: names that differ in the 64th are one. */
void name_cut_alike(struct world *w)
{
	memset(name_of(w, 3), 'n', 64);
	memset(name_of(w, 5), 'n', 64);
	name_of(w, 5)[63] = 'm';
}

/* Names that are different, however alike: one byte, one byte more, the last byte of 63. */
void names_alike(struct world *w)
{
	world_name(w, world_session(w, 0), "a");
	world_name(w, world_session(w, 1), "b");
	world_name(w, world_session(w, 2), "ab");
	world_name(w, world_session(w, 3), "abcdefg");
	world_name(w, world_session(w, 4), "abcdefgh");
	world_name(w, world_session(w, 5), "abcdefghi");
	memset(name_of(w, 6), 'n', 63);
	memset(name_of(w, w->sessions - 1), 'n', 62);
	if (w->nr_blocks > 1) {
		memset(name_of(w, 7), 'n', 63);
		name_of(w, 7)[62] = 'm';
	}
}

void handler_unterminated(struct world *w)
{
	memset(world_at(w, file_at(w, 1, 1), 48), 'h', 48);
}

static void set_handler(struct world *w, u64 file, const char *handler)
{
	memset(world_at(w, file, 48), 0, 48);
	strcpy((char *)world_at(w, file, 48), handler);
}

/* What its data means is the handler's business: it need not be an address. */
void handler_unknown(struct world *w)
{
	set_handler(w, file_at(w, 1, 1), "vfio-pci-v1");
	world_put(w, file_at(w, 1, 1) + 48, 0x1234567);
}

void handlers_unknown(struct world *w)
{
	for (u64 i = 0; i < 20; i++)
		set_handler(w, file_at(w, 0, i), "kvm_vm_luo_v1");
}

static void set_token(struct world *w, u64 file, u64 token)
{
	world_put(w, file + 56, token);
}

void token_twice(struct world *w)
{
	set_token(w, file_at(w, 1, 2), world_get(w, file_at(w, 1, 1) + 56));
}

/* The first and the last of the first session's files, in chains in two blocks. */
void token_far(struct world *w)
{
	u64 last = world_get(w, world_session(w, 0) + 72) - 1;

	set_token(w, file_at(w, 0, last), world_get(w, file_at(w, 0, 0) + 56));
}

/* Another session may use the same token: the standard state does so already. */
void token_elsewhere(struct world *w)
{
	assert_int_equal(world_get(w, file_at(w, 0, 0) + 56), world_get(w, file_at(w, 1, 0) + 56));
	set_token(w, file_at(w, 0, 3), ~0ULL);
	set_token(w, file_at(w, 1, 0), ~0ULL);
	set_token(w, file_at(w, 1, 1), 0);
}

void record_unpreserved(struct world *w)
{
	world_forget(w, world_get(w, file_at(w, 1, 1) + 48), 0);
}

void record_hole(struct world *w)
{
	world_put(w, file_at(w, 1, 1) + 48, HOLE);
}

void record_misaligned(struct world *w)
{
	world_put(w, file_at(w, 1, 1) + 48, world_get(w, file_at(w, 1, 1) + 48) + 8);
}
