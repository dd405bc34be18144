/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The one routine that writes: it carries out an operation of a plan, store by store. */
#include "plan.h"

#include "error.h"

/* Memory must still hold what the plan was made from; a plan is never forced on other content. */
static int store_one(const struct luo_phys *phys, const struct luo_op *op)
{
	const u8 *p = luo_map(phys, op->pa, op->len);
	u64 value = op->new[0], mask = ~0ULL;
	u64 there = !p ? 0 : op->len == 4 ? luo_get32(p) : luo_get64(p);

	if (op->why == LUO_OP_CLEAR) {
		mask = op->old[0] ^ op->new[0];
		value = there & ~mask;
	}
	if (!p || (there ^ op->old[0]) & mask)
		return LUO_E_CHANGED;
	if (op->len != 16)
		return phys->ops->store(phys->ctx, op->pa, value, op->len) ? LUO_E_STORE : 0;
	if (luo_get64(p + 8) != op->old[1])
		return LUO_E_CHANGED;
	return phys->ops->store16(phys->ctx, op->pa, op->new) ? LUO_E_STORE : 0;
}

static int store_row(const struct luo_phys *phys, const struct luo_op *op)
{
	bool copy = op->why == LUO_OP_COPY;
	const u8 *src = luo_map(phys, copy ? op->src : op->pa, op->len);

	if (!src || !luo_map(phys, op->pa, op->len))
		return LUO_E_RAM;
	for (u32 at = 0; at < op->len; at += 8)
		if (phys->ops->store(phys->ctx, op->pa + at, copy ? luo_get64(src + at) : 0, 8))
			return LUO_E_STORE;
	return 0;
}

/**
 * luo_op_execute() - carry out one operation
 * @phys: the view; its store, store16 and persist must be there
 * @op:   the next one of a plan
 *
 * What an operation wrote has reached memory for good before the next one begins. Only single
 * stores change what a reader sees, each as a whole; so after any store the state is no worse
 * than before and every entry is there exactly once.
 *
 * Return: 0; LUO_E_STORE when the view cannot be written or a store failed; LUO_E_CHANGED when
 * memory is not what the plan expects; LUO_E_RAM. Stores already made stay.
 */
int luo_op_execute(const struct luo_phys *phys, const struct luo_op *op)
{
	int err;

	if (!phys->ops->store || !phys->ops->store16 || !phys->ops->persist)
		return LUO_E_STORE;
	err = op->why < LUO_OP_COPY ? store_one(phys, op) : store_row(phys, op);
	if (!err)
		phys->ops->persist(phys->ctx, op->pa, op->len);
	return err;
}
