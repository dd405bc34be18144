/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the kernel's reader finds in place of the kernel's headers. It runs alone, once, in a
 * process of its own: locks are nothing, memory is given back by the end of the process. What only
 * the writer of a state calls is judge_never().
 */
#ifndef JUDGE_SHIM_H
#define JUDGE_SHIM_H

#include "base.h"

#include "mm.h"

#include "fs.h"

#endif
