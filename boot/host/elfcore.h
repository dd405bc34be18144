/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* ELF64 cores as QEMU's dump-guest-memory writes them. */
#ifndef HOST_ELFCORE_H
#define HOST_ELFCORE_H

#include "dump.h"

bool elfcore_magic(const u8 *mem, u64 size);
int elfcore_add(struct dump *d, u32 file);

#endif
