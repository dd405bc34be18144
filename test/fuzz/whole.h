/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The whole run over an image, for the two targets that make it. */
#ifndef FUZZ_WHOLE_H
#define FUZZ_WHOLE_H

#include "../../fdt/run.h"
#include "image.h"

/** struct whole - one run; @report and @state say how far it came. */
struct whole {
	struct image image;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan;
};

bool whole_run(struct whole *w, const u8 *data, size_t size, enum luo_mode mode);

#endif
