/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where a state lies, what names it and what it is, in two forms. */
#ifndef FDT_INFO_H
#define FDT_INFO_H

#include "../luo/print.h"
#include "subnode.h"

void fdt_info_text(const struct luo_answer *a, const struct luo_out *out);
void fdt_info_json(const struct luo_answer *a, const struct luo_out *out, int status);

#endif
