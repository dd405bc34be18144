/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* See abi_words.h. */
#include "abi_words.h"

/** abi_map_word() - form of the preserved-memory map. */
const char *abi_map_word(const struct luo_kho_abi *kho)
{
	return kho->map == LUO_MAP_CHUNKS ? "list of bitmaps" : "radix tree of bitmaps";
}

/** abi_container_word() - what the LUO sub-node leads to. */
const char *abi_container_word(const struct luo_abi *abi)
{
	static const char *const word[] = {
		[LUO_CONTAINER_FDT] = "tree",
		[LUO_CONTAINER_FDT_STRUCT] = "tree to record",
		[LUO_CONTAINER_STRUCT] = "string and record",
		[LUO_CONTAINER_BITS] = "bits and record",
	};

	return word[abi->kind];
}

/** abi_compaction_word() - what luo_payload.mode=compact does with such a state. */
const char *abi_compaction_word(const struct luo_abi *abi)
{
	if (abi->read_only)
		return "never (read only)";
	if (abi->sessions.vacant && abi->files.drop_empty)
		return "empty blocks of both, vacant entries";
	if (abi->sessions.vacant)
		return "empty session blocks, vacant entries";
	if (abi->files.drop_empty)
		return "empty blocks of both";
	return abi->sessions.drop_empty ? "empty session blocks" : "nothing to compact";
}

/** abi_tested_word() - the best that this project's tests have met of a version. */
const char *abi_tested_word(u8 tested)
{
	static const char *const word[] = {
		[LUO_TESTED_SYNTHETIC] = "made-up states",
		[LUO_TESTED_PATCHED] = "a patched kernel",
		[LUO_TESTED_KERNEL] = "released kernels",
	};

	return word[tested];
}

/** abi_empty_word() - what the next kernel makes of a block that counts nothing. */
const char *abi_empty_word(const struct luo_chain_abi *list)
{
	return list->linked ? luo_severity_word(list->empty) : "-";
}

/** abi_limit() - entries that one list can have, for a page size of 2^page_shift. */
u64 abi_limit(const struct luo_chain_abi *list, u32 page_shift)
{
	return luo_capacity(list, page_shift) * (list->linked ? LUO_MAX_BLOCKS : 1);
}
