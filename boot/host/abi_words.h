/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Words for what stands in the table of versions, the same in every form of 'luo abi'. */
#ifndef HOST_ABI_WORDS_H
#define HOST_ABI_WORDS_H

#include "../../luo/abi.h"
#include "../../luo/print.h"

const char *abi_map_word(const struct luo_kho_abi *kho);
const char *abi_container_word(const struct luo_abi *abi);
const char *abi_compaction_word(const struct luo_abi *abi);
const char *abi_tested_word(u8 tested);
const char *abi_empty_word(const struct luo_chain_abi *list);
u64 abi_limit(const struct luo_chain_abi *list, u32 page_shift);

/* abi_json.c */
void abi_json(const struct luo_out *out);

#endif
