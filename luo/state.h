/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Where one state's parts lie, as found by the readers in fdt/ and checked by luo/. */
#ifndef LUO_STATE_H
#define LUO_STATE_H

#include "abi.h"
#include "phys.h"

/**
 * struct luo_handover - what one kernel tells the next about KHO, wherever it was found
 * @fdt_pa:       physical address of the KHO root FDT
 * @fdt_size:     bytes set aside for it: the page size of the kernel that wrote it
 * @scratch_pa:   physical address of the scratch list, 0 when unknown (scan of a dump)
 * @scratch_size: bytes of that list, 16 for each area
 */
struct luo_handover {
	u64 fdt_pa;
	u64 fdt_size;
	u64 scratch_pa;
	u64 scratch_size;
};

/**
 * struct luo_state - one opened state
 * @kho, @abi:    rows of the version table, NULL when unknown or not reached
 * @kho_fdt_pa:   the KHO root FDT
 * @kho_fdt_size: bytes of its page
 * @has_map:      there is a preserved-memory map that can be verified
 * @map_pa:       its root node or first chunk; may be 0
 * @luo_pa, @luo_size: the container
 * @head_at:      physical address of the pointer to the first session block
 * @sessions_pa:  value of that pointer
 * @number:       live update number
 * @unfinished:   the kernel still runs, and has preserved pages for sessions that it has yet to
 * write down; set by the caller after luo_run()
 */
struct luo_state {
	const struct luo_kho_abi *kho;
	const struct luo_abi *abi;
	u64 kho_fdt_pa;
	u64 kho_fdt_size;
	u64 map_pa;
	bool has_map;
	u64 luo_pa;
	u64 luo_size;
	u64 head_at;
	u64 sessions_pa;
	u64 number;
	bool unfinished;
};

/** struct luo_metadata - what kexec-metadata says; @release "": nothing that is understood. */
struct luo_metadata {
	char release[LUO_RELEASE_LEN];
	u32 count;
};

#endif
