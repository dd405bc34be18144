/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The whole run, with a plan, and its report in every form. */
#include "../../luo/print.h"
#include "whole.h"

static void nowhere(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	(void)text;
	(void)len;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct luo_out out = { .write = nowhere };
	static struct whole w;

	if (!whole_run(&w, data, size, LUO_MODE_PLAN))
		return 0;
	luo_print_text(&out, &w.report);
	luo_print_line(&out, &w.report, "nonce");
	luo_print_ktap(&out, &w.report);
	luo_print_json(&out, &w.report, NULL, "fuzz", 0);
	image_close(&w.image);
	return 0;
}
