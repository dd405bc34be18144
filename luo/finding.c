/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The catalogue: cause, effect and remedy of every finding, once. */
#include "finding.h"

#include "report.h"

/* clang-format off: three tables, a line for each row. */

/* What the next kernel does: X(name, text). Texts of one code only have its name. */
#define EFFECTS(X) \
	X(GENERAL, "") \
	X(FORGOTTEN, "KHO is switched off at boot; everything preserved is forgotten") \
	X(B02, "KHO may be switched off at boot; everything preserved is forgotten") \
	X(B03, "the map cannot be read as meant") \
	X(B04, "KHO is not found; everything preserved is forgotten") \
	X(K03, "a kernel of another KHO version boots without anything preserved") \
	X(K06, "the next kernel may use the page again while it needs it") \
	X(M03, "the next kernel reserves or touches memory that does not exist") \
	X(M04, "the next kernel overwrites them while it boots") \
	X(M05, "the pages are given back twice") \
	X(M07, "the next kernel overwrites it before it reads it") \
	X(C03, "a kernel that does not know it either panics at boot") \
	X(C04, "the next kernel may use the page again before it reads it") \
	X(OVERWRITTEN, "the next kernel overwrites it while it boots") \
	X(S10, "the name is cut to 63 bytes and may collide with another") \
	X(S11, "it comes back without its name, so that its owner cannot ask for it") \
	X(S12, "/dev/liveupdate cannot be opened: no session comes back") \
	X(S13, "the page is freed twice") \
	X(S15, \
	  "one comes back as a session without a name; a second one makes every " \
	  "open of /dev/liveupdate fail") \
	X(F11, "the handler is not found: /dev/liveupdate cannot be opened") \
	X(F12, "only the first file of that token can be had back") \
	X(F13, "comes back only if the next kernel has that handler") \
	X(F14, "the file cannot be restored and may take the kernel down") \
	X(X01, "unknown: names and owners were not compared") \
	X(X02, "lists share blocks, which are freed more than once") \
	X(X03, "each session is still there once; what was to be mended may not be")

/* What the reader can do: X(name, text). */
#define REMEDIES(X) \
	X(REPORT, "memory was damaged, or a kernel bug: keep a dump and report it") \
	X(COMPACT, "compact: luo_payload.mode=compact drops it on the way") \
	X(KEEP_OLD, \
	  "do not update this host live; keep the old kernel or save the guests " \
	  "elsewhere") \
	X(NEWER, "use a newer luo-payload") \
	X(NEWER_KHO, "use a newer luo-payload, and a next kernel of the same KHO version") \
	X(NEWER_LUO, "use a newer luo-payload, and a next kernel of the same LUO version") \
	X(CLOSE, "close sessions before the update") \
	X(FEWER, "preserve fewer files in one session") \
	X(DRIVER, "check that the next kernel has the driver") \
	X(MEMORY, "give more memory")

/* X(code, effect, remedy, cause), in the order of enum luo_code. */
#define CATALOG(X) \
	X(B01, FORGOTTEN, REPORT, "scratch list cannot be read") \
	X(B02, B02, REPORT, "scratch area %x is misaligned or overlaps another") \
	X(B03, B03, REPORT, "size %x handed over with the KHO FDT is no page size") \
	X(B04, B04, REPORT, "boot data that should name the KHO FDT is damaged") \
	X(K01, FORGOTTEN, REPORT, "KHO FDT at %x is not a page of RAM") \
	X(K02, FORGOTTEN, REPORT, "KHO FDT is malformed") \
	X(K03, K03, NEWER_KHO, "KHO version is not one that this program reads") \
	X(K04, FORGOTTEN, REPORT, "preserved-memory-map is missing, not 8 bytes, or 0") \
	X(K05, GENERAL, REPORT, "sub-node LUO lacks its address or its size") \
	X(K06, K06, REPORT, "KHO FDT's own page is not preserved") \
	X(K07, GENERAL, NEWER, "KHO version that no release has had yet: read, never written") \
	X(M01, GENERAL, REPORT, "map node %x is misaligned or not RAM") \
	X(M02, GENERAL, REPORT, "map node is reached by more than one way") \
	X(M03, M03, REPORT, "map says preserved where there is no RAM (order %u)") \
	X(M04, M04, REPORT, "preserved pages lie in scratch (order %u)") \
	X(M05, M05, REPORT, "preserved pages are covered by two entries (order %u)") \
	X(M06, GENERAL, REPORT, "map entry %u lies outside the key space") \
	X(M07, M07, REPORT, "map node lies in scratch") \
	X(M08, GENERAL, REPORT, \
	  "map chunk's order, number of bitmaps or place in the chain (%x) cannot " \
	  "be") \
	X(M09, GENERAL, REPORT, "map's bitmap for %x is off its bounds, or a second one") \
	X(C01, GENERAL, REPORT, "LUO container at %x is not RAM") \
	X(C02, GENERAL, REPORT, "LUO container is malformed") \
	X(C03, C03, NEWER_LUO, "LUO version is not one that this program reads") \
	X(C04, C04, REPORT, "LUO container's page is not preserved") \
	X(C05, GENERAL, REPORT, "pointer to the sessions is 0") \
	X(C06, GENERAL, NEWER, "LUO version that no release has had yet: read, never written") \
	X(S01, GENERAL, REPORT, "session block %x is misaligned") \
	X(S02, GENERAL, REPORT, "session block %x is not RAM") \
	X(S03, OVERWRITTEN, REPORT, "session block lies in scratch") \
	X(S04, GENERAL, REPORT, "session block lies in memory that is in use") \
	X(S05, GENERAL, REPORT, "session block is not preserved as one entry of order %u") \
	X(S06, GENERAL, COMPACT, "session block is empty (count 0)") \
	X(S07, GENERAL, REPORT, "session block claims %u entries, more than it holds") \
	X(S08, GENERAL, REPORT, "session chain comes back to this block") \
	X(S09, GENERAL, CLOSE, "session chain is longer than 10000 blocks") \
	X(S10, S10, REPORT, "session name has no end") \
	X(S11, S11, REPORT, "session has an empty name") \
	X(S12, S12, KEEP_OLD, "session name occurs more than once") \
	X(S13, S13, REPORT, "block has two owners (the other list is number %u)") \
	X(S14, GENERAL, REPORT, \
	  "session states %u files, but its file pointer does not fit that") \
	X(S15, S15, COMPACT, \
	  "session block counts %u vacant entries (zeros): a serialization failed") \
	X(F01, GENERAL, REPORT, "file block %x is misaligned") \
	X(F02, GENERAL, REPORT, "file block %x is not RAM") \
	X(F03, OVERWRITTEN, REPORT, "file block lies in scratch") \
	X(F04, GENERAL, REPORT, "file block lies in memory that is in use") \
	X(F05, GENERAL, REPORT, "file block is not preserved as one entry of order %u") \
	X(F06, GENERAL, COMPACT, "file block is empty (count 0)") \
	X(F07, GENERAL, REPORT, "file block claims %u entries, more than it holds") \
	X(F08, GENERAL, REPORT, "file chain comes back to this block") \
	X(F09, GENERAL, FEWER, "file chain is longer than 10000 blocks") \
	X(F10, GENERAL, REPORT, "file chain holds %u files, not what the session states") \
	X(F11, F11, REPORT, "file's handler name has no end") \
	X(F12, F12, KEEP_OLD, "token %x occurs more than once in its session") \
	X(F13, F13, DRIVER, "file's handler is not one that this program knows") \
	X(F14, F14, REPORT, "file's record at %x is not a preserved page") \
	X(X01, X01, MEMORY, "working memory too small to look for duplicates") \
	X(X02, X02, REPORT, "more blocks are reached than pages are preserved") \
	X(X03, X03, REPORT, "compaction stopped: a store failed or memory had changed") \
	X(X04, GENERAL, MEMORY, "no plan could be made: working memory too small")
/* clang-format on */

/*
 * All texts one after the other, and where each starts: no pointers, which would have to be
 * relocated and cost more than some of the texts. Causes are apart from the rest, which a program
 * that prints no more than them need not carry.
 */
struct causes {
#define X(code, effect, remedy, text) char code[sizeof(text)];
	CATALOG(X)
#undef X
};

static const struct causes causes = {
#define X(code, effect, remedy, text) .code = text,
	CATALOG(X)
#undef X
};

enum remedy {
#define X(name, text) REMEDY_##name,
	REMEDIES(X)
#undef X
};

static const struct row {
	char code[8];
	u16 cause;
	bool compact;
} rows[LUO_NR_CODES] = {
#define X(name, effect, remedy, text)                                                              \
	[LUO_##name] = { "LUO-" #name, offsetof(struct causes, name), REMEDY_##remedy ==           \
								      REMEDY_COMPACT },
	CATALOG(X)
#undef X
};

struct advice {
#define X(name, text) char effect_##name[sizeof(text)];
	EFFECTS(X)
#undef X
#define X(name, text) char remedy_##name[sizeof(text)];
	REMEDIES(X)
#undef X
};

static const struct advice advice = {
#define X(name, text) .effect_##name = text,
	EFFECTS(X)
#undef X
#define X(name, text) .remedy_##name = text,
	REMEDIES(X)
#undef X
};

static const struct advice_row {
	u16 effect;
	u16 remedy;
} advice_rows[LUO_NR_CODES] = {
#define X(name, e, r, text)                                                                        \
	[LUO_##name] = { offsetof(struct advice, effect_##e), offsetof(struct advice, remedy_##r) },
	CATALOG(X)
#undef X
};

/** luo_code_text() - a code as printed, "LUO-S06". */
const char *luo_code_text(enum luo_code code)
{
	return rows[code].code;
}

/** luo_cause() - the cause, in a few words: %x stands for the finding's value in hex, %u decimal. */
const char *luo_cause(enum luo_code code)
{
	return (const char *)&causes + rows[code].cause;
}

/** luo_repairable() - does a compaction remove the cause? */
bool luo_repairable(enum luo_code code)
{
	return rows[code].compact;
}

/** luo_remedy() - what the reader can do. */
const char *luo_remedy(enum luo_code code)
{
	return (const char *)&advice + advice_rows[code].remedy;
}

/** luo_own_effect() - what the next kernel does, in the code's own words; "": its severity's. */
const char *luo_own_effect(enum luo_code code)
{
	return (const char *)&advice + advice_rows[code].effect;
}

/** luo_effect() - what the next kernel does: the code's own words, else those of the severity. */
const char *luo_effect(enum luo_code code, u8 severity)
{
	const char *own = luo_own_effect(code);
	static const char *const general[] = {
		[LUO_SEV_NONE] = "none",
		[LUO_SEV_NOTE] = "none: this ABI allows it",
		[LUO_SEV_LEAK] = "memory stays reserved until the next cold boot",
		[LUO_SEV_LOSE] = "part of the state does not come back",
		[LUO_SEV_REFUSE] = "/dev/liveupdate cannot be opened: no session comes back",
		[LUO_SEV_PANIC] = "the next kernel panics; every preserved guest is lost",
	};

	/* A code's own words are about an error, but for the codes that are only notes. */
	if (*own && (severity > LUO_SEV_LEAK || code == LUO_F13 || code == LUO_S15))
		return own;
	return general[severity];
}
