/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Port I/O, byte by byte. */
#ifndef LUO_ARCH_PORT_H
#define LUO_ARCH_PORT_H

#include "../../luo/types.h"

static inline void port_out(u16 port, u8 value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline u8 port_in(u16 port)
{
	u8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#endif
