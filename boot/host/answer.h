/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What every command over dumps does: open the dumps, find the state, run the core, print. */
#ifndef HOST_ANSWER_H
#define HOST_ANSWER_H

#include "../../fdt/owners.h"
#include "../../luo/next.h"
#include "../../luo/print.h"
#include "find.h"
#include "kernel.h"

#ifndef LUO_VERSION
#error "LUO_VERSION is given by the Makefile"
#endif
#define HOST_TOOL "luo-payload " LUO_VERSION

/**
 * struct answer - one state and what the core says about it
 * @opt:    the command line
 * @dump:   the memory
 * @job:    working memory, key and clock
 * @memory: what that working memory lies in
 * @found:  where the state is and how it was found
 * @phys:   the view that @report was made from
 * @state, @report, @plan: the core's; the verdict is none when nothing was found
 * @op, @max_op: the plan's operations, room for them
 * @err:    what ended the run early, or 0
 * @followed: the owners of all pages were looked for; not in compact -n, which answers what the
 *          payload would
 * @owners: what came of it
 * @owners_arena: its working memory
 * @watch:  told of every claim, or NULL; set before answer_open()
 * @next:   what boot data tell the next kernel, when there are any
 * @kernel: that kernel, when it is known
 */
struct answer {
	const struct options *opt;
	struct dump dump;
	struct luo_job job;
	u8 *memory;
	struct luo_found found;
	struct luo_phys phys;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan;
	struct luo_op *op;
	u64 max_op;
	int err;
	bool followed;
	struct luo_owners owners;
	void *owners_arena;
	const struct luo_owner_watch *watch;
	struct luo_next next;
	struct kernel_image kernel;
};

/** answer_view() - what the printers of the core are shown. */
static inline struct luo_answer answer_view(const struct answer *a)
{
	return (struct luo_answer){
		.tool = HOST_TOOL,
		.phys = &a->phys,
		.found = &a->found,
		.state = &a->state,
		.report = &a->report,
		.metadata = a->followed ? &a->owners.metadata : NULL,
	};
}

/** typedef answer_print_fn - prints an answer and returns the exit status. */
typedef int (*answer_print_fn)(const struct answer *a, const struct luo_out *out);

int answer_look(struct answer *a, enum luo_mode mode);
int answer_open(struct answer *a, const struct options *opt, const struct dump_arg *arg, u32 nr,
		enum luo_mode mode);
void answer_close(struct answer *a);
int answer_command(const struct options *opt, enum luo_mode mode, answer_print_fn print);

#endif
