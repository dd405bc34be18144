/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* What the kernel's files do not show to others, from the one file that includes each. */
#ifndef JUDGE_READER_H
#define JUDGE_READER_H

#include "shim/shim.h"

extern int (*const judge_kho_parse_enable)(char *);
extern int (*const judge_early_liveupdate_param)(char *);
extern int (*const judge_liveupdate_early_init)(void);
extern int (*const judge_liveupdate_ioctl_init)(void);
extern int (*const judge_memfd_luo_init)(void);

void judge_kho_metadata(void);						       /* of_kexec.c */
void judge_each_flb(void (*fn)(const char *name, u64 data));		       /* of_flb.c */
void judge_each_session(void (*fn)(const char *name));			       /* of_session.c */
void judge_each_token(struct file *session, void (*fn)(void *set, u64 token)); /* of_file.c */
struct file *judge_retrieve(void *set, u64 token);

#endif
