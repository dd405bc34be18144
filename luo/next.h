/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What boot data tell of the world that the next kernel comes up in, beside KHO: what is loaded
 * for it and where, the memory map it is given, its command line. A state may be sound and lost all
 * the same when these do not go with it.
 *
 * It is read from x86's boot parameters (next_params.c) or from a device tree (fdt/next.c), and
 * then held against the state (next.c). Needs memory of its own, so the payload does without.
 */
#ifndef LUO_NEXT_H
#define LUO_NEXT_H

#include "map.h"
#include "token.h"

#define LUO_NEXT_RAM	2048 /* ranges of a memory map */
#define LUO_NEXT_PARTS	256
#define LUO_PART_IMAGE	"image" /* from the load address to the end of what belongs to it */
#define LUO_CMDLINE_MAX 65536

/**
 * struct luo_part - something that lies in memory for the next kernel
 * @range:  where; never wraps
 * @what:   in words
 * @loaded: a loader chose the place, and KHO's loader takes scratch only
 */
struct luo_part {
	struct luo_range range;
	const char *what;
	bool loaded;
};

/**
 * struct luo_next - what boot data tell
 * @x86:       they are x86's: mem= and memmap= mean what they mean there
 * @ram, @nr_ram: the memory map, normalized; empty when it is not known
 * @full:      it had more ranges than @ram has room for, and is not known
 * @part, @nr_parts: what lies in memory
 * @cmdline:   the command line; @cmdline.s NULL: not known
 * @kho_default: that kernel has KHO on without kho= (CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT)
 */
struct luo_next {
	bool x86;
	struct luo_range ram[LUO_NEXT_RAM];
	u32 nr_ram;
	bool full;
	struct luo_part part[LUO_NEXT_PARTS];
	u32 nr_parts;
	struct luo_text cmdline;
	bool kho_default;
};

/* next.c */
void luo_next_ram(struct luo_next *next, u64 start, u64 size);
void luo_next_part(struct luo_next *next, u64 start, u64 size, const char *what, bool loaded);
void luo_next_check(struct luo_next *next, const struct luo_phys *phys, const struct luo_map *map,
		    struct luo_report *report);

/* next_cmdline.c */
void luo_next_cmdline(struct luo_next *next, struct luo_report *report);

/* next_efi.c */
void luo_next_efi_map(struct luo_next *next, const u8 *map, u64 size, u64 step);

/* next_params.c */
void luo_next_params(struct luo_next *next, const struct luo_phys *phys, u64 pa, u64 entry,
		     struct luo_report *report);

/** luo_next_say() - a finding about what the next kernel is given; @what names it. */
void luo_next_say(struct luo_report *report, enum luo_code code, u8 severity, u64 pa, u64 value,
		  const char *what);

#endif
