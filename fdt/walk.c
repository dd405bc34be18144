/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* One step at a time through a tree; Devicetree 0.4, chapter 5, has the format. */
#include "walk.h"

#include "../luo/str.h"
#include "layout.h"

#define VERSION 17 /* since 2007; what every kernel writes */
#define HEADER	FDT_WALK_HEADER

static u32 be32(const u8 *p)
{
	return __builtin_bswap32(luo_get32(p));
}

/** fdt_walk_size() - bytes of a tree, as its header (40 readable bytes) says; 0 when it is none. */
u32 fdt_walk_size(const void *tree)
{
	return fdt_walk_magic(tree) ? be32((const u8 *)tree + FDT_TOTAL_SIZE) : 0;
}

static bool is_inside(u32 start, u32 len, u32 size)
{
	return start >= HEADER && start <= size && len <= size - start;
}

/* The list of reserved memory ends inside of the tree. */
static bool reservations_end(const u8 *tree, u32 at, u32 size)
{
	for (; at >= HEADER && at <= size && size - at >= 16; at += 16)
		if (!luo_get64(tree + at + 8))
			return true;
	return false;
}

/**
 * fdt_walk_open() - go to the front of a tree
 * @w:    the place
 * @tree: aligned to 8 bytes
 * @size: bytes that may be read there
 *
 * Return: false when the header is not that of a tree of version 17 that lies in @size bytes with
 * each of its blocks; then nothing comes from @w.
 */
bool fdt_walk_open(struct fdt_walk *w, const void *tree, u64 size)
{
	const u8 *t = tree;
	u32 total, at, strings;

	*w = (struct fdt_walk){ .tree = tree };
	if (size < HEADER)
		return false;
	total = fdt_walk_size(tree);
	if (total < HEADER || total > size || total > FDT_MAX_TREE ||
	    be32(t + FDT_VERSION) < VERSION || be32(t + FDT_COMPATIBLE) > VERSION)
		return false;
	at = be32(t + FDT_OFF_STRUCT);
	strings = be32(t + FDT_OFF_STRINGS);
	w->at = at;
	w->nr_strings = be32(t + FDT_LEN_STRINGS);
	if (at % 4 || !is_inside(at, be32(t + FDT_LEN_STRUCT), total) ||
	    !is_inside(strings, w->nr_strings, total) || be32(t + FDT_OFF_RESERVED) % 8 ||
	    !reservations_end(t, be32(t + FDT_OFF_RESERVED), total))
		return false;
	w->end = at + (be32(t + FDT_LEN_STRUCT) & ~3U);
	w->strings = (const char *)t + strings;
	while (w->nr_strings && w->strings[w->nr_strings - 1])
		w->nr_strings--;
	return true;
}

/* Is one of four letters a NUL? The lowest is the first that a borrow comes out of. */
static bool has_nul(u32 v)
{
	return (v - 0x01010101) & ~v & 0x80808080;
}

static enum fdt_walk_tag enter(struct fdt_walk *w)
{
	const char *name = (const char *)w->tree + w->at;
	u32 left = w->end - w->at, n = 0;

	/* The block ends at a multiple of 4, and what fills a name up is behind its NUL. */
	while (n < left && !has_nul(luo_get32(name + n)))
		n += 4;
	if (n == left || w->depth == FDT_WALK_DEPTH)
		return FDT_WALK_DAMAGED;
	w->at += n + 4;
	w->name = name;
	w->depth++;
	return FDT_WALK_NODE;
}

/*
 * Bytes of the property whose token is at @at; 0 when it does not end in the block or has no name.
 * The block ends at a multiple of 4, so that what fills the value up fits when the value does.
 */
static inline u32 property_bytes(const struct fdt_walk *w, u32 at)
{
	const u8 *p = w->tree + at;
	u32 left = w->end - at;

	if (left < 12 || be32(p + 4) > left - 12 || be32(p + 8) >= w->nr_strings)
		return 0;
	return 12 + ((be32(p + 4) + 3) & ~3U);
}

/* Its token was in front of @w->at. */
static enum fdt_walk_tag property(struct fdt_walk *w)
{
	u32 at = w->at - 4, bytes = property_bytes(w, at);
	const u8 *p = w->tree + at;

	if (!bytes || !w->depth)
		return FDT_WALK_DAMAGED;
	w->name = w->strings + be32(p + 8);
	w->value = p + 12;
	w->len = be32(p + 4);
	w->at = at + bytes;
	return FDT_WALK_PROP;
}

/**
 * fdt_walk_pass() - pass over properties of a node: most of a tree is
 * @w:   a place in a node; then at the next token that is not a sound property, or one of @but
 *       bytes
 * @but: FDT_WALK_ALL for none
 */
void fdt_walk_pass(struct fdt_walk *w, u32 but)
{
	u32 at = w->at, bytes;

	while (at < w->end && be32(w->tree + at) == FDT_WALK_PROP) {
		bytes = property_bytes(w, at);
		if (!bytes || be32(w->tree + at + 4) == but)
			break;
		at += bytes;
	}
	w->at = at;
}

/**
 * fdt_walk_next() - one token on
 * @w: the place; its fields tell of the node or property come to
 *
 * Every token but the last lies further on than the one before it, so there is an end.
 *
 * Return: FDT_WALK_NODE: now inside of the node @w->name; FDT_WALK_PROP: a property of the node;
 * FDT_WALK_LEAVE: now behind a node; FDT_WALK_DONE: the tree's end; FDT_WALK_DAMAGED: not sound
 * from here on.
 */
enum fdt_walk_tag fdt_walk_next(struct fdt_walk *w)
{
	while (w->at < w->end) {
		u32 token = be32(w->tree + w->at);

		w->at += 4;
		if (token == FDT_WALK_PROP)
			return property(w);
		if (token == FDT_WALK_NODE)
			return enter(w);
		if (token == FDT_NOP_TOKEN)
			continue;
		if (token == FDT_WALK_LEAVE && w->depth) {
			w->depth--;
			return FDT_WALK_LEAVE;
		}
		return token == FDT_WALK_DONE && !w->depth ? FDT_WALK_DONE : FDT_WALK_DAMAGED;
	}
	return FDT_WALK_DAMAGED;
}

/**
 * fdt_walk_child() - into the next child of a node
 * @w:     a place in the node or in what is below it
 * @depth: that of the node
 *
 * Return: false when there is no further one; @w is then behind the node.
 */
bool fdt_walk_child(struct fdt_walk *w, u32 depth)
{
	for (;;) {
		enum fdt_walk_tag tag;

		fdt_walk_pass(w, FDT_WALK_ALL);
		tag = fdt_walk_next(w);

		if (tag == FDT_WALK_DAMAGED || tag == FDT_WALK_DONE || w->depth < depth)
			return false;
		if (tag == FDT_WALK_NODE && w->depth == depth + 1)
			return true;
	}
}

/**
 * fdt_walk_into() - into the first child of a node that has a name
 * @w:    where fdt_walk_next() has just entered the node
 * @name: the child's, @len bytes; see fdt_walk_name_is()
 *
 * Return: false when there is none; @w is then behind the node.
 */
bool fdt_walk_into(struct fdt_walk *w, const char *name, u32 len)
{
	u32 depth = w->depth;

	while (fdt_walk_child(w, depth))
		if (fdt_walk_name_is(w->name, name, len))
			return true;
	return false;
}

/**
 * fdt_walk_prop() - a property of a node
 * @node: where fdt_walk_next() has just entered it
 * @name: the property's
 * @len:  its bytes
 *
 * Return: its value, NULL when the node has none of that name.
 */
const u8 *fdt_walk_prop(const struct fdt_walk *node, const char *name, u32 *len)
{
	u32 at = node->at, bytes;

	for (*len = 0; at < node->end; at += bytes) {
		const u8 *p = node->tree + at;
		const char *own;

		bytes = 4;
		if (be32(p) == FDT_NOP_TOKEN)
			continue;
		bytes = be32(p) == FDT_WALK_PROP ? property_bytes(node, at) : 0;
		if (!bytes)
			break;
		own = node->strings + be32(p + 8);
		if (*own == *name && luo_streq(own, name)) {
			*len = be32(p + 4);
			return p + 12;
		}
	}
	return NULL;
}

/** fdt_walk_text() - is a property a list of strings with this one in it? */
bool fdt_walk_text(const struct fdt_walk *node, const char *name, const char *word)
{
	u32 len, n;
	const u8 *p = fdt_walk_prop(node, name, &len);

	for (; len; p += n + 1, len -= n + 1) {
		n = (u32)luo_strnlen((const char *)p, len);
		if (n == len)
			return false;
		if (luo_streq((const char *)p, word))
			return true;
	}
	return false;
}

/**
 * fdt_walk_name_is() - is that a node's name, with a unit address or without?
 * @name:   the node's
 * @wanted: @len bytes; without a unit address any will do
 */
bool fdt_walk_name_is(const char *name, const char *wanted, u32 len)
{
	u32 n = 0;

	while (n < len && name[n] == wanted[n] && name[n])
		n++;
	return n == len && (!name[n] || name[n] == '@');
}
