/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The tests' guest: what its files share. guest.md describes the commands. */
#ifndef LUO_TEST_GUEST_H
#define LUO_TEST_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest name of a session, with its NUL: LIVEUPDATE_SESSION_NAME_LENGTH. */
#define GUEST_NAME_MAX 64
/* Longest command line that a command may carry. */
#define GUEST_LINE_MAX 4096

/**
 * say - print one line on the console, whole
 * @fmt: printf format without "luotest: " and without the newline
 */
__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);

/**
 * fail - print what went wrong
 * @what: the step
 * @name: what it was done to
 * @err: a positive errno
 *
 * Return: @err.
 */
int fail(const char *what, const char *name, int err);

/** console_open - make /dev/console the standard input and output, without echo */
void console_open(void);

/** console_take - from now on the kernel's messages wait for console_kernel_log() */
void console_take(void);

/** console_kernel_log - print what the kernel logged since the last time */
void console_kernel_log(void);

/** console_give_back - send all that waits and let the kernel print by itself again */
void console_give_back(void);

/**
 * read_line - read one line of a text file
 * @path: the file
 * @key: how the line starts, "" for the first line
 * @line: where it goes, NUL-terminated, without its newline
 * @size: room in @line
 *
 * Return: true when there is such a line.
 */
bool read_line(const char *path, const char *key, char *line, size_t size);

/**
 * table_get - descriptor of a session
 * @name: its name
 *
 * Return: the descriptor, or -1 when it is not open.
 */
int table_get(const char *name);

/**
 * table_put - remember the descriptor of a session
 * @name: its name
 * @fd: the descriptor, -1 once it is closed
 *
 * Return: 0 or ENOMEM.
 */
int table_put(const char *name, int fd);

/**
 * memfd_make - a memfd filled as guest.md says
 * @text: "SEED/NAME/TOKEN"
 * @size: bytes
 *
 * Return: the descriptor, or a negative errno.
 */
int memfd_make(const char *text, uint64_t size);

/**
 * memfd_digest - digest of what a memfd holds
 * @fd: the memfd
 * @size: set to its bytes
 * @digest: set to the digest of guest.md
 *
 * Return: 0 or a positive errno.
 */
int memfd_digest(int fd, uint64_t *size, uint64_t *digest);

/** device_release - close /dev/liveupdate, which only one process may hold */
void device_release(void);

/*
 * The commands. Their arguments come without the command's name, end with NULL, and are at least as
 * many as the table of commands asks for. Each returns 0 or a positive errno.
 */
int cmd_create(char **arg);
int cmd_dup(char **arg);
int cmd_close(char **arg);
int cmd_retrieve(char **arg);
int cmd_finish(char **arg);
int cmd_load(char **arg);
int cmd_kexec(char **arg);
int cmd_crash(char **arg);
int cmd_mem(char **arg);
int cmd_cat(char **arg);
int cmd_run(char **arg);
int cmd_poweroff(char **arg);

#endif
