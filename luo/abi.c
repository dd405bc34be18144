/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The table of versions. A new ABI is a new row here; nothing else compares version strings.
 *
 * Sources: include/linux/kho/abi/{kexec_handover,luo,block}.h and kernel/liveupdate of Linux
 * 6.18 to 7.3; luo-session-v3 from the series "liveupdate: Remove limits on the number of files
 * and sessions" (April 2026, patch 1/5), which no release carries.
 */
#include "abi.h"
#include "str.h"

static const struct luo_kho_abi kho_rows[] = {
	{
		.name = "kho-v1",
		.kernels = "6.16..7.0",
		.map = LUO_MAP_CHUNKS,
		.blob_prop = "fdt",
		.empty = true,
		.with_luo = true, /* 6.16 and 6.17: bitmaps of 512 bytes (PRESERVE_BITS) */
	},
	{
		.name = "kho-v2",
		.kernels = "7.1 development",
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
	},
	{
		.name = "kho-v3",
		.kernels = "7.1",
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.has_size = true,
	},
	{
		.name = "kho-v4",
		.kernels = "7.2..7.3",
		.map = LUO_MAP_RADIX,
		.blob_prop = "preserved-data",
		.has_size = true,
	},
};

/*
 * One contiguous array of sessions: the count is not checked by the kernel, which reads past the
 * end (6.19..7.1 luo_session_deserialize()). Up to 6.19 luo_session_create() takes an empty name;
 * later kernels do not, so that in their states it is a name that was lost.
 */
#define SESSION_ARRAY                                                                              \
	{                                                                                          \
		.order = 4, .header = 8, .entry = 80, .overfull = LUO_SEV_PANIC,                   \
		.nameless = LUO_SEV_NOTE,                                                          \
	}

/* Two pages of files, counted in the session record. */
#define FILE_ARRAY                                                                                 \
	{                                                                                          \
		.order = 1, .entry = 64, .overfull = LUO_SEV_PANIC, .total = LUO_SEV_LOSE,         \
	}

static const struct luo_abi rows[] = {
	{
		.name = "luo-session-v2",
		.container = "luo-v1",
		.session = "luo-session-v2",
		.kernels = "6.19..7.1",
		.kind = LUO_CONTAINER_FDT,
		.sessions = SESSION_ARRAY,
		.files = FILE_ARRAY,
		.head_zero = LUO_SEV_PANIC,
	},
	{
		.name = "luo-session-v3",
		.container = "luo-v1",
		.session = "luo-session-v3",
		.kernels = "none released (April 2026 series)",
		.kind = LUO_CONTAINER_FDT,
		.sessions =
			{
				.linked = true,
				.order = 4,
				.header = 16,
				.entry = 80,
				.empty = LUO_SEV_NOTE,
				.overfull = LUO_SEV_REFUSE,
				.loop = LUO_SEV_PANIC,
				.drop_empty = true,
				.keep_one = true,
				.nameless = LUO_SEV_LOSE,
				/* luo_session_serialize(), err_undo: names and files zeroed,
				   the count of a block that was full stays */
				.vacant = true,
			},
		.files = FILE_ARRAY,
		.head_zero = LUO_SEV_NONE,
	},
	{
		.name = "luo-v5",
		.container = "luo-v5",
		.kernels = "7.2..7.3",
		.kind = LUO_CONTAINER_STRUCT,
		.sessions =
			{
				.linked = true,
				.header = 16,
				.entry = 80,
				.empty = LUO_SEV_PANIC, /* kho_block_set_restore(), before user
							   space */
				.overfull = LUO_SEV_PANIC,
				.loop = LUO_SEV_PANIC,
				.drop_empty = true,
				.nameless = LUO_SEV_LOSE,
			},
		.files =
			{
				.linked = true,
				.header = 16,
				.entry = 64,
				.empty = LUO_SEV_REFUSE, /* the same, at the first open */
				.overfull = LUO_SEV_REFUSE,
				.loop = LUO_SEV_REFUSE,
				.total = LUO_SEV_REFUSE,
				.drop_empty = true,
			},
		.head_zero = LUO_SEV_NONE,
	},
};

/* mm/memfd_luo.c: memfd-v1 6.19 to 7.0, memfd-v2 7.1 to 7.3. */
static const struct luo_handler_abi handler_rows[] = {
	{ "memfd-v1", 40 },
	{ "memfd-v2", 48 },
};

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
