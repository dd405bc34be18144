/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The kernel's own file, and a way to call what it calls only while it starts to write. */
#include <kexec_handover.c>

#include "reader.h"

void judge_kho_metadata(void)
{
	kho_in_kexec_metadata();
}
