/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What luo info shows, in its two forms. */
#ifndef HOST_INFO_H
#define HOST_INFO_H

#include "answer.h"

const char *info_how(const struct answer *a);
void info_text(const struct answer *a, const struct luo_out *out);
void info_json(const struct answer *a, const struct luo_out *out, int status);

#endif
