/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Taking what a state needs out of firmware's hands, before anything is loaded: every preserved
 * range, every node of the map, every scratch area.
 */
#ifndef LUO_EFI_CLAIM_H
#define LUO_EFI_CLAIM_H

#include "memory.h"

#include "../../luo/map.h"
#include "../../luo/owners.h"
#include "../../luo/state.h"

#define EFI_MAX_HELD 32

/**
 * struct efi_held - memory of the state that firmware does not give
 * @range: where
 * @type:  what firmware uses it as
 * @scratch: it lies in a scratch area
 * @known: whose it is
 * @kind:  enum luo_claimant, when @known and @owner is no map node
 * @owner: the owner
 */
struct efi_held {
	struct luo_range range;
	u32 type;
	bool scratch;
	bool known;
	u8 kind;
	struct luo_owner owner;
};

/**
 * struct efi_claim - what came of it
 * @held:     the first EFI_MAX_HELD of @nr_held
 * @preserved: how many of them are preserved memory or nodes
 */
struct efi_claim {
	struct efi_held held[EFI_MAX_HELD];
	u32 nr_held;
	u32 preserved;
};

EFI_STATUS efi_claim(struct efi_claim *claim, const struct luo_phys *phys,
		     const struct luo_state *state);
void efi_claim_owner(void *ctx, u8 kind, u64 pa, u32 order, const struct luo_owner *owner);
void efi_claim_report(const struct efi_claim *claim, struct luo_report *report);
void efi_claim_say(const struct efi_claim *claim);
void *efi_work_alloc(u64 size);
bool efi_claim_next(u32 *i, struct luo_range *range);

#endif
