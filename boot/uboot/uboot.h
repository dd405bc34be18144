/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The command `luo`: what its files know of each other. U-Boot's memory becomes the core's view of
 * memory, its device tree and its commands' arguments lead to the state, and the core's answer
 * goes to the console and into environment variables.
 */
#ifndef UBOOT_LUO_H
#define UBOOT_LUO_H

#include "../../fdt/anchor.h"
#include "../../fdt/run.h"
#include "../../luo/found.h"
#include "../../luo/next.h"
#include "../../luo/next_image.h"
#include "../../luo/owners.h"
#include "../../luo/print.h"

#define UBOOT_MAX_RAM  64
#define UBOOT_MAX_BUSY 64

/**
 * struct uboot_run - one run of the command
 * @phys:     memory as U-Boot knows it
 * @found:    the state; found.how is NULL when there is none
 * @tree:     device tree that names it, NULL without one
 * @ram, @busy, @nr_busy: behind @phys; @own are those of @busy that U-Boot itself writes
 * @crowded:  there are more busy ranges than @busy holds
 * @unmapped: something lies where U-Boot has no mapping
 * @taken:    entries of the map that U-Boot's own memory touches
 * @starting: what the next kernel is given is not known before it is made (luo boot)
 * @next:     what it is given, on the heap
 * @op, @max_op: operations of a plan that is to be shown, on the heap
 * @followed: every page was followed to its owner
 * @anchored: what came of looking for an anchor; its check is on the heap
 * @trodden:  pages that are not what they were when the anchor was written
 */
struct uboot_run {
	struct luo_phys phys;
	struct luo_found found;
	const void *tree;
	struct luo_range ram[UBOOT_MAX_RAM];
	struct luo_busy busy[UBOOT_MAX_BUSY];
	u32 nr_busy;
	u32 nr_own;
	bool crowded;
	bool unmapped;
	u64 taken;
	bool starting;
	struct luo_next *next;
	struct luo_op *op;
	u64 max_op;
	bool followed;
	struct fdt_anchored anchored;
	u64 trodden;
	struct luo_job job;
	struct luo_state state;
	struct luo_report report;
	struct luo_plan plan;
	struct luo_owners owners;
};

extern const struct luo_out uboot_out;

/* mem.c */
extern const struct luo_mem_ops uboot_mem_ops;
u32 uboot_mapped_ram(const struct uboot_run *run, struct luo_range *ram);
bool uboot_store16_works(void);

/* top.c */
u64 uboot_loaded(void);

/* view.c */
void uboot_view(struct uboot_run *run);
u64 uboot_ram_top(void);
u64 uboot_entry_of(u64 pa);
void uboot_busy(struct uboot_run *run, u64 start, u64 size, const char *what);
void uboot_tree_busy(struct uboot_run *run, u64 pa);

/* find.c */
int uboot_find(struct uboot_run *run, const char *word);
const void *uboot_tree_at(const struct uboot_run *run, u64 pa);

/* anchor.c */
int uboot_anchor_find(struct uboot_run *run, struct fdt_locate *l);
int uboot_anchor_given(struct uboot_run *run, struct fdt_locate *l, u64 pa);
void uboot_anchor_used(const struct uboot_run *run, bool used);
void uboot_anchor_renew(struct uboot_run *run);

/* cmd.c */
struct luo_answer uboot_answer(const struct uboot_run *run);
void uboot_say_report(const struct uboot_run *run);

/* run.c */
int uboot_run(struct uboot_run *run, const char *word, enum luo_mode mode);
void uboot_close(struct uboot_run *run);

/* place.c */
bool uboot_free(const struct uboot_run *run, struct luo_range *range, u32 max, u32 *nr);
u64 uboot_place(struct uboot_run *run, u64 size, u64 align, const char *what);
u64 uboot_largest(const struct uboot_run *run, u64 *size);

/* kexec.c */
bool uboot_kexec_top(u64 *top);
u64 uboot_given_tree(void);

/* boot.c */
struct cmd_tbl;
int uboot_boot(struct uboot_run *run, int argc, char *const argv[]);

/**
 * struct uboot_load - what is to be started
 * @kernel, @initrd: where they lie and how large they are; initrd.size 0: none
 * @fdt:     device tree to hand on, NULL for the one that came in
 * @at:      where the kernel lies when it is started
 * @given:   address of what it is given: device tree or boot_params
 * @hidable: the state's map is sound: KHO may be handed on without LUO
 */
struct uboot_load {
	struct luo_range kernel;
	struct luo_range initrd;
	const void *fdt;
	u64 at;
	u64 given;
	bool hidable;
};

/* next.c */
void uboot_next_given(struct uboot_run *run);
void uboot_next_kernel(struct uboot_run *run, struct uboot_load *load, struct luo_image *image);

/* boot_arm64.c or boot_x86.c */

/** uboot_prepare() - put everything to its place and check it; false after a line. */
bool uboot_prepare(struct uboot_run *run, struct uboot_load *load);

/** uboot_drop() - hide KHO from the next kernel. */
void uboot_drop(struct uboot_load *load);

/** uboot_drop_luo() - hand on a copy of the KHO FDT without LUO; false when that cannot be. */
bool uboot_drop_luo(struct uboot_run *run, struct uboot_load *load);

/** uboot_start() - enter the kernel; comes back only on failure. */
void uboot_start(const struct uboot_load *load);

#endif
