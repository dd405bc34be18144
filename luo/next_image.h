/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Looking into a kernel's bytes for what luo_next_kernel() asks. */
#ifndef LUO_NEXT_IMAGE_H
#define LUO_NEXT_IMAGE_H

#include "next_kernel.h"

/**
 * struct luo_image - a kernel; it must stay where it is, @kernel may point back to it
 * @text, @size: its bytes as they are when it runs, NULL when they are not at hand
 * @kernel: what the core asks
 */
struct luo_image {
	const u8 *text;
	u64 size;
	struct luo_kernel kernel;
};

const u8 *luo_find_bytes(const u8 *in, u64 size, const void *what, u32 len);
bool luo_image_is_arm64(const u8 *file, u64 size);
void luo_image_bzimage(struct luo_image *k, const u8 *file, u64 size);
void luo_image_arm64(struct luo_image *k, const u8 *image, u64 size);
void luo_image_text(struct luo_image *k, const u8 *text, u64 size);

#endif
