/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Every error that a core function can return, each with its cause and what to do about it.
 * Functions return 0 or a negative value of this enum unless they say otherwise.
 */
#ifndef LUO_ERROR_H
#define LUO_ERROR_H

enum luo_error {
	LUO_OK = 0,
	/* The address is not a multiple of what it must be: the pointer is damaged. */
	LUO_E_ALIGN = -1,
	/* The range is not wholly inside one known RAM range, or cannot be mapped: damaged
	 * pointer, or the platform's memory map lacks a bank.
	 */
	LUO_E_RAM = -2,
	/* A linked list comes back to an element of its own: damaged, nothing to be saved by us. */
	LUO_E_CYCLE = -3,
	/* More elements than the ABI's or our own documented limit. */
	LUO_E_LIMIT = -4,
	/* A structure contradicts itself or its ABI (size, magic, missing property). */
	LUO_E_FORMAT = -5,
	/* A version string that this build does not know: hand over untouched, update luo. */
	LUO_E_VERSION = -6,
	/* What was looked for is not there (no KHO, no LUO): nothing to do. */
	LUO_E_NONE = -7,
	/* The caller's working memory is too small: give a larger arena. */
	LUO_E_ARENA = -8,
	/* Memory no longer holds what the plan was made from: nothing further is written. */
	LUO_E_CHANGED = -9,
	/* The platform could not carry out a store. */
	LUO_E_STORE = -10,
	/* Several states in memory are as good as each other: the user must name one. */
	LUO_E_TIE = -11,
};

#endif
