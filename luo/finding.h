/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The catalogue of findings: codes are LUO-<area letter><2 digits> and are never used again for
 * something else. Areas: A anchor, B boot data, K KHO FDT, M preserved-memory map, C container, S
 * sessions, F files, X our own limits. Texts are in finding.c.
 */
#ifndef LUO_FINDING_H
#define LUO_FINDING_H

#include "types.h"

enum luo_code {
	LUO_B01, /* scratch list cannot be read */
	LUO_B02, /* scratch area damaged */
	LUO_B03, /* page size unknown */
	LUO_B04, /* setup_data chain or /chosen damaged */
	LUO_K01, /* KHO FDT address */
	LUO_K02, /* KHO FDT malformed */
	LUO_K03, /* KHO version unknown */
	LUO_K04, /* preserved-memory-map missing */
	LUO_K05, /* LUO sub-node malformed */
	LUO_K06, /* KHO FDT not preserved */
	LUO_K07, /* KHO version read only */
	LUO_M01, /* node address */
	LUO_M02, /* node reached twice */
	LUO_M03, /* entry outside RAM */
	LUO_M04, /* entry in scratch */
	LUO_M05, /* entries overlap */
	LUO_M06, /* index outside the key space */
	LUO_M07, /* node in scratch */
	LUO_M08, /* chunk malformed */
	LUO_M09, /* bitmap misplaced or doubled */
	LUO_C01, /* container address */
	LUO_C02, /* container malformed */
	LUO_C03, /* container version unknown */
	LUO_C04, /* container not preserved */
	LUO_C05, /* head pointer 0 */
	LUO_C06, /* LUO version read only */
	LUO_S01, /* block misaligned */
	LUO_S02, /* block outside RAM */
	LUO_S03, /* block in scratch */
	LUO_S04, /* block in use by something else */
	LUO_S05, /* block not preserved with its order */
	LUO_S06, /* block empty */
	LUO_S07, /* count beyond capacity */
	LUO_S08, /* chain loops */
	LUO_S09, /* too many blocks */
	LUO_S10, /* name without end */
	LUO_S11, /* name empty */
	LUO_S12, /* name twice */
	LUO_S13, /* page with two owners */
	LUO_S14, /* files and count disagree */
	LUO_S15, /* vacant entries counted */
	LUO_F01, /* as S01 to S09, for file blocks */
	LUO_F02,
	LUO_F03,
	LUO_F04,
	LUO_F05,
	LUO_F06,
	LUO_F07,
	LUO_F08,
	LUO_F09,
	LUO_F10, /* total differs */
	LUO_F11, /* handler without end */
	LUO_F12, /* token twice */
	LUO_F13, /* handler unknown */
	LUO_F14, /* record not preserved */
	LUO_X01, /* arena too small */
	LUO_X02, /* more work than the state can hold */
	LUO_X03, /* compaction stopped */
	LUO_X04, /* no plan */
	/* What only who follows the owners of all pages finds; see LUO_NR_TEXTS */
	LUO_K08, /* sub-node's data not preserved */
	LUO_K09, /* memblock's tree malformed */
	LUO_K10, /* reserve_mem region not preserved */
	LUO_M10, /* two owners */
	LUO_M11, /* entries without an owner */
	LUO_M12, /* node in preserved memory */
	LUO_C07, /* FLB area not preserved */
	LUO_C08, /* FLB count beyond capacity */
	LUO_F15, /* memfd flags */
	LUO_F16, /* memfd seals */
	LUO_F17, /* more folios than the size has pages */
	LUO_F18, /* vmalloc chunk not preserved */
	LUO_F19, /* vmalloc run not preserved */
	LUO_F20, /* total_pages differs */
	LUO_F21, /* vmalloc order */
	LUO_F22, /* vmalloc flags */
	LUO_F23, /* vmalloc chunks loop */
	LUO_F24, /* folio not preserved */
	LUO_F25, /* folio's index */
	LUO_F26, /* pages without a folio */
	LUO_F27, /* folio flags */
	LUO_F28, /* array too short for its folios */
	LUO_X05, /* owners not followed */
	LUO_K11, /* kexec-metadata not understood */
	LUO_C09, /* FLB name without end */
	LUO_C12, /* FLB name twice */
	/* ... and what only who reads all boot data finds */
	LUO_B05, /* outside scratch */
	LUO_B06, /* over preserved pages */
	LUO_B07, /* preserved pages outside the memory map given */
	LUO_B08, /* kho= off */
	LUO_B09, /* kho= absent */
	LUO_B10, /* liveupdate= off or absent */
	LUO_B11, /* mem= or memmap= */
	LUO_B12, /* setup_data list damaged */
	LUO_B13, /* E820_EXT node */
	LUO_B14, /* IMA buffer */
	LUO_B15, /* memory map may be cut */
	/* ... and what only who has the next kernel's image finds */
	LUO_B16, /* page size differs */
	LUO_K12, /* reads another KHO version */
	LUO_K13, /* has no KHO */
	LUO_K14, /* what it reads is not known */
	LUO_C10, /* reads another LUO version */
	LUO_C11, /* has no LUO */
	LUO_F29, /* has not that handler */
	/* ... and what only firmware's own memory map tells */
	LUO_B20, /* preserved memory held by firmware */
	LUO_B21, /* scratch held by firmware */
	/* ... and what there is to say about a kernel that still runs */
	LUO_X06, /* sessions are yet to be written */
	/* ... and what only the payload's anchor tells, after a reset */
	LUO_A01, /* anchor damaged */
	LUO_A02, /* anchor of another version */
	LUO_A03, /* anchor of an earlier state */
	LUO_A04, /* several anchors */
	LUO_A05, /* metadata trodden on */
	LUO_A06, /* other pages trodden on */
	LUO_A07, /* no longer memory */
	LUO_A08, /* not checked */
	LUO_NR_CODES,
	LUO_FIRST_OF_OWNERS = LUO_K08,
	LUO_FIRST_OF_BOOT = LUO_B05,
	LUO_FIRST_OF_NEXT = LUO_B16,
	LUO_FIRST_OF_FIRMWARE = LUO_B20,
	LUO_FIRST_OF_LIVE = LUO_X06,
	LUO_FIRST_OF_ANCHOR = LUO_A01,
};

/*
 * A program that links neither luo/owners*.c nor luo/next*.c may define LUO_WITHOUT_OWNERS, and the
 * catalogue ends before those codes.
 */
#ifdef LUO_WITHOUT_OWNERS
#define LUO_NR_TEXTS LUO_FIRST_OF_OWNERS
#else
#define LUO_NR_TEXTS LUO_NR_CODES
#endif

/** luo_in_files() - is that a code of lists of files whose cause is worded as that of sessions? */
static inline bool luo_in_files(enum luo_code code)
{
	return code >= LUO_F01 && code <= LUO_F09;
}

#define LUO_CODE_LEN 3

const char *luo_code_text(enum luo_code code);
const char *luo_code_short(enum luo_code code);
const char *luo_cause(enum luo_code code);
const char *luo_phrase(char c);
bool luo_repairable(enum luo_code code);
const char *luo_remedy(enum luo_code code);
const char *luo_own_effect(enum luo_code code);
const char *luo_effect(enum luo_code code, u8 severity);

#endif
