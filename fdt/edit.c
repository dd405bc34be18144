/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Edits in a copy of a tree. Its blocks lie one behind the other, as fdt_edit_copy() has put them:
 * header, reserved memory, structure, strings, and then what room is left. So whatever becomes
 * longer pushes what is behind it.
 */
#include "edit.h"

#include "cells.h"
#include "layout.h"

static u32 get(const u8 *tree, u32 word)
{
	return (u32)fdt_cells(tree + word, 1);
}

static void put(u8 *at, u32 value)
{
	value = __builtin_bswap32(value);
	__builtin_memcpy(at, &value, sizeof(value));
}

static void put64(u8 *at, u64 value)
{
	put(at, (u32)(value >> 32));
	put(at + 4, (u32)value);
}

/**
 * fdt_edit_nop() - blot out whole tokens of a structure block
 * @from, @to: the first, and behind the last; multiples of 4 bytes apart
 */
void fdt_edit_nop(const void *from, const void *to)
{
	for (u8 *p = (u8 *)(size_t)from; p < (const u8 *)to; p += 4)
		put(p, FDT_NOP_TOKEN);
}

/* Bytes of the list of reserved memory, its end included. */
static u32 reserved_bytes(const struct fdt_root *root)
{
	u64 start, size;
	u32 nr = 0;

	while (fdt_root_reserved(root, nr, &start, &size))
		nr++;
	return (nr + 1) * 16;
}

/* Put a block of @root's tree to @at in the copy; its end. */
static u32 put_block(const struct fdt_root *root, u8 *to, u32 at, u32 word, u32 len)
{
	__builtin_memcpy(to + at, root->tree + get(root->tree, word), len);
	put(to + word, at);
	return at + len;
}

/**
 * fdt_edit_copy() - make a copy of a tree that can be edited
 * @root: of fdt_root_open()
 * @to:   aligned to 8 bytes, not in the tree
 * @room: bytes there, at most FDT_MAX_TREE; what the tree does not take is for edits
 *
 * Return: false when there is less room than the tree takes.
 */
bool fdt_edit_copy(const struct fdt_root *root, void *to, u32 room)
{
	u32 structure = get(root->tree, FDT_LEN_STRUCT), strings = get(root->tree, FDT_LEN_STRINGS);
	u32 reserved = reserved_bytes(root), at = FDT_WALK_HEADER;

	/* Each is less than FDT_MAX_TREE, a quarter of what a u32 holds. */
	if (at + reserved + structure > room || room - at - reserved - structure < strings)
		return false;
	__builtin_memcpy(to, root->tree, FDT_WALK_HEADER);
	at = put_block(root, to, at, FDT_OFF_RESERVED, reserved);
	at = put_block(root, to, at, FDT_OFF_STRUCT, structure);
	put_block(root, to, at, FDT_OFF_STRINGS, strings);
	put((u8 *)to + FDT_TOTAL_SIZE, room);
	put((u8 *)to + FDT_VERSION, 17);
	return true;
}

/* Make @old bytes at @at, in front of the strings, @len bytes long; @word counts or names them. */
static bool resize(u8 *copy, u32 at, u32 old, u32 len, u32 word)
{
	u32 strings = get(copy, FDT_OFF_STRINGS);
	u32 end = strings + get(copy, FDT_LEN_STRINGS);

	if (len > old && len - old > get(copy, FDT_TOTAL_SIZE) - end)
		return false;
	__builtin_memmove(copy + at + len, copy + at + old, end - at - old);
	put(copy + FDT_OFF_STRINGS, strings + len - old);
	put(copy + word, get(copy, word) + len - old);
	return true;
}

/**
 * fdt_edit_chosen() - a property of /chosen that is to be changed in place
 * @copy: a sound tree
 * @name: the property's
 * @len:  its bytes
 *
 * Return: its value, NULL when it is not there.
 */
u8 *fdt_edit_chosen(void *copy, const char *name, u32 *len)
{
	struct fdt_root root;
	struct fdt_walk chosen;

	*len = 0;
	if (!fdt_root_open(&root, copy, fdt_walk_size(copy)) ||
	    !fdt_root_child(&root, FDT_CHOSEN, &chosen))
		return NULL;
	return (u8 *)(size_t)fdt_walk_prop(&chosen, name, len);
}

/**
 * fdt_edit_chosen_len() - give a property of /chosen another length
 * @copy: of fdt_edit_copy()
 * @name: the property's
 * @len:  bytes that it is to have, below FDT_MAX_TREE
 *
 * Return: its value, to be filled in by the caller; NULL when there is no such property or no room
 * for it, and then nothing is changed.
 */
u8 *fdt_edit_chosen_len(void *copy, const char *name, u32 len)
{
	u32 old, padded = (len + 3) & ~3U;
	u8 *value = fdt_edit_chosen(copy, name, &old);

	if (!value ||
	    !resize(copy, (u32)(value - (u8 *)copy), (old + 3) & ~3U, padded, FDT_LEN_STRUCT))
		return NULL;
	put(value - 8, len);
	__builtin_memset(value + len, 0, padded - len);
	return value;
}

/**
 * fdt_edit_reserve() - add an entry to the list of reserved memory
 * @copy: of fdt_edit_copy()
 * @start, @size: the range; not of size 0
 *
 * Return: false when there is no room.
 */
bool fdt_edit_reserve(void *copy, u64 start, u64 size)
{
	/* In front of the list's end, which the structure follows. */
	u32 at = get(copy, FDT_OFF_STRUCT) - 16;

	if (!resize(copy, at, 0, 16, FDT_OFF_STRUCT))
		return false;
	put64((u8 *)copy + at, start);
	put64((u8 *)copy + at + 8, size);
	return true;
}
