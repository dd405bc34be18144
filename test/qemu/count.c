// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A plugin for QEMU (TCG) that counts the guest's instructions between the old kernel and the next
 * one: all that run in a range of addresses, by address.
 *
 * Arguments, each NAME=VALUE:
 *   where    a file that is written once kexec has chosen a place: three numbers, begin and end of
 *            the code and the address of its last instruction
 *   counts   a file that gets a line for each run of instructions when the last one is reached:
 *            address, instructions in it, how often it was executed
 *
 * The payload maps memory to itself, so virtual addresses are physical ones; kernels run at high
 * ones. Until `where` is there, nothing of this kind has been translated. QEMU translates the
 * instruction after a jump anew, so a run may be part of another one; each is counted where it
 * begins and only when it is executed.
 *
 * Declared here, as QEMU 7.2 has them in include/qemu/qemu-plugin.h, because the header is in no
 * package; plugin.py says which version of the interface the installed QEMU takes.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define CB_NO_REGS 0 /* QEMU_PLUGIN_CB_NO_REGS */

struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int cpu, void *data), int flags,
					  void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
EXPORT int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv);

EXPORT int qemu_plugin_version = PLUGIN_INTERFACE;

struct run {
	struct run *next;
	uint64_t address;
	uint64_t executed;
	size_t instructions;
};

static const char *where, *counts;
static uint64_t begin, end, last;
static struct run *runs;

static void executed(unsigned int cpu, void *data)
{
	(void)cpu;
	((struct run *)data)->executed++;
}

/* Rewritten each time, so that a second kexec of the same machine ends with both in it. */
static void write_counts(void)
{
	FILE *file = fopen(counts, "w");

	if (!file)
		abort();
	for (const struct run *r = runs; r; r = r->next)
		if (r->executed)
			fprintf(file, "%llx %zu %llu\n", (unsigned long long)r->address,
				r->instructions, (unsigned long long)r->executed);
	if (fclose(file))
		abort();
}

static void executed_last(unsigned int cpu, void *data)
{
	executed(cpu, data);
	write_counts();
}

static void know_where(void)
{
	unsigned long long b, e, l;
	FILE *file = fopen(where, "r");

	if (!file)
		return;
	if (fscanf(file, "%llx %llx %llx", &b, &e, &l) == 3) {
		begin = b;
		end = e;
		last = l;
	}
	fclose(file);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);
	uint64_t at = qemu_plugin_tb_vaddr(tb);
	struct run *run;

	(void)id;
	if (!end && !(at >> 40))
		know_where();
	if (at < begin || at >= end)
		return;
	run = calloc(1, sizeof(*run));
	if (!run)
		abort();
	run->address = at;
	run->instructions = nr;
	run->next = runs;
	runs = run;
	if (qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, nr - 1)) == last)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, executed_last, CB_NO_REGS, run);
	else
		qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, CB_NO_REGS, run);
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "where=", 6))
			where = argv[i] + 6;
		else if (!strncmp(argv[i], "counts=", 7))
			counts = argv[i] + 7;
	}
	if (!where || !counts) {
		fprintf(stderr, "count: where= and counts= are needed\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
