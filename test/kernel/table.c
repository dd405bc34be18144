// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Names and descriptors of the open sessions: an open-addressing hash table
 * that doubles when it is three quarters full. A closed session keeps its slot.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

struct slot {
	char name[GUEST_NAME_MAX];
	int fd;
};

static struct {
	struct slot *slot;
	size_t size;
	size_t used;
} table;

/* The slot that holds @name, or the empty one where it belongs. */
static struct slot *find(const char *name)
{
	size_t h = 5381;

	for (const char *c = name; *c; c++)
		h = h * 33 ^ (unsigned char)*c;
	for (h &= table.size - 1; table.slot[h].name[0]; h = (h + 1) & (table.size - 1))
		if (!strcmp(table.slot[h].name, name))
			break;
	return &table.slot[h];
}

static int grow(void)
{
	struct slot *old = table.slot;
	size_t old_size = table.size;
	size_t size = old_size ? old_size * 2 : 256;
	struct slot *new = calloc(size, sizeof(*new));

	if (!new)
		return ENOMEM;
	table.slot = new;
	table.size = size;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].name[0])
			*find(old[i].name) = old[i];
	free(old);
	return 0;
}

int table_get(const char *name)
{
	struct slot *slot = table.size ? find(name) : NULL;

	return slot && slot->name[0] ? slot->fd : -1;
}

int table_put(const char *name, int fd)
{
	struct slot *slot;

	if (table.used * 4 >= table.size * 3 && grow())
		return ENOMEM;
	slot = find(name);
	if (!slot->name[0]) {
		strncpy(slot->name, name, sizeof(slot->name) - 1);
		table.used++;
	}
	slot->fd = fd;
	return 0;
}
