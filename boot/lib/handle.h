/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What is behind a handle. */
#ifndef LIB_HANDLE_H
#define LIB_HANDLE_H

#include "../host/answer.h"
#include "../host/paged.h"
#include "libluo.h"

/** struct lib_ram - RAM that is read through @fn, or copied from @mem. */
struct lib_ram {
	u64 pa;
	u64 size;
	const u8 *mem;
	libluo_read_fn fn;
	void *ctx;
};

/**
 * struct libluo - a handle
 * @opt:     what the host tool's code is asked for
 * @file, @nr_files: dumps; their paths belong to the handle
 * @ram, @nr_ram: memory of the program's
 * @boot, @has_boot: what the next kernel is given
 * @next_kernel: a copy of its path, or NULL
 * @note, @note_ctx: who is told of notes
 * @message: what the last call that failed has said; allocated
 * @unreadable: a reader has failed in this run
 * @open:    @a holds something
 * @done:    @a is an answer
 */
struct libluo {
	struct options opt;
	struct dump_arg *file;
	u32 nr_files;
	struct lib_ram *ram;
	u32 nr_ram;
	struct dump_cpu boot;
	bool has_boot;
	char *next_kernel;
	libluo_note_fn note;
	void *note_ctx;
	char *message;
	bool unreadable;
	bool open;
	bool done;
	struct answer a;
};

int lib_fail(struct libluo *l, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void lib_listen(struct libluo *l);

#endif
