/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What test/mutate/sites.py puts around the conditions of the core: all mutants are in one library.
 * Where one of them would go another way than the core, the program forks: the child is that mutant
 * from there on, to the end of the test that is running, and the parent waits for its answer.
 */
#ifndef TEST_MUTATE_MUTANT_H
#define TEST_MUTATE_MUTANT_H

#define LUO_MAX_MUTANTS 4096

extern int luo_mutant;				       /* the number of this one; 0: the core */
extern unsigned char luo_mutant_open[LUO_MAX_MUTANTS]; /* of these nothing is known yet in a test */

void luo_mutant_meet(int id);

/* This mutant differs from the core here. */
#define LUO_MEET(id, differs)                                                                      \
	do {                                                                                       \
		if (luo_mutant_open[id] && (differs))                                              \
			luo_mutant_meet(id);                                                       \
	} while (0)

/* A condition that never holds, and one that always does. */
#define LUO_NEVER(id, e)                                                                           \
	({                                                                                         \
		_Bool luo_is_##id = !!(e);                                                         \
		LUO_MEET(id, luo_is_##id);                                                         \
		luo_mutant == id ? 0 : luo_is_##id;                                                \
	})
#define LUO_ALWAYS(id, e)                                                                          \
	({                                                                                         \
		_Bool luo_is_##id = !!(e);                                                         \
		LUO_MEET(id, !luo_is_##id);                                                        \
		luo_mutant == id ? 1 : luo_is_##id;                                                \
	})

/* A comparison that is off by one: `is` becomes `not_is`. */
#define LUO_SWAP(id, a, is, not_is, b)                                                             \
	({                                                                                         \
		__auto_type luo_a_##id = (a);                                                      \
		__auto_type luo_b_##id = (b);                                                      \
		LUO_MEET(id, luo_a_##id == luo_b_##id);                                            \
		luo_mutant == id ? luo_a_##id not_is luo_b_##id : luo_a_##id is luo_b_##id;        \
	})

#endif
