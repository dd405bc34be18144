/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The text of --help. */
#ifndef HOST_HELP_H
#define HOST_HELP_H

extern const char help_text[];

#endif
