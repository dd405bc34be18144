/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The catalogue: cause, effect and remedy of every finding, once. */
#include "finding.h"

#include "report.h"
#include "str.h"

/* clang-format off: three tables, a line for each row. */

/* The same tables for what only who follows the owners of all pages finds. */
#ifdef LUO_WITHOUT_OWNERS
#define EFFECTS_OF_OWNERS(X)
#define REMEDIES_OF_OWNERS(X)
#define CATALOG_OF_OWNERS(X)
#else
#define EFFECTS_OF_OWNERS(X)                                                                       \
	X(K08, "the next kernel reads them all the same: memory used again by then, or none")      \
	X(K09, "the regions of reserve_mem= are not found again; what they held is lost")          \
	X(K10, "the next kernel may use the region again before its owner asks for it")            \
	X(M10,                                                                                     \
	  "whoever comes first takes the page; the other loses it or reads what is not its own")   \
	X(M11,                                                                                     \
	  "they stay reserved until the next cold boot, unless they belong to files, FLBs or "     \
	  "sub-nodes of a kind that this program does not know")                                   \
	X(M12, "either the map or the content of the page is lost")                                \
	X(C07, "drivers' common state is not found again")                                         \
	X(C08, "memory behind the area is read, which may take the kernel down")                   \
	X(IGNORED, "none: the next kernel does not look at them")                                  \
	X(FILE_LOST, "the file cannot be restored")                                                \
	X(F25, "the file cannot be restored, or the page is not where it was")                     \
	X(F26, "these pages of the file read as zeros")                                            \
	X(F28, "the array is read beyond its end, which may take the kernel down")                 \
	X(X05, "unknown: pages and their owners were not compared")                                \
	X(K11, "none: the next kernel says once that it does not understand it")                   \
	X(C09, "drivers' common state is not found again")                                         \
	X(C12, "only the first FLB of that name is found again; what this one holds is lost")      \
	X(B05, "none as long as nothing preserved lies there; kexec would have taken scratch")     \
	X(B06, "what was preserved there is overwritten, or was already")                          \
	X(B07, "the next kernel touches memory that it was not told of, and panics")               \
	X(B09,                                                                                     \
	  "KHO stays off and everything preserved is forgotten, unless that kernel was built "     \
	  "with CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT")                                             \
	X(B10, "no session comes back; what is preserved stays reserved")                          \
	X(B11, "the next kernel has another memory map; LUO-B07 tells when that costs pages")      \
	X(B12, "the next kernel follows it wherever it leads while it boots")                      \
	X(B13, "the rest of the node is not looked at")                                            \
	X(B14, "the measurements of the old kernel are not carried on")                            \
	X(B15, "none, unless there was more of it; LUO-B07 tells when that costs pages")           \
	X(B16, "the map and all lists are read with the wrong layout")                             \
	X(K14, "unknown: the state and that kernel were not compared")                             \
	X(C10, "the next kernel panics at boot; every preserved guest is lost")                    \
	X(C11, "no session comes back; what is preserved stays reserved")                          \
	X(F29, "/dev/liveupdate cannot be opened: no session comes back")                          \
	X(B20, "what they held is lost: firmware wrote there while it started")                    \
	X(B21, "the next kernel takes the area for free memory and overwrites firmware's data")    \
	X(X06, "unknown before the kexec: sessions, files, and who owns what nobody claims yet")   \
	X(NO_ANCHOR,                                                                               \
	  "none: the state is looked for in all memory, without proof that it is whole")           \
	X(A04, "none: the one with the highest live update number is taken")                       \
	X(A05, "what it led to is lost, or is taken for something else")                           \
	X(A06, "the content comes back altered")                                                   \
	X(A07, "what they held is lost: firmware has taken them")                                  \
	X(A08, "unknown: they come back as they are")

#define REMEDIES_OF_OWNERS(X)                                                                      \
	X(LOADER, "load kernel, initrd and boot data with kexec_file_load, which takes scratch")   \
	X(MAP, "do not kexec: boot data must tell the next kernel of all memory")                  \
	X(CMDLINE, "load the next kernel with kho=on liveupdate=on and without mem= and memmap=")  \
	X(SAME_PAGES, "boot a next kernel of the state's page size")                               \
	X(SAME_KHO, "boot a next kernel of the state's KHO version: see 'luo abi'")                \
	X(SAME_LUO, "boot a next kernel of the state's LUO version: see 'luo abi'")                \
	X(NAME_IT, "compare its release with 'luo abi'")                                           \
	X(PAYLOAD, "have the payload verify on the way: luo wrap")                                 \
	X(NOTHING, "nothing, unless it should have been the one of this reset")                    \
	X(DIGEST_ALL, "have sums of all pages written: luo_payload.digest=all")                    \
	X(SAME_TOOL, "use payload and luo of the same version")                                    \
	X(FIRMWARE, "keep the old kernel away from memory that firmware uses (memmap=, "           \
		    "kho_scratch=)")

#define CATALOG_OF_OWNERS(X)                                                                       \
	X(K08, K08, REPORT, "data of a KHO sub-node at %x are not preserved")                      \
	X(K09, K09, REPORT, "memblock's tree is malformed")                                        \
	X(K10, K10, REPORT, "region of reserve_mem= is not preserved from %x on")                  \
	X(M10, M10, REPORT, "preserved entry (order %u) has a second owner")                       \
	X(M11, M11, DRIVER, "%u preserved entries have no owner that this program knows")          \
	X(M12, M12, REPORT, "map node lies in a preserved entry (order %u)")                       \
	X(C07, C07, REPORT, "FLB area at %x is not a preserved page")                              \
	X(C08, C08, REPORT, "FLB area claims %u entries, more than it holds")                      \
	X(F15, IGNORED, NEWER, "memfd's flags %x are not known")                                   \
	X(F16, FILE_LOST, NEWER, "memfd's seals %x are not all known")                             \
	X(F17, FILE_LOST, REPORT, "memfd claims %u folios, more than its size has pages")          \
	X(F18, F14, REPORT, "vmalloc chunk %x is not a preserved page")                            \
	X(F19, FILE_LOST, REPORT, "page of the folio array at %x is not preserved")                \
	X(F20, FILE_LOST, REPORT, "folio array's chunks do not list %u pages as stated")           \
	X(F21, FILE_LOST, REPORT, "folio array's order %u cannot be")                              \
	X(F22, IGNORED, NEWER, "folio array's flags %x are not known")                             \
	X(F23, FILE_LOST, REPORT, "vmalloc chunks come back to this one")                          \
	X(F24, FILE_LOST, REPORT, "folio at %x is not preserved")                                  \
	X(F25, F25, REPORT, "folio's index %u is out of order, misaligned or behind the end")      \
	X(F26, F26, REPORT, "%u pages of the memfd have no folio")                                 \
	X(F27, IGNORED, NEWER, "folio's flags %x are not known")                                   \
	X(F28, F28, REPORT, "folio array has no room for the %u folios claimed")                   \
	X(X05, X05, MEMORY, "working memory too small to follow the owners of pages")              \
	X(K11, K11, NEWER, "kexec-metadata is of version %u, too short or without an end")         \
	X(C09, C09, REPORT, "name of FLB number %u has no end")                                    \
	X(C12, C12, REPORT, "name of FLB number %u is also that of one before it")                 \
	X(B05, B05, LOADER, "what was loaded at %x lies outside scratch")                          \
	X(B06, B06, LOADER, "what lies at %x overlaps preserved pages")                            \
	X(B07, B07, MAP, "preserved pages (order %u) are outside the memory map handed over")      \
	X(B08, FORGOTTEN, CMDLINE, "kho= is off")                                                  \
	X(B09, B09, CMDLINE, "kho= is absent")                                                     \
	X(B10, B10, CMDLINE, "liveupdate= is off or absent")                                       \
	X(B11, B11, CMDLINE, "mem= or memmap= changes the memory map")                             \
	X(B12, B12, REPORT, "setup_data list is damaged: %x is no node of it, or it has no end")   \
	X(B13, B13, REPORT, "E820_EXT node of %u bytes holds no whole number of entries")          \
	X(B14, B14, REPORT, "IMA buffer at %x is not RAM, or its entry is damaged")                \
	X(B15, B15, MAP, "memory map has %u entries, all that fit: it may be cut")                 \
	X(B16, B16, SAME_PAGES, "next kernel has pages of %u bytes, the state has not")            \
	X(K12, K03, SAME_KHO, "next kernel reads another version of KHO")                          \
	X(K13, FORGOTTEN, SAME_KHO, "next kernel has no KHO")                                      \
	X(K14, K14, NAME_IT, "what the next kernel reads could not be found out")                  \
	X(C10, C10, SAME_LUO, "next kernel reads another version of LUO")                          \
	X(C11, C11, SAME_LUO, "next kernel has KHO but no LUO")                                    \
	X(F29, F29, DRIVER, "next kernel has no handler of that name (token %x)")                  \
	X(B20, B20, FIRMWARE, "preserved memory is held by firmware (EFI memory type %u)")         \
	X(B21, B21, FIRMWARE, "firmware keeps memory in a scratch area (EFI memory type %u)")      \
	X(X06, X06, PAYLOAD, "this kernel still runs, and writes its sessions during the kexec")   \
	X(A01, NO_ANCHOR, FIRMWARE, "anchor is damaged")                                           \
	X(A02, NO_ANCHOR, SAME_TOOL, "anchor is of another version")                               \
	X(A03, NO_ANCHOR, NOTHING, "anchor is stale: it is of live update %u, not of this state")  \
	X(A04, A04, NOTHING, "there is another anchor at %x")                                      \
	X(A05, A05, FIRMWARE, "%u pages of metadata were trodden on since the reset")              \
	X(A06, A06, FIRMWARE, "%u pages were trodden on since the reset")                          \
	X(A07, A07, FIRMWARE, "%u pages are no memory any more")                                   \
	X(A08, A08, DIGEST_ALL, "%u pages have no sum, so that nobody can tell")
#endif

/* What the next kernel does: X(name, text). Texts of one code only have its name. */
#define EFFECTS(X)                                                                                 \
	X(GENERAL, "")                                                                             \
	X(FORGOTTEN, "KHO is switched off at boot; everything preserved is forgotten")             \
	X(B02, "KHO may be switched off at boot; everything preserved is forgotten")               \
	X(B03, "the map cannot be read as meant")                                                  \
	X(B04, "KHO is not found; everything preserved is forgotten")                              \
	X(K03, "a kernel of another KHO version boots without anything preserved")                 \
	X(K06, "the next kernel may use the page again while it needs it")                         \
	X(M03, "the next kernel reserves or touches memory that does not exist")                   \
	X(M04, "the next kernel overwrites them while it boots")                                   \
	X(M05, "the pages are given back twice")                                                   \
	X(M07, "the next kernel overwrites it before it reads it")                                 \
	X(C03, "a kernel that does not know it either panics at boot")                             \
	X(C04, "the next kernel may use the page again before it reads it")                        \
	X(OVERWRITTEN, "the next kernel overwrites it while it boots")                             \
	X(S10, "the name is cut to 63 bytes and may collide with another")                         \
	X(S11, "it comes back without its name, so that its owner cannot ask for it")              \
	X(S12, "/dev/liveupdate cannot be opened: no session comes back")                          \
	X(S13, "the page is freed twice")                                                          \
	X(S15, "one comes back as a session without a name; a second one makes every "             \
	       "open of /dev/liveupdate fail")                                                     \
	X(F11, "the handler is not found: /dev/liveupdate cannot be opened")                       \
	X(F12, "only the first file of that token can be had back")                                \
	X(F13, "comes back only if the next kernel has that handler")                              \
	X(F14, "the file cannot be restored and may take the kernel down")                         \
	X(X01, "unknown: names and owners were not compared")                                      \
	X(X02, "lists share blocks, which are freed more than once")                               \
	X(X03, "each session is still there once; what was to be mended may not be")               \
	EFFECTS_OF_OWNERS(X)

/* What the reader can do: X(name, text). */
#define REMEDIES(X)                                                                                \
	X(REPORT, "memory was damaged, or a kernel bug: keep a dump and report it")                \
	X(COMPACT, "compact: luo_payload.mode=compact drops it on the way")                        \
	X(KEEP_OLD, "do not update this host live; keep the old kernel or save the guests "        \
		    "elsewhere")                                                                   \
	X(NEWER, "use a newer luo-payload")                                                        \
	X(NEWER_KHO, "use a newer luo-payload, and a next kernel of the same KHO version")         \
	X(NEWER_LUO, "use a newer luo-payload, and a next kernel of the same LUO version")         \
	X(CLOSE, "close sessions before the update")                                               \
	X(FEWER, "preserve fewer files in one session")                                            \
	X(DRIVER, "check that the next kernel has the driver")                                     \
	X(MEMORY, "give more memory")                                                              \
	REMEDIES_OF_OWNERS(X)

/*
 * Words of causes that would be there again and again: a character below the space stands for each,
 * blanks at its ends included, and luo_put_cause() writes it out.
 */
#define NOT_READ     "\001"
#define UNRELEASED   "\002"
#define TOO_SMALL    "\003"
#define BLOCK        "\004"
#define CONTAINER    "\005"
#define KHO_FDT      "\006"
#define PRESERVED    "\007"
#define MISALIGNED   "\010"
#define MAP_NODE     "\011"
#define LIES_IN      "\012"
#define SCRATCH      "\013"
#define ENTRIES      "\014"
#define HAS_NO_END   "\015"
#define OCCURS_TWICE "\016"
#define IS_NOT       "\017"
#define IS           "\020"
#define OF_ORDER     "\021"
#define SESSION      "\022"
#define PAGE         "\023"
#define CHAIN        "\024"

#define PHRASES                                                                                    \
	" version is not one that this program reads\0"                                            \
	" version that no release has had yet: read, never written\0"                              \
	"working memory too small \0"                                                              \
	"%o block\0"                                                                               \
	"LUO container\0"                                                                          \
	"KHO FDT\0"                                                                                \
	"preserved\0"                                                                              \
	"misaligned\0"                                                                             \
	"map node\0"                                                                               \
	" lies in \0"                                                                              \
	"scratch\0"                                                                                \
	" entries\0"                                                                               \
	" has no end\0"                                                                            \
	" occurs more than once\0"                                                                 \
	" is not \0"                                                                               \
	" is \0"                                                                                   \
	" (order %u)\0"                                                                            \
	"session\0"                                                                                \
	" page\0"                                                                                  \
	" chain\0"

/*
 * X(code, effect, remedy, cause), in the order of enum luo_code. F01 to F09 are found in lists of
 * files as S01 to S09 in that of sessions, and have their causes.
 */
#define AS_SESSIONS ""
#define CATALOG(X)                                                                                 \
	X(B01, FORGOTTEN, REPORT, SCRATCH " list cannot be read")                                  \
	X(B02, B02, REPORT, SCRATCH " area %x" IS MISALIGNED " or overlaps another")               \
	X(B03, B03, REPORT, "size %x handed over with the " KHO_FDT IS "no" PAGE " size")          \
	X(B04, B04, REPORT, "boot data that should name the " KHO_FDT IS "damaged")                \
	X(K01, FORGOTTEN, REPORT, KHO_FDT " at %x" IS_NOT "a" PAGE " of RAM")                      \
	X(K02, FORGOTTEN, REPORT, KHO_FDT IS "malformed")                                          \
	X(K03, K03, NEWER_KHO, "KHO" NOT_READ)                                                     \
	X(K04, FORGOTTEN, REPORT, PRESERVED "-memory-map" IS "missing, not 8 bytes, or 0")         \
	X(K05, GENERAL, REPORT, "sub-node LUO lacks its address or its size")                      \
	X(K06, K06, REPORT, KHO_FDT "'s own" PAGE IS_NOT PRESERVED)                                \
	X(K07, GENERAL, NEWER, "KHO" UNRELEASED)                                                   \
	X(M01, GENERAL, REPORT, MAP_NODE " %x" IS MISALIGNED " or not RAM")                        \
	X(M02, GENERAL, REPORT, MAP_NODE IS "reached by more than one way")                        \
	X(M03, M03, REPORT, "map says " PRESERVED " where there" IS "no RAM" OF_ORDER)             \
	X(M04, M04, REPORT, PRESERVED PAGE "s lie in " SCRATCH OF_ORDER)                           \
	X(M05, M05, REPORT, PRESERVED PAGE "s are covered by two" ENTRIES OF_ORDER)                \
	X(M06, GENERAL, REPORT, "map entry %u lies outside the key space")                         \
	X(M07, M07, REPORT, MAP_NODE LIES_IN SCRATCH)                                              \
	X(M08, GENERAL, REPORT,                                                                    \
	  "map chunk's order, number of bitmaps or place in the chain (%x) cannot be")             \
	X(M09, GENERAL, REPORT, "map's bitmap for %x" IS "off its bounds, or a second one")        \
	X(C01, GENERAL, REPORT, CONTAINER " at %x" IS_NOT "RAM")                                   \
	X(C02, GENERAL, REPORT, CONTAINER IS "malformed")                                          \
	X(C03, C03, NEWER_LUO, "LUO" NOT_READ)                                                     \
	X(C04, C04, REPORT, CONTAINER "'s" PAGE IS_NOT PRESERVED)                                  \
	X(C05, GENERAL, REPORT, "pointer to the " SESSION "s" IS "0")                              \
	X(C06, GENERAL, NEWER, "LUO" UNRELEASED)                                                   \
	X(S01, GENERAL, REPORT, BLOCK " %x" IS MISALIGNED)                                         \
	X(S02, GENERAL, REPORT, BLOCK " %x" IS_NOT "RAM")                                          \
	X(S03, OVERWRITTEN, REPORT, BLOCK LIES_IN SCRATCH)                                         \
	X(S04, GENERAL, REPORT, BLOCK LIES_IN "memory that" IS "in use")                           \
	X(S05, GENERAL, REPORT, BLOCK IS_NOT PRESERVED " as one entry of order %u")                \
	X(S06, GENERAL, COMPACT, BLOCK IS "empty (count 0)")                                       \
	X(S07, GENERAL, REPORT, BLOCK " claims %u" ENTRIES ", more than it holds")                 \
	X(S08, GENERAL, REPORT, "%o" CHAIN " comes back to this block")                            \
	X(S09, GENERAL, CLOSE, "%o" CHAIN IS "longer than 10000 blocks")                           \
	X(S10, S10, REPORT, SESSION " name" HAS_NO_END)                                            \
	X(S11, S11, REPORT, SESSION " has an empty name")                                          \
	X(S12, S12, KEEP_OLD, SESSION " name" OCCURS_TWICE)                                        \
	X(S13, S13, REPORT, "block has two owners (the other list" IS "number %u)")                \
	X(S14, GENERAL, REPORT,                                                                    \
	  SESSION " states %u files, but its file pointer does not fit that")                      \
	X(S15, S15, COMPACT,                                                                       \
	  BLOCK " counts %u vacant" ENTRIES " (zeros): a serialization failed")                    \
	X(F01, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F02, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F03, OVERWRITTEN, REPORT, AS_SESSIONS)                                                   \
	X(F04, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F05, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F06, GENERAL, COMPACT, AS_SESSIONS)                                                      \
	X(F07, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F08, GENERAL, REPORT, AS_SESSIONS)                                                       \
	X(F09, GENERAL, FEWER, AS_SESSIONS)                                                        \
	X(F10, GENERAL, REPORT,                                                                    \
	  "file" CHAIN " holds %u files, not what the " SESSION " states")                         \
	X(F11, F11, REPORT, "file's handler name" HAS_NO_END)                                      \
	X(F12, F12, KEEP_OLD, "token %x" OCCURS_TWICE " in its " SESSION)                          \
	X(F13, F13, DRIVER, "file's handler" IS_NOT "one that this program knows")                 \
	X(F14, F14, REPORT, "file's record at %x" IS_NOT "a " PRESERVED PAGE)                      \
	X(X01, X01, MEMORY, TOO_SMALL "to look for duplicates")                                    \
	X(X02, X02, REPORT, "more blocks are reached than" PAGE "s are " PRESERVED)                \
	X(X03, X03, REPORT, "compaction stopped: a store failed or memory had changed")            \
	X(X04, GENERAL, MEMORY, "no plan could be made: working memory too small")                 \
	CATALOG_OF_OWNERS(X)
/* clang-format on */

/*
 * All texts one after the other: no pointers, which would have to be relocated and cost more than
 * some of the texts. Causes are apart from the rest, which a program that prints no more than them
 * need not carry, and have no table of where each starts: few are printed.
 */
static const char causes[] =
#define X(code, effect, remedy, text) text "\0"
	CATALOG(X)
#undef X
	PHRASES;

enum remedy {
#define X(name, text) REMEDY_##name,
	REMEDIES(X)
#undef X
};

static const char codes[LUO_NR_TEXTS][8] = {
#define X(name, effect, remedy, text) [LUO_##name] = "LUO-" #name,
	CATALOG(X)
#undef X
};

/* "S06": the payload has no room for more. */
static const char short_codes[LUO_NR_TEXTS][LUO_CODE_LEN] = {
#define X(name, effect, remedy, text) [LUO_##name] = #name,
	CATALOG(X)
#undef X
};

/* A bit for each code of which a compaction removes the cause; all are among the first 64. */
#define X(name, effect, remedy, text)                                                              \
	_Static_assert(REMEDY_##remedy != REMEDY_COMPACT || LUO_##name < 64, "no bit for it");
CATALOG(X)
#undef X
#define X(name, effect, remedy, text)                                                              \
	| (u64)(REMEDY_##remedy == REMEDY_COMPACT) << (LUO_##name & 63)
static const u64 compacted = 0 CATALOG(X);
#undef X

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
} advice_rows[LUO_NR_TEXTS] = {
#define X(name, e, r, text)                                                                        \
	[LUO_##name] = { offsetof(struct advice, effect_##e), offsetof(struct advice, remedy_##r) },
	CATALOG(X)
#undef X
};

/** luo_code_text() - a code as printed, "LUO-S06". */
const char *luo_code_text(enum luo_code code)
{
	return codes[code];
}

/** luo_code_short() - a code without what all have in front, LUO_CODE_LEN characters and no NUL. */
const char *luo_code_short(enum luo_code code)
{
	return short_codes[code];
}

/**
 * luo_cause() - the cause, in a few words
 *
 * %x and %u stand for the finding's value, %o for the kind of list, and characters below the space
 * for phrases: luo_put_cause() fills them in.
 */
const char *luo_cause(enum luo_code code)
{
	if (luo_in_files(code))
		code = code - LUO_F01 + LUO_S01;
	return luo_word(causes, code);
}

/** luo_phrase() - what a character below the space stands for in a cause. */
const char *luo_phrase(char c)
{
	return luo_word(causes, LUO_NR_TEXTS + (u32)c - 1);
}

/** luo_repairable() - does a compaction remove the cause? */
bool luo_repairable(enum luo_code code)
{
	return code < 64 && compacted >> code & 1;
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
	if (*own && (severity > LUO_SEV_LEAK || code == LUO_F13 || code == LUO_S15 ||
		     code >= LUO_FIRST_OF_OWNERS))
		return own;
	return general[severity];
}
