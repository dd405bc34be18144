/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Damages to the standard state. Each makes one thing wrong and leaves the rest as it was: a
 * block in a forbidden place, for example, still has the content that it had before.
 */
#ifndef TEST_UNIT_HARM_H
#define TEST_UNIT_HARM_H

#include "check.h"

/* harm_place.c: the second block of a chain, or the only piece, moved to where it may not be */
void session_misaligned(struct world *w);
void session_hole(struct world *w);
void session_top(struct world *w);
void session_scratch(struct world *w);
void session_busy(struct world *w);
void session_partly(struct world *w);
void session_busy_end(struct world *w);
void session_unpreserved(struct world *w);
void session_larger_order(struct world *w);
void session_single_pages(struct world *w);
void file_misaligned(struct world *w);
void file_hole(struct world *w);
void file_top(struct world *w);
void file_scratch(struct world *w);
void file_busy(struct world *w);
void file_partly(struct world *w);
void file_busy_end(struct world *w);
void file_unpreserved(struct world *w);
void file_larger_order(struct world *w);
void file_single_pages(struct world *w);

/* harm_list.c: counts, loops, owners */
void block_overfull(struct world *w);
void block_huge(struct world *w);
void block_empty(struct world *w);
void loop_self(struct world *w);
void loop_head(struct world *w);
void loop_middle(struct world *w);
void files_shared(struct world *w);
void files_joined(struct world *w);
void files_in_session_block(struct world *w);
void file_block_overfull(struct world *w);
void file_block_empty(struct world *w);
void file_loop_self(struct world *w);
void file_loop_head(struct world *w);
void array_overfull(struct world *w);
void total_more(struct world *w);
void total_less(struct world *w);
void total_zero(struct world *w);
void files_missing(struct world *w);

/* harm_text.c: names, handlers, tokens, records */
void name_unterminated(struct world *w);
void name_empty(struct world *w);
void name_empty_twice(struct world *w);
void entries_vacant(struct world *w);
void name_lost(struct world *w);
void name_adjacent(struct world *w);
void name_far(struct world *w);
void name_behind_nul(struct world *w);
void name_cut_alike(struct world *w);
void names_alike(struct world *w);
void handler_unterminated(struct world *w);
void handler_unknown(struct world *w);
void handlers_unknown(struct world *w);
void token_twice(struct world *w);
void token_far(struct world *w);
void token_elsewhere(struct world *w);
void record_unpreserved(struct world *w);
void record_hole(struct world *w);
void record_misaligned(struct world *w);

/* Address of file number @index of a session. */
u64 file_at(struct world *w, u64 session, u64 index);
void set_head(struct world *w, u64 pa);

#endif
