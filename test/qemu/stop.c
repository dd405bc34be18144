// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A plugin for QEMU (TCG) that ends it after the n-th store of the payload outside of its image,
 * as a machine ends that loses its power there: nothing is flushed, nothing is said to the guest.
 * RAM lies in a shared file, so what was stored is what is left.
 *
 * Arguments, each NAME=NUMBER but for the two files:
 *   code, code_end    the payload's instructions; whatever else runs is not looked at
 *   image, image_end  what kexec reserved for it, where it may write as it likes
 *   ram, ram_end      memory; what is stored elsewhere goes to a device
 *   stop              end after that many stores; 0: never
 *   last              end before the instruction at this address
 *   memory            the file of RAM, which begins with the byte at ram
 *   log               a file that gets a line for each store: address in hex, bytes, and what is
 *                     in memory there when it has been made, byte by byte in hex
 *
 * The payload maps memory to itself, so virtual addresses are physical ones. A callback comes when
 * the store has been made; a 16-byte one is one callback when QEMU runs processors in parallel, so
 * the machine must have room for two.
 *
 * Declared here, as QEMU 7.2 has them in include/qemu/qemu-plugin.h, because the header is in no
 * package; plugin.py says which version of the interface the installed QEMU takes.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_info;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned int cpu, uint32_t info, uint64_t address,
						 void *data),
				      int flags, int rw, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu, void *data), int flags,
					    void *data);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
EXPORT int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv);

EXPORT int qemu_plugin_version = PLUGIN_INTERFACE;

#define CB_NO_REGS 0 /* QEMU_PLUGIN_CB_NO_REGS */
#define MEM_W	   2 /* QEMU_PLUGIN_MEM_W */

static struct {
	const char *name;
	uint64_t value;
} argument[] = {
	{ "code" }, { "code_end" }, { "image" }, { "image_end" },
	{ "ram" },  { "ram_end" },  { "stop" },	 { "last" },
};

enum { CODE, CODE_END, IMAGE, IMAGE_END, RAM, RAM_END, STOP, LAST, ARGUMENTS };

static uint64_t stores;
static FILE *log_file;
static int memory = -1;

static bool in(uint64_t address, int range)
{
	return address >= argument[range].value && address < argument[range + 1].value;
}

static void end(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	fflush(log_file);
	_exit(0);
}

static void stored(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
	size_t size = (size_t)1 << qemu_plugin_mem_size_shift(info);
	unsigned char value[256];

	if (!qemu_plugin_mem_is_store(info) || !in(address, RAM) || in(address, IMAGE))
		return;
	if (size > sizeof(value) ||
	    pread(memory, value, size, (off_t)(address - argument[RAM].value)) != (ssize_t)size)
		abort();
	fprintf(log_file, "%llx %zu ", (unsigned long long)address, size);
	for (size_t i = 0; i < size; i++)
		fprintf(log_file, "%02x", value[i]);
	fputc('\n', log_file);
	if (++stores == argument[STOP].value)
		end(cpu, data);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);

		if (!in(at, CODE))
			continue;
		qemu_plugin_register_vcpu_mem_cb(insn, stored, CB_NO_REGS, MEM_W, NULL);
		if (at == argument[LAST].value)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, CB_NO_REGS, NULL);
	}
}

static bool take(const char *name, const char *value)
{
	if (!strcmp(name, "log"))
		return (log_file = fopen(value, "w"));
	if (!strcmp(name, "memory"))
		return (memory = open(value, O_RDONLY | O_CLOEXEC)) >= 0;
	for (int i = 0; i < ARGUMENTS; i++)
		if (!strcmp(name, argument[i].name)) {
			argument[i].value = strtoull(value, NULL, 0);
			return true;
		}
	return false;
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value)
			*value++ = '\0';
		if (!value || !take(argv[i], value)) {
			fprintf(stderr, "stop: no such argument: %s\n", argv[i]);
			return -1;
		}
	}
	if (!log_file || memory < 0)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
