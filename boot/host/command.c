/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A command over dumps, from its options to its exit status. */
#include "answer.h"
#include "output.h"

static int print_answer(const struct answer *a, answer_print_fn print)
{
	struct output output;
	int status = output_open(&output, a->opt, &a->dump);

	if (status)
		return status;
	return output_close(&output, print(a, &output.out));
}

/**
 * answer_command() - carry out a command over dumps
 * @opt:   the command line; it names at least one dump
 * @mode:  LUO_MODE_VERIFY or LUO_MODE_PLAN: dumps are never written
 * @print: what the command does with the answer
 *
 * Return: the exit status.
 */
int answer_command(const struct options *opt, enum luo_mode mode, answer_print_fn print)
{
	static struct answer a;
	int status = answer_open(&a, opt, opt->dump, opt->nr_dumps, mode);

	if (!status) {
		status = print_answer(&a, print);
		if (opt->stats)
			dump_say_read(&a.dump);
	}
	answer_close(&a);
	return status;
}
