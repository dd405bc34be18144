/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* This architecture has no port I/O; nothing makes a struct luo_uart that would ask for it. */
#ifndef LUO_ARCH_PORT_H
#define LUO_ARCH_PORT_H

#include "../../luo/types.h"

static inline u8 port_in(u16 port)
{
	(void)port;
	return 0xff;
}

static inline void port_out(u16 port, u8 value)
{
	(void)port;
	(void)value;
}

#endif
