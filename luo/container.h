/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The raw-struct container of LUO (luo-v5 and kin): a string, then three numbers. */
#ifndef LUO_CONTAINER_H
#define LUO_CONTAINER_H

#include "report.h"
#include "state.h"

int luo_container_open(const struct luo_phys *phys, struct luo_state *state,
		       struct luo_report *report);
int luo_container_numbers(const struct luo_phys *phys, struct luo_state *state,
			  struct luo_report *report, u64 pa);
int luo_container_unknown(const struct luo_state *state, struct luo_report *report,
			  const char *name, size_t max);
bool luo_printable(const char *text, size_t max);

#endif
