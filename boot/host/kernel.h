/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The next kernel's image, from a file or from a dump, unpacked to be looked into. */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "../../luo/next_image.h"
#include "wrap.h"

/**
 * struct kernel_image - a kernel
 * @file:   the file that it came from; empty for one from a dump
 * @unpacked: memory behind @text, or NULL
 * @image:  its bytes as they are when it runs, when they could be unpacked, and what they tell
 * @kho_default: its configuration is in it, and says that KHO is on without kho=
 */
struct kernel_image {
	struct wrap_file file;
	u8 *unpacked;
	struct luo_image image;
	bool kho_default;
};

int kernel_open(struct kernel_image *k, const char *path);
bool kernel_in_memory(struct kernel_image *k, const u8 *image, u64 size, const u8 *params);
void kernel_close(struct kernel_image *k);

#endif
