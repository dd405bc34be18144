/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A device tree that is handed to the next kernel, to be damaged. */
#ifndef TEST_NEXT_TREE_H
#define TEST_NEXT_TREE_H

#include "follow.h"

#define TREE	(LOW_BANK + KIB(128))
#define IMAGE	(LOW_BANK + KIB(512))
#define INITRD	(LOW_BANK + KIB(800))
#define IMA	(LOW_BANK + KIB(900))
#define EFI_MAP STRAY_AT
#define ROOM	KIB(128)

struct next_pair {
	u64 start, size;
};

/* A tree under construction; the tests change what next_tree_sound() says and build it. */
struct next_tree {
	u32 ac, sc;
	bool no_chosen;
	const char *bootargs;
	u32 bootargs_len; /* 0: with its NUL */
	struct next_pair memory[2], usable[1], ima, reserved[1], memreserve[2];
	u32 nr_memory, nr_usable, nr_reserved, nr_memreserve;
	const char *status, *reserved_flag;
	struct next_pair root;
	struct next_pair initrd; /* start and end */
	bool initrd_odd;	 /* its start has 12 bytes, */
	bool ima_short;		 /* and the IMA buffer 4 */
	u64 efi_size, efi_step;
	bool no_efi_size;
	u64 entry;
};

void next_tree_put(struct world *w, const struct next_tree *t);
struct next_tree next_tree_sound(struct world *w);

#endif
