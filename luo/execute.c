/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The one routine that writes: it carries out an operation of a plan, store by store. */
#include "plan.h"

#include "error.h"

/* Memory must still hold what the plan was made from; a plan is never forced on other content. */
static bool changed(const struct luo_op *op, const u8 *p)
{
	if (op->why == LUO_OP_BUILD)
		return false;
	if (op->len == 4)
		return luo_get32(p) != op->old[0];
	return luo_get64(p) != op->old[0] || (op->len == 16 && luo_get64(p + 8) != op->old[1]);
}

static int store_one(const struct luo_phys *phys, const struct luo_op *op, const u8 *there)
{
	if (changed(op, there))
		return LUO_E_CHANGED;
	if (op->len == 16)
		return phys->ops->store16(phys->ctx, op->pa, op->new);
	return phys->ops->store(phys->ctx, op->pa, op->new[0], op->len);
}

/* @src: NULL for zeros. */
static int store_row(const struct luo_phys *phys, const struct luo_op *op, const u8 *src)
{
	int err = 0;

	for (u32 at = 0; !err && at < op->len; at += 8)
		err = phys->ops->store(phys->ctx, op->pa + at, src ? luo_get64(src + at) : 0, 8);
	return err;
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
	const u8 *there = luo_map(phys, op->pa, op->len), *src = NULL;
	int err;

	if (!phys->ops->store || !phys->ops->store16 || !phys->ops->persist)
		return LUO_E_STORE;
	if (op->why == LUO_OP_COPY)
		there = src = there ? luo_map(phys, op->src, op->len) : NULL;
	if (!there)
		return LUO_E_RAM;
	err = op->why < LUO_OP_COPY ? store_one(phys, op, there) : store_row(phys, op, src);
	if (!err)
		phys->ops->persist(phys->ctx, op->pa, op->len);
	return err;
}
