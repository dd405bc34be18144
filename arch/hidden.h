/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Included in front of every file of the payload: whatever is declared lies in the same image, so
 * no address has to be looked up in a table that only relocation makes right.
 */
#pragma GCC visibility push(hidden)
