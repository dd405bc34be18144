/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The one routine that writes: it carries out a plan, store by store. */
#include "plan.h"

#include "error.h"

/* Memory must still hold what the plan was made from; a plan is never forced on other content. */
static bool unchanged(const struct luo_phys *phys, const struct luo_op *op)
{
	const u8 *p = luo_map(phys, op->pa, op->len);

	if (!p)
		return false;
	if (op->len == 4)
		return luo_get32(p) == op->old[0];
	return luo_get64(p) == op->old[0] && (op->len == 8 || luo_get64(p + 8) == op->old[1]);
}

static int store(const struct luo_phys *phys, const struct luo_op *op)
{
	if (op->len == 16)
		return phys->ops->store16(phys->ctx, op->pa, op->new);
	return phys->ops->store(phys->ctx, op->pa, op->new[0], op->len);
}

/**
 * luo_plan_execute() - carry out a plan
 * @phys: the view; its store, store16 and persist must be there
 * @plan: from luo_plan_make() on the same memory
 *
 * Each store has reached memory for good before the next one is made, so after any of them the
 * state is no worse than before and every session is there exactly once.
 *
 * Return: 0; LUO_E_STORE when the view cannot be written or a store failed; LUO_E_CHANGED when
 * memory is not what the plan expects. Stores already made stay.
 */
int luo_plan_execute(const struct luo_phys *phys, const struct luo_plan *plan)
{
	if (!phys->ops->store || !phys->ops->store16 || !phys->ops->persist)
		return LUO_E_STORE;
	for (u32 i = 0; i < plan->nr; i++) {
		const struct luo_op *op = &plan->op[i];

		if (!unchanged(phys, op))
			return LUO_E_CHANGED;
		if (store(phys, op))
			return LUO_E_STORE;
		phys->ops->persist(phys->ctx, op->pa, op->len);
	}
	return 0;
}
