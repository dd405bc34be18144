/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Parts of `luo wrap`: the files, unpacking, the layout of each architecture, the PE headers.
 *
 * arch/x86_64/image.h and arch/aarch64/image.h give the same names to different numbers, so only
 * the file of an architecture includes its header; all else sees struct wrap_arch.
 */
#ifndef HOST_WRAP_H
#define HOST_WRAP_H

#include <sys/stat.h>

#include "../../luo/phys.h"

#define WRAP_PAGE 4096ULL

/** struct wrap_file - a whole file in memory. */
struct wrap_file {
	const char *path;
	u8 *data;
	size_t size;
	struct stat st;
};

/**
 * struct wrap_plan - where everything goes
 * @file_size: bytes of the wrapped file, padded for the PE headers
 * @kernel_at: offset of the next kernel's file in the wrapped one
 * @next_pm:   its protected-mode part, from the load address; x86_64 only
 * @next_end:  its end, from the load address
 * @mem_size:  memory of the wrapped image: init_size or image_size
 */
struct wrap_plan {
	u64 file_size;
	u64 kernel_at;
	u32 next_pm;
	u32 next_end;
	u32 mem_size;
};

/**
 * struct wrap_arch - what differs between architectures
 * @name:          of the folder that payloads lie in
 * @payload:       name of the payload's file
 * @make:          what makes one, for messages
 * @is_kernel:     has the file the marks of this architecture's kernels?
 * @is_payload:    has it those of a payload, whole or not?
 * @check_kernel:  can it be wrapped? 0, or HOST_FAILED after a line that says why not; only asked
 *                 when @is_kernel says yes, and so on
 * @check_payload: is it whole, and not wrapped around anything yet? Likewise
 * @lay_out:       compute where everything goes. Likewise
 * @inner:         where in a wrapped image, as it lies in memory, is the next kernel's file? False
 *                 when the image is not wrapped
 * @fill:          write headers and struct luo_wrap_info into the file, whose other bytes are there
 */
struct wrap_arch {
	const char *name;
	const char *payload;
	const char *make;
	bool (*is_kernel)(const struct wrap_file *f);
	bool (*is_payload)(const struct wrap_file *f);
	int (*check_kernel)(const struct wrap_file *kernel);
	int (*check_payload)(const struct wrap_file *payload);
	int (*lay_out)(const struct wrap_file *kernel, const struct wrap_file *payload,
		       struct wrap_plan *plan);
	bool (*inner)(const u8 *image, u64 size, struct luo_range *file);
	void (*fill)(u8 *out, const struct wrap_file *kernel, const struct wrap_plan *plan);
};

extern const struct wrap_arch wrap_x86_64, wrap_aarch64;

const struct wrap_arch *wrap_arch_of(const struct wrap_file *kernel);
int wrap_check_payload(const struct wrap_file *payload, const struct wrap_arch *arch);

/* wrap_file.c */
int wrap_read(struct wrap_file *file, const char *path, const char *what);
int wrap_write(const char *path, const u8 *data, size_t size, mode_t mode);
char *wrap_find_payload(const char *given, const struct wrap_arch *arch);

/* wrap_unpack.c */
int wrap_unpack(struct wrap_file *kernel);

/* wrap_aarch64.c */
u64 wrap_image_size(const u8 *image);

/**
 * struct wrap_pe - the PE headers that the payload brings along
 * @at:      where they are in the file
 * @sbat_at: raw data of the first section
 * @text_at: raw data of the second, the payload; the first ends here
 * @text:    bytes of it that the payload has
 * @shift:   what firmware's memory adds to file offsets from @text_at on
 * @entry:   file offset of the code that answers firmware
 */
struct wrap_pe {
	u32 at;
	u32 sbat_at;
	u32 text_at;
	u32 text;
	u32 shift;
	u32 entry;
};

void wrap_fill_pe(u8 *out, u64 file_size, const struct wrap_pe *pe);
u64 wrap_pe_end(const struct wrap_file *file);
bool wrap_pe_signed(const struct wrap_file *file);

/* wrap_sign.c */
int wrap_sign(struct wrap_file *image, const char *key, const char *cert);
int wrap_check_signed(const struct wrap_file *kernel, const char *cert);

/* small things that several of the files need */
int wrap_refuse(const struct wrap_file *file, const char *why);
u64 wrap_round_up(u64 v, u64 to);
u16 wrap_get16(const u8 *p);
void wrap_put16(u8 *p, u16 v);
void wrap_put32(u8 *p, u32 v);
void wrap_put64(u8 *p, u64 v);

#endif
