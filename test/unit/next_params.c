/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* As Documentation/arch/x86/boot.rst and zero-page.rst have them. */
#include <string.h>

#include "next_params.h"

u64 next_entry_at;

void next_put16(struct world *w, u64 pa, u16 v)
{
	memcpy(world_at(w, pa, 2), &v, 2);
}

/* Number @i of the memory map in the zero page. */
void next_put_e820(struct world *w, u32 i, u64 start, u64 size, u32 type)
{
	world_put(w, ZERO_PAGE + 0x2d0 + 20 * i, start);
	world_put(w, ZERO_PAGE + 0x2d0 + 20 * i + 8, size);
	world_put32(w, ZERO_PAGE + 0x2d0 + 20 * i + 16, type);
	*world_at(w, ZERO_PAGE + 0x1e8, 1) = (u8)(i + 1);
}

void next_put_node(struct world *w, u32 i, u64 next, u32 type, u32 len)
{
	world_put(w, NODE(i), next);
	world_put(w, NODE(i) + 8, type | (u64)len << 32);
}

void next_put_cmdline(struct world *w, const char *text)
{
	strcpy((char *)world_at(w, CMDLINE, strlen(text) + 1), text);
}

/* As kexec leaves them; the KHO node itself is not looked at here. */
void next_put_params(struct world *w)
{
	next_put16(w, ZERO_PAGE + 0x1fe, 0xaa55);
	next_put_e820(w, 0, 0, 4096, 2);
	next_put_e820(w, 1, LOW_BANK, LOW_SIZE, 1);
	next_put_e820(w, 2, HIGH_BANK, w->bank[1].size, 1);
	world_put32(w, ZERO_PAGE + 0x218, (u32)INITRD);
	world_put32(w, ZERO_PAGE + 0x21c, 5000);
	world_put32(w, ZERO_PAGE + 0x228, (u32)CMDLINE);
	world_put32(w, ZERO_PAGE + 0x230, 65536);
	world_put32(w, ZERO_PAGE + 0x238, 2047);
	world_put32(w, ZERO_PAGE + 0x260, KIB(256));
	world_put(w, ZERO_PAGE + 0x250, NODE(0));
	next_put_node(w, 0, NODE(1), 9, 32);
	next_put_node(w, 1, NODE(2), 8, 16);
	world_put(w, NODE(1) + 16, IMA);
	world_put(w, NODE(1) + 24, 4096);
	next_put_node(w, 2, 0, 10, 32);
	next_put_cmdline(w, "console=ttyS0 kho=on liveupdate=on quiet -- kho=off");
	next_entry_at = IMAGE + 0x200;
}
