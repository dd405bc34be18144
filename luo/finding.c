/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The catalogue: cause, effect and remedy of every finding, once. */
#include "finding.h"

#include "report.h"

#define KEEP_OLD "do not update this host live; keep the old kernel or save the guests elsewhere"
#define NEWER	 "use a newer luo-payload"
#define REPORT	 "memory was damaged, or a kernel bug: keep a dump and report it"

static const char compact[] = "compact: luo_payload.mode=compact drops it on the way";

static const struct luo_catalog_entry catalog[LUO_NR_CODES] = {
	[LUO_B01] = { "LUO-B01", "scratch list cannot be read",
		      "KHO is switched off at boot; everything preserved is forgotten", REPORT },
	[LUO_B02] = { "LUO-B02", "scratch area %x is misaligned or overlaps another",
		      "KHO may be switched off at boot; everything preserved is forgotten",
		      REPORT },
	[LUO_B03] = { "LUO-B03", "size %x handed over with the KHO FDT is no page size",
		      "the map cannot be read as meant", REPORT },
	[LUO_B04] = { "LUO-B04", "boot data that should name the KHO FDT is damaged",
		      "KHO is not found; everything preserved is forgotten", REPORT },
	[LUO_K01] = { "LUO-K01", "KHO FDT at %x is not a page of RAM",
		      "KHO is switched off at boot; everything preserved is forgotten", REPORT },
	[LUO_K02] = { "LUO-K02", "KHO FDT is malformed",
		      "KHO is switched off at boot; everything preserved is forgotten", REPORT },
	[LUO_K03] = { "LUO-K03", "KHO version is not one that this program reads",
		      "a kernel of another KHO version boots without anything preserved",
		      "use a newer luo-payload, and a next kernel of the same KHO version" },
	[LUO_K04] = { "LUO-K04", "preserved-memory-map is missing, not 8 bytes, or 0",
		      "KHO is switched off at boot; everything preserved is forgotten", REPORT },
	[LUO_K05] = { "LUO-K05", "sub-node LUO lacks its address or its size", NULL, REPORT },
	[LUO_K06] = { "LUO-K06", "KHO FDT's own page is not preserved",
		      "the next kernel may use the page again while it needs it", REPORT },
	[LUO_K07] = { "LUO-K07", "KHO version that no release has had yet: read, never written",
		      NULL, NEWER },
	[LUO_M01] = { "LUO-M01", "map node %x is misaligned or not RAM", NULL, REPORT },
	[LUO_M02] = { "LUO-M02", "map node is reached by more than one way", NULL, REPORT },
	[LUO_M03] = { "LUO-M03", "map says preserved where there is no RAM (order %u)",
		      "the next kernel reserves or touches memory that does not exist", REPORT },
	[LUO_M04] = { "LUO-M04", "preserved pages lie in scratch (order %u)",
		      "the next kernel overwrites them while it boots", REPORT },
	[LUO_M05] = { "LUO-M05", "preserved pages are covered by two entries (order %u)",
		      "the pages are given back twice", REPORT },
	[LUO_M06] = { "LUO-M06", "map entry %u lies outside the key space", NULL, REPORT },
	[LUO_M07] = { "LUO-M07", "map node lies in scratch",
		      "the next kernel overwrites it before it reads it", REPORT },
	[LUO_M08] = { "LUO-M08",
		      "map chunk's order, number of bitmaps or place in the chain (%x) "
		      "cannot be",
		      NULL, REPORT },
	[LUO_M09] = { "LUO-M09", "map's bitmap for %x is off its bounds, or a second one", NULL,
		      REPORT },
	[LUO_C01] = { "LUO-C01", "LUO container at %x is not RAM", NULL, REPORT },
	[LUO_C02] = { "LUO-C02", "LUO container is malformed", NULL, REPORT },
	[LUO_C03] = { "LUO-C03", "LUO version is not one that this program reads",
		      "a kernel that does not know it either panics at boot",
		      "use a newer luo-payload, and a next kernel of the same LUO version" },
	[LUO_C04] = { "LUO-C04", "LUO container's page is not preserved",
		      "the next kernel may use the page again before it reads it", REPORT },
	[LUO_C05] = { "LUO-C05", "pointer to the sessions is 0", NULL, REPORT },
	[LUO_C06] = { "LUO-C06", "LUO version that no release has had yet: read, never written",
		      NULL, NEWER },
	[LUO_S01] = { "LUO-S01", "session block %x is misaligned", NULL, REPORT },
	[LUO_S02] = { "LUO-S02", "session block %x is not RAM", NULL, REPORT },
	[LUO_S03] = { "LUO-S03", "session block lies in scratch",
		      "the next kernel overwrites it while it boots", REPORT },
	[LUO_S04] = { "LUO-S04", "session block lies in memory that is in use", NULL, REPORT },
	[LUO_S05] = { "LUO-S05", "session block is not preserved as one entry of order %u", NULL,
		      REPORT },
	[LUO_S06] = { "LUO-S06", "session block is empty (count 0)", NULL, compact },
	[LUO_S07] = { "LUO-S07", "session block claims %u entries, more than it holds", NULL,
		      REPORT },
	[LUO_S08] = { "LUO-S08", "session chain comes back to this block", NULL, REPORT },
	[LUO_S09] = { "LUO-S09", "session chain is longer than 10000 blocks", NULL,
		      "close sessions before the update" },
	[LUO_S10] = { "LUO-S10", "session name has no end",
		      "the name is cut to 63 bytes and may collide with another", REPORT },
	[LUO_S11] = { "LUO-S11", "session has an empty name",
		      "it comes back without its name, so that its owner cannot ask for it",
		      REPORT },
	[LUO_S12] = { "LUO-S12", "session name occurs more than once",
		      "/dev/liveupdate cannot be opened: no session comes back", KEEP_OLD },
	[LUO_S13] = { "LUO-S13", "block has two owners (the other list is number %u)",
		      "the page is freed twice", REPORT },
	[LUO_S14] = { "LUO-S14", "session states %u files, but its file pointer does not fit that",
		      NULL, REPORT },
	[LUO_S15] = { "LUO-S15",
		      "session block counts %u vacant entries (zeros): a serialization failed",
		      "one comes back as a session without a name; a second one makes every open "
		      "of "
		      "/dev/liveupdate fail",
		      compact },
	[LUO_F01] = { "LUO-F01", "file block %x is misaligned", NULL, REPORT },
	[LUO_F02] = { "LUO-F02", "file block %x is not RAM", NULL, REPORT },
	[LUO_F03] = { "LUO-F03", "file block lies in scratch",
		      "the next kernel overwrites it while it boots", REPORT },
	[LUO_F04] = { "LUO-F04", "file block lies in memory that is in use", NULL, REPORT },
	[LUO_F05] = { "LUO-F05", "file block is not preserved as one entry of order %u", NULL,
		      REPORT },
	[LUO_F06] = { "LUO-F06", "file block is empty (count 0)", NULL, compact },
	[LUO_F07] = { "LUO-F07", "file block claims %u entries, more than it holds", NULL, REPORT },
	[LUO_F08] = { "LUO-F08", "file chain comes back to this block", NULL, REPORT },
	[LUO_F09] = { "LUO-F09", "file chain is longer than 10000 blocks", NULL,
		      "preserve fewer files in one session" },
	[LUO_F10] = { "LUO-F10", "file chain holds %u files, not what the session states", NULL,
		      REPORT },
	[LUO_F11] = { "LUO-F11", "file's handler name has no end",
		      "the handler is not found: /dev/liveupdate cannot be opened", REPORT },
	[LUO_F12] = { "LUO-F12", "token %x occurs more than once in its session",
		      "only the first file of that token can be had back", KEEP_OLD },
	[LUO_F13] = { "LUO-F13", "file's handler is not one that this program knows",
		      "comes back only if the next kernel has that handler",
		      "check that the next kernel has the driver" },
	[LUO_F14] = { "LUO-F14", "file's record at %x is not a preserved page",
		      "the file cannot be restored and may take the kernel down", REPORT },
	[LUO_X01] = { "LUO-X01", "working memory too small to look for duplicates",
		      "unknown: names and owners were not compared", "give more memory" },
	[LUO_X02] = { "LUO-X02", "more blocks are reached than pages are preserved",
		      "lists share blocks, which are freed more than once", REPORT },
	[LUO_X03] = { "LUO-X03", "compaction stopped: a store failed or memory had changed",
		      "each session is still there once; what was to be mended may not be",
		      REPORT },
	[LUO_X04] = { "LUO-X04", "no plan could be made: working memory too small", NULL,
		      "give more memory" },
};

/** luo_catalog() - the catalogue's entry for a code. */
const struct luo_catalog_entry *luo_catalog(enum luo_code code)
{
	return &catalog[code];
}

/** luo_repairable() - does a compaction remove the cause? Then this is its remedy. */
bool luo_repairable(enum luo_code code)
{
	return catalog[code].remedy == compact;
}

/** luo_effect() - what the next kernel does: the code's own words, else those of the severity. */
const char *luo_effect(enum luo_code code, u8 severity)
{
	static const char *const general[] = {
		[LUO_SEV_NONE] = "none",
		[LUO_SEV_NOTE] = "none: this ABI allows it",
		[LUO_SEV_LEAK] = "memory stays reserved until the next cold boot",
		[LUO_SEV_LOSE] = "part of the state does not come back",
		[LUO_SEV_REFUSE] = "/dev/liveupdate cannot be opened: no session comes back",
		[LUO_SEV_PANIC] = "the next kernel panics; every preserved guest is lost",
	};

	/* An effect of a code's own is the one of an error, but for the codes that are only notes.
	 */
	if (catalog[code].effect && (severity > LUO_SEV_LEAK || code == LUO_F13 || code == LUO_S15))
		return catalog[code].effect;
	return general[severity];
}
