/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The table of versions. A new ABI is a new row here; nothing else compares version strings.
 *
 * Sources: include/linux/kho/abi/{kexec_handover,luo,block}.h and kernel/liveupdate of Linux
 * 6.18 to 7.3; luo-session-v3 and -v4 from the series "liveupdate: Remove limits on the number of
 * files and sessions" (April 2026, patches 1/5 and 2/5), which no release carries; luo-v2 to
 * luo-v4 from the development of 7.2, where four commits in a row went from tree to blocks; what
 * is read-only from patches after 7.3.
 *
 * luo-v2 was also the string of a posting whose sessions lie in two-page blocks. The row is that
 * of the array, of which nothing is ever written; the other kind is reported as LUO-S05.
 */
#include "abi.h"
#include "str.h"

#ifdef LUO_WITHOUT_KERNELS
#define NAMED(text, who) text
#else
#define NAMED(text, who) text, .kernels = who
#endif

static const struct luo_kho_abi kho_rows[] = {
	{
		.name = NAMED("kho-v1", "6.16..7.0"),
		.map = LUO_MAP_CHUNKS,
		.blob_prop = "fdt",
		.empty = true,
		.with_luo = true, /* 6.16 and 6.17: bitmaps of 512 bytes (PRESERVE_BITS) */
		.tested = LUO_TESTED_KERNEL,
	},
	{
		.name = NAMED("kho-v2", "7.1 development"),
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.flb_node = true, /* luo_flb_setup_incoming(), Linux 7.1 */
	},
	{
		.name = NAMED("kho-v3", "7.1"),
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.has_size = true,
		.tested = LUO_TESTED_KERNEL,
		.flb_node = true, /* luo_flb_setup_incoming(), Linux 7.1 */
	},
	{
		.name = NAMED("kho-v4", "7.2..7.3"),
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.has_size = true,
		.tested = LUO_TESTED_KERNEL,
	},
	{
		.name = NAMED("kho-v4;radix-v1", "after 7.3"),
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.has_size = true,
		.read_only = true,
	},
};

/*
 * One contiguous array of sessions: the count is not checked by the kernel, which reads past the
 * end (6.19..7.1 luo_session_deserialize()). Up to 6.19 luo_session_create() takes an empty name;
 * later kernels do not, so that in their states it is a name that was lost.
 */
#define SESSION_ARRAY(sev_nameless)                                                                \
	{                                                                                          \
		.order = 4, .header = 8, .entry = 80, .overfull = LUO_SEV_PANIC,                   \
		.nameless = (sev_nameless),                                                        \
	}

/* Two pages of files, counted in the session record. */
#define FILE_ARRAY                                                                                 \
	{                                                                                          \
		.order = 1, .entry = 64, .overfull = LUO_SEV_PANIC, .total = LUO_SEV_LOSE,         \
	}

/*
 * The chain of 16-page blocks as posted in April 2026; empty ones are normal. Vacant entries:
 * luo_session_serialize() zeroes names and files when it has failed, and leaves the counts.
 */
#define SESSION_BLOCKS_2026                                                                        \
	{                                                                                          \
		.linked = true, .order = 4, .header = 16, .entry = 80, .empty = LUO_SEV_NOTE,      \
		.overfull = LUO_SEV_REFUSE, .loop = LUO_SEV_PANIC, .drop_empty = true,             \
		.keep_one = true, .nameless = LUO_SEV_LOSE, .vacant = true,                        \
	}

/* kho_block_set_restore(), Linux 7.2: checked at boot, before there is user space. */
#define SESSION_BLOCKS                                                                             \
	{                                                                                          \
		.linked = true, .header = 16, .entry = 80, .empty = LUO_SEV_PANIC,                 \
		.overfull = LUO_SEV_PANIC, .loop = LUO_SEV_PANIC, .drop_empty = true,              \
		.nameless = LUO_SEV_LOSE,                                                          \
	}

/* The same, at the first open of /dev/liveupdate. */
#define FILE_BLOCKS                                                                                \
	{                                                                                          \
		.linked = true, .header = 16, .entry = 64, .empty = LUO_SEV_REFUSE,                \
		.overfull = LUO_SEV_REFUSE, .loop = LUO_SEV_REFUSE, .total = LUO_SEV_REFUSE,       \
		.drop_empty = true,                                                                \
	}

static const struct luo_abi rows[] = {
	{
		.name = NAMED("luo-session-v2", "6.19..7.1"),
		.container = "luo-v1",
		.session = "luo-session-v2",
		.kind = LUO_CONTAINER_FDT,
		.sessions = SESSION_ARRAY(LUO_SEV_NOTE),
		.files = FILE_ARRAY,
		.head_zero = LUO_SEV_PANIC,
		.tested = LUO_TESTED_KERNEL,
	},
	{
		.name = NAMED("luo-session-v3", "none (April 2026 series)"),
		.container = "luo-v1",
		.session = "luo-session-v3",
		.kind = LUO_CONTAINER_FDT,
		.sessions = SESSION_BLOCKS_2026,
		.files = FILE_ARRAY,
		.tested = LUO_TESTED_PATCHED,
	},
	{
		/* Patch 2/5 of the same series: files lie in chains of two-page blocks. */
		.name = NAMED("luo-session-v4", "none (April 2026 series)"),
		.container = "luo-v1",
		.session = "luo-session-v4",
		.kind = LUO_CONTAINER_FDT,
		.sessions = SESSION_BLOCKS_2026,
		.files =
			{
				.linked = true,
				.order = 1,
				.header = 16,
				.entry = 64,
				.empty = LUO_SEV_NOTE,
				.overfull = LUO_SEV_REFUSE,
				.loop = LUO_SEV_REFUSE,
				.total = LUO_SEV_LOSE,
				.drop_empty = true,
			},
	},
	{
		.name = NAMED("luo-v2", "7.2 development"),
		.container = "luo-v2",
		.kind = LUO_CONTAINER_FDT_STRUCT,
		.sessions = SESSION_ARRAY(LUO_SEV_LOSE),
		.files = FILE_ARRAY,
		.head_zero = LUO_SEV_PANIC,
	},
	{
		.name = NAMED("luo-v3", "7.2 development"),
		.container = "luo-v3",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions = SESSION_ARRAY(LUO_SEV_LOSE),
		.files = FILE_ARRAY,
	},
	{
		.name = NAMED("luo-v3-kho-block-v1", "7.2 development"),
		.container = "luo-v3-kho-block-v1",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions = SESSION_BLOCKS,
		.files = FILE_ARRAY,
	},
	{
		.name = NAMED("luo-v4", "7.2 development"),
		.container = "luo-v4",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions = SESSION_BLOCKS,
		.files = FILE_ARRAY,
	},
	{
		.name = NAMED("luo-v5", "7.2..7.3"),
		.container = "luo-v5",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions = SESSION_BLOCKS,
		.files = FILE_BLOCKS,
		.tested = LUO_TESTED_KERNEL,
	},
	{
		.name = NAMED("luo-v5;block-v1", "after 7.3"),
		.container = "luo-v5;block-v1",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions = SESSION_BLOCKS,
		.files = FILE_BLOCKS,
		.read_only = true,
	},
	{
		.name = NAMED("luo-feature-bits", "after 7.3"), /* our name: there is no string */
		.container = "luo-feature-bits",
		.kind = LUO_CONTAINER_BITS,
		.sessions = SESSION_BLOCKS,
		.files = FILE_BLOCKS,
		.read_only = true,
	},
};

/* mm/memfd_luo.c: memfd-v1 6.19 to 7.0, memfd-v2 7.1 to 7.3. */
static const struct luo_handler_abi handler_rows[] = {
	{ "memfd-v1", 40, 0, 16 },
	{ "memfd-v2", 48, 16, 24 },
};

/* For kernels of which no more than the release is known; those in development are left out. */
static const struct luo_release releases[] = {
	{ 616, 618, "kho-v1", NULL },
	{ 619, 700, "kho-v1", "luo-session-v2" },
	{ 701, 701, "kho-v3", "luo-session-v2" },
	{ 702, 703, "kho-v4", "luo-v5" },
};

static const char *take_number(const char *s, u32 *value)
{
	for (*value = 0; *s >= '0' && *s <= '9' && *value < 1000; s++)
		*value = *value * 10 + (u32)(*s - '0');
	return s;
}

/** luo_release_find() - the row of a release such as "7.3.4", NULL when there is none. */
const struct luo_release *luo_release_find(const char *release)
{
	u32 major, minor;
	const char *s = take_number(release, &major);

	if (s == release || *s != '.' || take_number(s + 1, &minor) == s + 1)
		return NULL;
	for (u32 i = 0; i < LUO_ARRAY_SIZE(releases) && minor < 100; i++)
		if (major * 100 + minor >= releases[i].first &&
		    major * 100 + minor <= releases[i].last)
			return &releases[i];
	return NULL;
}

/** luo_handler_find() - the row of a file handler, or NULL when it is unknown. */
const struct luo_handler_abi *luo_handler_find(const char *name)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(handler_rows); i++)
		if (luo_streq(handler_rows[i].name, name))
			return &handler_rows[i];
	return NULL;
}

/** luo_kho_abi_find() - the row of a KHO root compatible string, or NULL when it is unknown. */
const struct luo_kho_abi *luo_kho_abi_find(const char *compatible)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(kho_rows); i++)
		if (luo_streq(kho_rows[i].name, compatible))
			return &kho_rows[i];
	return NULL;
}

/** luo_kho_abi_like() - does a string name some version of KHO, known or not? */
bool luo_kho_abi_like(const char *compatible)
{
	static const char prefix[] = "kho-v";

	for (u32 i = 0; prefix[i]; i++)
		if (compatible[i] != prefix[i])
			return false;
	return true;
}

/**
 * luo_abi_find() - the row of a container and, for trees, its session sub-node
 * @container: container string
 * @session:   session string; ignored for containers that imply it
 *
 * Return: the row, or NULL when this pair is unknown.
 */
const struct luo_abi *luo_abi_find(const char *container, const char *session)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(rows); i++) {
		if (!luo_streq(rows[i].container, container))
			continue;
		if (!rows[i].session || (session && luo_streq(rows[i].session, session)))
			return &rows[i];
	}
	return NULL;
}

/** luo_container_known() - true when some row has this container string. */
bool luo_container_known(const char *container)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(rows); i++)
		if (luo_streq(rows[i].container, container))
			return true;
	return false;
}

/** luo_kho_abi_row() - row number @row of the KHO table, NULL behind the last. */
const struct luo_kho_abi *luo_kho_abi_row(u32 row)
{
	return row < LUO_ARRAY_SIZE(kho_rows) ? &kho_rows[row] : NULL;
}

/** luo_abi_row() - row number @row of the LUO table, NULL behind the last. */
const struct luo_abi *luo_abi_row(u32 row)
{
	return row < LUO_ARRAY_SIZE(rows) ? &rows[row] : NULL;
}

/** luo_handler_row() - row number @row of the table of handlers, NULL behind the last. */
const struct luo_handler_abi *luo_handler_row(u32 row)
{
	return row < LUO_ARRAY_SIZE(handler_rows) ? &handler_rows[row] : NULL;
}
