/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* See differences.h. docs/kernel-differences.md is made from this table and compared with it. */
#include "differences.h"

#include "../../luo/print.h"

#include <stdio.h>
#include <string.h>

const char *const outcome_word[] = {
	[JUDGE_NONE] = "sees no state",
	[JUDGE_TAKEN] = "takes everything",
	[JUDGE_WARNED] = "warns, and takes everything",
	[JUDGE_LOST] = "loses something",
	[JUDGE_REFUSED] = "refuses",
	[JUDGE_PANIC] = "panics",
	[JUDGE_BROKEN] = "(the test is broken)",
};

/* Reasons that several codes share. */
#define BELIEVES                                                                                   \
	"the kernel believes the list: what it names becomes memory to boot in, be it RAM or "     \
	"not. "                                                                                    \
	"The reader here has no boot-time allocator that could fall over it"
#define HEADER_ONLY                                                                                \
	"the kernel checks the header and reads the properties it wants; damage elsewhere in the " \
	"tree does not meet it. Such a tree was not written by a kernel, so it is not followed"
#define NO_ALIGN                                                                                   \
	"the kernel does not look at the alignment, nor where in a preserved page an address "     \
	"points. What it reads there happens to be harmless (zeros, or a record shifted)"
#define EMPTY_TREE                                                                                 \
	"the kernel follows the pointer and finds no entry under it: the page there is zero"
#define STOPPED "the kernel stops at another damage, and refuses, before it comes to this one"
#define STALE                                                                                      \
	"the page is somebody else's preserved page, so that it is still there when it is read; "  \
	"it "                                                                                      \
	"would not be, were it free. With it goes what the other one owns"
#define TWICE                                                                                      \
	"the second owner finds the page taken: it warns and loses its file. What the first one "  \
	"frees is overwritten under the second only if memory is used again in between"
#define NOBODY_ASKS "what was in the page is gone, and nobody asks for it"
#define NOBODY_OWNS                                                                                \
	"the page has no owner, or one that is not part of the reader here, or is a folio behind " \
	"the end of its file"
#define ORDER_OF_MAP                                                                               \
	"the kernel takes the order from the map, and gives back so many pages, whatever the "     \
	"block needs; in the middle of an entry it warns, and gives back none"
#define IN_AN_ENTRY "the block's first page lies in an entry, of another order or not at its start"
#define CONTENT	    "the file comes back, with another content: nothing in the kernel compares"

static const struct difference table[] = {
	{ LUO_B01, "", JUDGE_TAKEN, JUDGE_TAKEN, BELIEVES },
	{ LUO_B02, "", JUDGE_TAKEN, JUDGE_TAKEN, BELIEVES },
	{ LUO_B06, "", JUDGE_TAKEN, JUDGE_TAKEN, NOBODY_ASKS, NOBODY_OWNS },
	{ LUO_K02, "", JUDGE_NONE, JUDGE_TAKEN, HEADER_ONLY },
	{ LUO_K06, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "the page is part of a larger entry, or has one below a node that the core does not "
	  "follow (LUO-M01), so that it is still there when it is read",
	  "the page lies in an entry that the kernel meets" },
	{ LUO_K08, "", JUDGE_TAKEN, JUDGE_LOST,
	  "of the sub-nodes only kexec-metadata is read here, and believed or not; memblock's is "
	  "read "
	  "by mm/memblock.c for reserve_mem=, which is not part of the reader here" },
	{ LUO_K09, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "reserve_mem is read by mm/memblock.c, which is not part of the reader here" },
	{ LUO_M01, "", JUDGE_TAKEN, JUDGE_LOST, NO_ALIGN },
	{ LUO_M02, "", JUDGE_TAKEN, JUDGE_REFUSED,
	  "the kernel walks a shared node once for each way to it. Whether what it then reserves "
	  "is "
	  "there, and whose it is, is luck" },
	{ LUO_M03, "", JUDGE_TAKEN, JUDGE_REFUSED,
	  "the core does not follow a pointer under which all would be outside RAM, nor lets an "
	  "entry "
	  "reach over the end of it; the kernel touches the first page of an entry only",
	  "the kernel meets no entry whose first page is not RAM" },
	{ LUO_M04, "", JUDGE_TAKEN, JUDGE_TAKEN, NOBODY_ASKS, NOBODY_OWNS },
	{ LUO_M04, "", JUDGE_LOST, JUDGE_LOST,
	  "whoever owns the page finds it reserved; what was in it before the next kernel used it "
	  "is gone, and the file with it" },
	{ LUO_M05, "", JUDGE_TAKEN, JUDGE_REFUSED,
	  "the kernel reserves both entries without a word, and notes the order in the first page "
	  "of "
	  "each. Pages are given back twice only when both are restored; of two that begin at one "
	  "page the smaller order is noted last, and the owner of the larger loses",
	  "no page is given back by the owners of two of them" },
	{ LUO_M06, "", JUDGE_TAKEN, JUDGE_LOST, EMPTY_TREE },
	{ LUO_M07, "", JUDGE_TAKEN, JUDGE_LOST,
	  "the kernel keeps the list of scratch areas, not the rest of its page, where it may find "
	  "anything. Here it finds ones, which in a leaf are entries like others",
	  "the node is a page of that list" },
	{ LUO_M10, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "the KHO FDT, the LUO tree, FLBs and sub-nodes are read where they are, and stay",
	  "one of the two owners never gives the page back" },
	{ LUO_M10, "", JUDGE_WARNED, JUDGE_REFUSED, TWICE },
	{ LUO_M12, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "the owner of the entry may write to the node; here the map is read before that" },
	{ LUO_C02, "7.1", JUDGE_TAKEN, JUDGE_LOST, HEADER_ONLY },
	{ LUO_C04, "", JUDGE_TAKEN, JUDGE_TAKEN, STALE },
	{ LUO_C07, "", JUDGE_TAKEN, JUDGE_TAKEN, STALE },
	{ LUO_S01, "7.1-v3", JUDGE_TAKEN, JUDGE_REFUSED, NO_ALIGN },
	{ LUO_S05, "", JUDGE_TAKEN, JUDGE_REFUSED, ORDER_OF_MAP, IN_AN_ENTRY },
	{ LUO_S07, "7.1", JUDGE_REFUSED, JUDGE_REFUSED, STOPPED },
	{ LUO_S11, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "the session comes back without a name; the kernel does not know that it had one" },
	{ LUO_S13, "", JUDGE_REFUSED, JUDGE_REFUSED, STOPPED },
	{ LUO_F05, "", JUDGE_TAKEN, JUDGE_REFUSED, ORDER_OF_MAP, IN_AN_ENTRY },
	{ LUO_F13, "", JUDGE_REFUSED, JUDGE_REFUSED,
	  "a note to the core, because the next kernel may have the driver; the reader here has "
	  "none "
	  "but memfd's, and a file without one makes every open of /dev/liveupdate fail" },
	{ LUO_F14, "", JUDGE_TAKEN, JUDGE_LOST, NO_ALIGN,
	  "the address lies in an entry, though not at the start of one of a page, or in a page of "
	  "the list of scratch areas: the kernel keeps the list, and what is behind it is ones "
	  "here, where a kernel may find anything" },
	{ LUO_F17, "", JUDGE_TAKEN, JUDGE_TAKEN, CONTENT },
	{ LUO_F18, "", JUDGE_TAKEN, JUDGE_LOST, NO_ALIGN },
	{ LUO_F19, "", JUDGE_TAKEN, JUDGE_TAKEN, NO_ALIGN },
	{ LUO_F24, "", JUDGE_TAKEN, JUDGE_TAKEN,
	  "with pages larger than 4 KiB the upper bits of a page frame number fall off the "
	  "address" },
	{ LUO_F25, "", JUDGE_TAKEN, JUDGE_TAKEN, CONTENT },
	{ LUO_F28, "", JUDGE_LOST, JUDGE_LOST,
	  "the kernel finds the list of runs at fault first, and loses the file only" },
};

const struct difference *difference_of(const struct ours *ours, u16 code, u8 outcome)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(table); i++)
		if (table[i].code == code && !(table[i].when && ours->odd[code]) &&
		    outcome >= table[i].least && outcome <= table[i].most &&
		    !strncmp(table[i].kernel, judge_kernel(), strlen(table[i].kernel)))
			return &table[i];
	return NULL;
}

static void to_stdout(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	fwrite(text, 1, len, stdout);
}

/* Rows of the same reason would only repeat it; they are apart because their codes are. */
static void print_row(const struct difference *d)
{
	static const struct luo_out out = { .write = to_stdout };

	printf("| %s | ", luo_code_text(d->code));
	luo_put_cause(&out, d->code, NULL);
	printf(" | %s | %s%s%s | %s%s%s |\n", *d->kernel ? d->kernel : "all",
	       outcome_word[d->least], d->least == d->most ? "" : " ... ",
	       d->least == d->most ? "" : outcome_word[d->most], d->why,
	       d->when ? ". Only when " : "", d->when ? d->when : "");
}

/** difference_print() - docs/kernel-differences.md. */
void difference_print(void)
{
	printf("<!-- SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause -->\n"
	       "<!-- Made by `make kernel-differences` from test/judge/differences.c. -->\n\n"
	       "# Where the kernel's reader and luo differ\n\n"
	       "`make check-judge` builds the reader of Linux 7.3, 7.1 and 7.1 with luo-session-v3 "
	       "out\n"
	       "of the kernel's own source files (kexec_handover.c, kho_block.c, luo_core.c,\n"
	       "luo_session.c, luo_file.c, luo_flb.c, memfd_luo.c, not a byte changed), gives it "
	       "and\n"
	       "the core the same damaged states, and compares. What the core passes, the kernel "
	       "must\n"
	       "take: every FLB, every session, every file, every page of it, without a warning, "
	       "and no more may\n"
	       "stay reserved than the core says. What the core says will be lost, refused or end "
	       "in a\n"
	       "panic must come to that, or to worse. A fault of the reader counts as a panic, and "
	       "so\n"
	       "does reading memory that the next kernel may have used by then: scratch once it "
	       "is\n"
	       "known, all that is not preserved once the page allocator runs, a page once it is "
	       "freed.\n\n"
	       "The exceptions are these; any other fails the test. Of two damages the kernel may "
	       "show one\n"
	       "only: what an exception allows for one of them it then allows beside the other. "
	       "All but\n"
	       "LUO-F13 are states that no kernel writes, about which the core is stricter than "
	       "the kernel.\n\n"
	       "| code | the core's finding | kernel | what the kernel's reader does | why |\n"
	       "|---|---|---|---|---|\n");
	for (u32 i = 0; i < LUO_ARRAY_SIZE(table); i++)
		print_row(&table[i]);
	printf("\nMemory that the next kernel's own image takes is told to both. States of which "
	       "one part lies\n"
	       "in it (`test/judge/in_use.c`: container, FLB area, sessions, file set, memfd "
	       "record, vmalloc\n"
	       "chunk, array, folio) are LUO-B06, and LUO-S04 or LUO-F04 too where the payload "
	       "looks.\n");
	printf("\nThat the kernel does worse than the core says does not fail the test. Seen so "
	       "far: LUO-C03\n"
	       "(an unknown version, whose next kernel may know it) is a panic for a kernel that "
	       "does not;\n"
	       "with LUO-K02 the kernel may read on, and fall over what it reads; with LUO-F23 and "
	       "LUO-K08\n"
	       "of memory that is there it reads pages that are free, which ends well only when "
	       "nobody has\nused them since.\n");
}
