/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Finding the state in a dump: the address that was given, else boot data, else a scan.
 */
#ifndef HOST_FIND_H
#define HOST_FIND_H

#include "../../fdt/find.h"
#include "dump.h"

int find_state(struct dump *d, const struct options *opt, const struct luo_job *job,
	       struct luo_found *found);

/* bootdata.c */
const char *bootdata_word(enum luo_boot_kind kind);
int bootdata_from_cpus(const struct dump *d, const struct luo_phys *phys, struct luo_found *found);

/* candidate.c */
void candidates_describe(const struct fdt_locate *l);
void candidates_tied(const struct fdt_locate *l);

#endif
