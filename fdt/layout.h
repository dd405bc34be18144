/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A flattened tree's header: offsets of its words; Devicetree 0.4, 5.2. */
#ifndef FDT_LAYOUT_H
#define FDT_LAYOUT_H

#define FDT_TOTAL_SIZE	 4
#define FDT_OFF_STRUCT	 8
#define FDT_OFF_STRINGS	 12
#define FDT_OFF_RESERVED 16
#define FDT_VERSION	 20
#define FDT_COMPATIBLE	 24
#define FDT_LEN_STRINGS	 32
#define FDT_LEN_STRUCT	 36

#define FDT_MAX_TREE  (1U << 30) /* bytes of a tree that is looked at */
#define FDT_NOP_TOKEN 4

#endif
