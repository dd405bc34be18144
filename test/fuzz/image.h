/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Memory made of a fuzzer's input. An input is a head (struct image_head) and records
 * {u32 page, u16 offset, u16 bytes} with the bytes behind each; all other RAM is zeros. The
 * corpus is the captured states in that form (test/fuzz/corpus).
 */
#ifndef FUZZ_IMAGE_H
#define FUZZ_IMAGE_H

#include "../../luo/phys.h"
#include "../../luo/report.h"
#include "../../luo/state.h"

/**
 * struct image_head - where the parts of a state lie, so that each can be read on its own
 * @select: bits 0 to 1 page shift (12, 14, 16), 2 to 5 row of the table of LUO versions,
 *          6 to 8 row of that of KHO versions
 * @params: boot parameters (x86_64) or the device tree (aarch64)
 */
struct image_head {
	u64 select;
	u64 params;
	u64 fdt, fdt_size;
	u64 scratch, scratch_size;
	u64 map;
	u64 luo, luo_size;
	u64 sessions;
};

/** struct image - one input, opened. */
struct image {
	struct image_head head;
	struct luo_phys phys;
	struct luo_handover handover;
	struct luo_state state; /* from the head, with rows from @select */
	struct luo_range area[16];
};

bool image_open(struct image *m, const u8 *data, size_t size);
void image_close(struct image *m);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif
