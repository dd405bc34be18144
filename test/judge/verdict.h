/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Between the kernel's reader and the test around it: a machine goes in, what came of it comes out.
 */
#ifndef JUDGE_VERDICT_H
#define JUDGE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JUDGE_BANKS 32

/** struct judge_bank - RAM from @start on; @mem was carved and is followed by what faults. */
struct judge_bank {
	uint64_t start;
	uint64_t size;
	uint8_t *mem;
};

/**
 * struct judge_machine - what the next kernel finds
 * @bank, @nr_banks: RAM
 * @fdt, @fdt_size, @scratch, @scratch_size: as boot data name them
 * @busy, @busy_size: memory that the next kernel's own image takes, 0 for none
 */
struct judge_machine {
	struct judge_bank bank[JUDGE_BANKS];
	uint32_t nr_banks;
	uint64_t fdt, fdt_size, scratch, scratch_size;
	uint64_t busy, busy_size;
};

/** enum judge_outcome - what the kernel made of a state, worst last. */
enum judge_outcome {
	JUDGE_NONE,    /* there is no LUO state */
	JUDGE_TAKEN,   /* everything came back */
	JUDGE_WARNED,  /* so it did, with a warning */
	JUDGE_LOST,    /* something did not, or KHO was switched off */
	JUDGE_REFUSED, /* /dev/liveupdate cannot be opened */
	JUDGE_PANIC,   /* panic, a fault, or no end */
	JUDGE_BROKEN,  /* the test itself is: a fault elsewhere, or a call that no reader makes */
};

/**
 * struct judge_answer - the outcome and why
 * @why:  the kernel's last line, or the first one that mattered
 * @left: entries of the map that nobody took over
 */
struct judge_answer {
	enum judge_outcome outcome;
	uint64_t sessions;
	uint64_t files;
	uint64_t warnings;
	uint64_t lost;
	uint64_t left;
	char why[160];
};

/* memory.c */
uint8_t *judge_carve(uint64_t size);

/* reader.c: to be called once in a process, which it ends */
void judge_read(const struct judge_machine *machine, struct judge_answer *answer)
	__attribute__((noreturn));
const char *judge_kernel(void);

#endif
