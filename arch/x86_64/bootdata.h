/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The boot data of x86: the setup header's offsets, and boot_params around it. */
#ifndef LUO_X86_64_BOOTDATA_H
#define LUO_X86_64_BOOTDATA_H

#include "../../luo/bootparams.h"
#include "image.h"

#endif
