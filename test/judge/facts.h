/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What a machine is like where a difference depends on it. */
#ifndef JUDGE_FACTS_H
#define JUDGE_FACTS_H

#include "../../luo/owners.h"
#include "machine.h"

#define MAX_FACTS 65536

/** struct fact - an entry of the map; @kind: enum luo_claimant of its owner, for a claim. */
struct fact {
	u64 pa;
	u32 order;
	u8 kind;
};

/**
 * struct facts - about one machine
 * @machine: it
 * @known:   the kernel's walk over the map comes to its end, and every entry is in @entry
 * @entry, @nr_entries, @nodes: what it meets
 * @anything: a node is in a page of which the kernel keeps a part, so that it may find anything there
 * @cut:     some memfd has folios behind its end (LUO-F17, LUO-F25), which nobody looks into
 * @claim, @nr_claims: entries that the core has found an owner for
 */
struct facts {
	const struct judge_machine *machine;
	bool known;
	bool cut;
	bool anything;
	struct fact *entry;
	u32 nr_entries;
	u32 nodes;
	struct fact *claim;
	u32 nr_claims;
};

void facts_open(struct facts *f, const struct judge_machine *m, u64 map_pa);
void facts_claimed(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner);
bool facts_bear_out(const struct facts *f, const struct luo_finding *finding);

#endif
