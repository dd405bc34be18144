/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Parts of `luo wrap`: the files, the kernel's header, the layout, the PE headers. */
#ifndef HOST_WRAP_H
#define HOST_WRAP_H

#include <sys/stat.h>

#include "../../luo/types.h"

/** struct wrap_file - a whole file in memory. */
struct wrap_file {
	const char *path;
	u8 *data;
	size_t size;
	struct stat st;
};

/**
 * struct wrap_plan - where everything goes; offsets from the protected-mode part
 * @setup:     bytes of the next kernel's setup sectors
 * @next_setup, @next_pm, @next_end: the next kernel's file, its protected-mode part, its end
 * @init_size: memory of the wrapped image
 * @file_size: bytes of the wrapped file, padded for the PE headers
 */
struct wrap_plan {
	u32 setup;
	u32 next_setup;
	u32 next_pm;
	u32 next_end;
	u32 init_size;
	u64 file_size;
};

int wrap_read(struct wrap_file *file, const char *path, const char *what);
int wrap_write(const char *path, const u8 *data, size_t size, mode_t mode);
char *wrap_find_payload(const char *given);

int wrap_check_kernel(const struct wrap_file *kernel);
int wrap_check_payload(const struct wrap_file *payload);
int wrap_lay_out(const struct wrap_file *kernel, const struct wrap_file *payload,
		 struct wrap_plan *plan);
void wrap_fill_header(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan);
void wrap_fill_pe(u8 *out, const struct wrap_plan *plan);

u16 wrap_get16(const u8 *p);
void wrap_put16(u8 *p, u16 v);
void wrap_put32(u8 *p, u32 v);

#endif
