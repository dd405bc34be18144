/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What no file holds: FLBs (of file lifecycle bound data), kexec-metadata. */
#include "damage.h"

#define FIELD(name, at, width_, span_)                                                             \
	static void name(struct ground *g, struct field *f)                                        \
	{                                                                                          \
		f->pa = at;                                                                        \
		f->width = width_;                                                                 \
		f->span = span_;                                                                   \
	}

FIELD(flb_pgcnt, g->w.flb_pa, 8, 0)
FIELD(flb_count, g->w.flb_pa + 8, 8, (world_page(&g->w) - 16) / 64)
FIELD(flb_name, g->w.flb_pa + 16, 48, 0)
FIELD(flb_data, g->w.flb_pa + 64, 8, 0)
FIELD(flb_users, g->w.flb_pa + 72, 8, 0)
FIELD(meta_version, g->w.metadata_pa, 4, 0)
FIELD(meta_release, g->w.metadata_pa + 4, 65, 0)
FIELD(meta_count, g->w.metadata_pa + 69, 4, 0)

const struct knob knobs_other[] = {
	{ "FLB area: pgcnt", WORD, ON_V5, flb_pgcnt },
	{ "FLB area: count", COUNT, ON_V5 | ON_MORE | ON_S2, flb_count },
	{ "FLB: name", TEXT, ON_MORE, flb_name },
	{ "FLB: data", WORD, ON_MORE, flb_data },
	{ "FLB: count", WORD, ON_MORE, flb_users },
	{ "kexec-metadata: version", WORD, ON_V5, meta_version },
	{ "kexec-metadata: previous_release", TEXT, ON_V5, meta_release },
	{ "kexec-metadata: kexec_count", WORD, ON_V5, meta_count },
	{ NULL },
};
