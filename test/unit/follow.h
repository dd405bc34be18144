/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Following a state of the tests to its last page, and the memfd that most tests damage. */
#ifndef TEST_UNIT_FOLLOW_H
#define TEST_UNIT_FOLLOW_H

#include "../../fdt/owners.h"
#include "harm.h"

#define PANIC LUO_SEV_PANIC, LUO_VERDICT_ERRORS
#define LOSE  LUO_SEV_LOSE, LUO_VERDICT_ERRORS
#define LEAK  LUO_SEV_LEAK, LUO_VERDICT_OK
#define NOTE  LUO_SEV_NOTE, LUO_VERDICT_OK
#define FINE  0, LUO_SEV_NONE, LUO_VERDICT_OK

int follow(struct answer *a, struct world *w, struct luo_owners *o, bool scarce);
void expect_sound(struct world *w, struct luo_owners *o);
int run_followed(const char *group, enum world_abi abi, const struct damage *d, u32 nr);

/* The parts of the one memfd of the standard state that has folios: three. */
u64 record_of(struct world *w);
u64 nr_at(struct world *w);
u64 chunk_of(struct world *w);
u64 array_of(struct world *w);
u64 folio_of(struct world *w, u32 i);
void put_folio(struct world *w, u32 i, u64 pa);

#endif
