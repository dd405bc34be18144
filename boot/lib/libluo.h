/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * libluo: verification of a live update's state for host programs, such as an agent beside a VMM
 * that asks before it fires the kexec.
 *
 *	struct libluo *l;
 *
 *	if (!libluo_new(&l)) {
 *		if (libluo_use_running(l) || libluo_verify(l))
 *			complain(libluo_message(l));
 *		else if (libluo_verdict(l) != LIBLUO_OK)
 *			libluo_print(l, LIBLUO_TEXT, to_the_log, NULL);
 *		libluo_free(l);
 *	}
 *
 * The answer is that of `luo verify`: the same checks, words and numbers. Memory is only read.
 *
 * Versions: the soname and the version of the symbols change when an old program would no longer
 * work; LIBLUO_API counts what is added. Structures that the library fills in grow at their end
 * only, and the caller says how large its own is; values of enums may be added.
 *
 * Threads: one handle belongs to one thread at a time. Different handles may be used at once;
 * libluo_verify() of one waits for that of another.
 *
 * A dump that shrinks while it is read raises SIGBUS, as any mapped file does. Callbacks must not
 * call the library, nor leave it by longjmp() or an exception.
 */
#ifndef LIBLUO_H
#define LIBLUO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIBLUO_API 1

#if defined(__GNUC__)
#define LIBLUO_PUBLIC __attribute__((visibility("default")))
#else
#define LIBLUO_PUBLIC
#endif

/** struct libluo - one question: memory, where to look, and the answer. */
struct libluo;

/** enum libluo_error - what functions return; libluo_message() tells more. */
enum libluo_error {
	LIBLUO_E_NONE = 0,
	/* An argument makes no sense, or the call comes at the wrong time: mend the program. */
	LIBLUO_E_ARGUMENT = -1,
	/* Memory or address space ran out: raise the limit. */
	LIBLUO_E_MEMORY = -2,
	/* What was named cannot be read or looked at: the message says what to do. */
	LIBLUO_E_FAILED = -3,
	/* A reader said that it could not read: nothing is known of the state. */
	LIBLUO_E_READ = -4,
};

/** enum libluo_verdict_kind - the one-word answer; libluo_exit_status() is what `luo` would exit
 * with. */
enum libluo_verdict_kind {
	LIBLUO_OK = 0,	     /* nothing worse than a leak or a note */
	LIBLUO_REPAIRED = 1, /* of a payload only: verify repairs nothing */
	LIBLUO_ERRORS = 2,   /* the next kernel would panic, refuse, or lose part of the state */
	LIBLUO_REFUSED = 3,  /* a version that this library does not know, or only reads */
	LIBLUO_NONE = 4,     /* no KHO, or no LUO state */
};

/** enum libluo_severity - what the next kernel will do about a finding. */
enum libluo_severity {
	LIBLUO_NOTE = 1,
	LIBLUO_LEAK = 2,
	LIBLUO_LOSE = 3,
	LIBLUO_REFUSE = 4,
	LIBLUO_PANIC = 5,
};

/** enum libluo_boot - what kind of boot data the next kernel is given. */
enum libluo_boot {
	LIBLUO_BOOT_PARAMS = 1, /* x86-64: boot parameters, in RSI */
	LIBLUO_BOOT_TREE = 2,	/* arm64: a device tree, in x0 */
};

/** enum libluo_form - forms of the answer, as the commands of `luo` print them. */
enum libluo_form {
	LIBLUO_LINE = 0,      /* the verdict line */
	LIBLUO_TEXT = 1,      /* luo verify: findings in full, and the verdict line */
	LIBLUO_JSON = 2,      /* luo verify --json */
	LIBLUO_KTAP = 3,      /* luo verify --ktap */
	LIBLUO_INFO = 4,      /* luo info */
	LIBLUO_INFO_JSON = 5, /* luo info --json */
	LIBLUO_LIST = 6,      /* luo list */
	LIBLUO_LIST_JSON = 7, /* luo list --json */
};

/** typedef libluo_read_fn - fills @to with @len bytes of memory at @pa; not 0: cannot be read. */
typedef int (*libluo_read_fn)(void *ctx, uint64_t pa, void *to, size_t len);

/** typedef libluo_write_fn - takes @len bytes of UTF-8, not terminated. */
typedef void (*libluo_write_fn)(void *ctx, const char *text, size_t len);

/** typedef libluo_note_fn - takes one line that people should know, terminated, without its end. */
typedef void (*libluo_note_fn)(void *ctx, const char *line);

/**
 * struct libluo_totals - what was counted
 * @sessions, @files: as far as they could be followed
 * @blocks, @empty_blocks: of the list of sessions; the first includes the second
 * @fblocks, @empty_fblocks: of all lists of files
 * @pages:     preserved pages, of @page_size bytes
 * @number:    live update number
 * @findings:  all, also those that are only counted
 * @kept:      those that libluo_finding() knows
 * @page_size: bytes; 0 when no state was found
 */
struct libluo_totals {
	uint64_t sessions;
	uint64_t files;
	uint64_t blocks;
	uint64_t empty_blocks;
	uint64_t fblocks;
	uint64_t empty_fblocks;
	uint64_t pages;
	uint64_t number;
	uint64_t findings;
	uint32_t kept;
	uint32_t page_size;
};

/**
 * struct libluo_finding - one thing that verify has to say
 * @code:   such as "LUO-S06"; never reused
 * @effect, @remedy: what the next kernel will do, and what to do about it
 * @pa:     where, 0 when there is no address
 * @severity: enum libluo_severity
 * @owner:  whose it is, such as "session block 1"
 * @what:   what is wrong
 *
 * Pointers are to constant texts of the library.
 */
struct libluo_finding {
	const char *code;
	const char *effect;
	const char *remedy;
	uint64_t pa;
	uint32_t severity;
	char owner[320];
	char what[256];
};

/** struct libluo_session - a session; @name is terminated, @files is what it states. */
struct libluo_session {
	uint64_t index;
	uint64_t files;
	char name[65];
};

/**
 * struct libluo_file - a file of the session before
 * @size: bytes of a memfd whose record can be read, else LIBLUO_SIZE_UNKNOWN
 * @handler: terminated
 */
struct libluo_file {
	uint64_t index;
	uint64_t token;
	uint64_t size;
	char handler[49];
};

#define LIBLUO_SIZE_UNKNOWN UINT64_MAX

/**
 * struct libluo_visitor - is told of sessions and files in their order; each may be NULL
 * @session: a session begins
 * @file:    one of its files
 * @broken:  the list that is being followed cannot be followed further, and why
 */
struct libluo_visitor {
	void (*session)(void *ctx, const struct libluo_session *s);
	void (*file)(void *ctx, const struct libluo_file *f);
	void (*broken)(void *ctx, const char *why);
};

/** libluo_api() - LIBLUO_API of the library that runs. */
LIBLUO_PUBLIC uint32_t libluo_api(void);

/** libluo_version() - its version, such as "0.1.0". */
LIBLUO_PUBLIC const char *libluo_version(void);

/**
 * libluo_new() - a handle
 * @l: filled in; libluo_free() gives it back
 *
 * Return: 0, LIBLUO_E_ARGUMENT, or LIBLUO_E_MEMORY.
 */
LIBLUO_PUBLIC int libluo_new(struct libluo **l);

/** libluo_free() - give back a handle and all that belongs to it; NULL is nothing. */
LIBLUO_PUBLIC void libluo_free(struct libluo *l);

/**
 * libluo_message() - why the last call on a handle that failed did
 * @l: the handle
 *
 * Return: what, where and what to do; "" when nothing failed. Valid until the next call on @l.
 */
LIBLUO_PUBLIC const char *libluo_message(const struct libluo *l);

/** libluo_set_note() - have @fn told what `luo` would say as a note; NULL: nobody. */
LIBLUO_PUBLIC void libluo_set_note(struct libluo *l, libluo_note_fn fn, void *ctx);

/*
 * The memory: dumps, or the running machine, or what the program itself can read. Only one kind
 * for one handle. Functions return 0 or a negative enum libluo_error.
 */

/**
 * libluo_add_dump() - an ELF core as QEMU's dump-guest-memory writes it; several make one memory
 * @l:    the handle
 * @path: copied; the file is opened by libluo_verify()
 */
LIBLUO_PUBLIC int libluo_add_dump(struct libluo *l, const char *path);

/** libluo_add_raw() - a raw file, whose first byte is at @base, a multiple of 4096. */
LIBLUO_PUBLIC int libluo_add_raw(struct libluo *l, const char *path, uint64_t base);

/**
 * libluo_use_running() - this machine: what its kernel is about to hand over (`luo verify --live`)
 *
 * Sessions and files are written during the kexec only, so nobody can know them before.
 */
LIBLUO_PUBLIC int libluo_use_running(struct libluo *l);

/**
 * libluo_add_memory() - RAM that the program has mapped, such as a VMM its guest's
 * @l:    the handle
 * @pa:   physical address, a multiple of 4096
 * @size: bytes, a multiple of 4096
 * @mem:  that many bytes; must stay until libluo_free(), and be quiet during libluo_verify()
 */
LIBLUO_PUBLIC int libluo_add_memory(struct libluo *l, uint64_t pa, uint64_t size, const void *mem);

/**
 * libluo_add_reader() - RAM that a function reads
 * @l:    the handle
 * @pa:   physical address, a multiple of 4096
 * @size: bytes, a multiple of 4096
 * @fn:   is asked for parts of it, of at most 1 MiB
 * @ctx:  handed to @fn
 */
LIBLUO_PUBLIC int libluo_add_reader(struct libluo *l, uint64_t pa, uint64_t size, libluo_read_fn fn,
				    void *ctx);

/** libluo_set_kho_fdt() - the KHO FDT is at @pa; else boot data tell, else a scan. */
LIBLUO_PUBLIC int libluo_set_kho_fdt(struct libluo *l, uint64_t pa);

/**
 * libluo_set_boot_data() - what the next kernel is given, when no CPU in a core tells
 * @l:    the handle
 * @kind: enum libluo_boot
 * @pa:   physical address of the boot parameters or the device tree
 * @pc:   where the next kernel is entered, 0 when that is not known
 */
LIBLUO_PUBLIC int libluo_set_boot_data(struct libluo *l, int kind, uint64_t pa, uint64_t pc);

/** libluo_set_next_kernel() - will the kernel in this file take the state? NULL: not asked. */
LIBLUO_PUBLIC int libluo_set_next_kernel(struct libluo *l, const char *path);

/**
 * libluo_verify() - find the state, and check everything that the next kernel would trust
 * @l: the handle; memory was added
 *
 * May be called again when memory has changed. What is asked below is of the last call.
 *
 * Return: 0 when there is an answer, whatever it is, else a negative enum libluo_error.
 */
LIBLUO_PUBLIC int libluo_verify(struct libluo *l);

/** libluo_verdict() - enum libluo_verdict_kind, or LIBLUO_E_ARGUMENT without an answer. */
LIBLUO_PUBLIC int libluo_verdict(struct libluo *l);

/** libluo_verdict_word() - its word in the verdict line, or NULL. */
LIBLUO_PUBLIC const char *libluo_verdict_word(int verdict);

/** libluo_severity_word() - the word of an enum libluo_severity, or NULL. */
LIBLUO_PUBLIC const char *libluo_severity_word(uint32_t severity);

/** libluo_exit_status() - 0 ok, 1 repaired, 4 errors, 8 refused or none or another value. */
LIBLUO_PUBLIC int libluo_exit_status(int verdict);

/**
 * libluo_totals() - what was counted
 * @l:    the handle
 * @t:    filled in
 * @size: sizeof(*t) of the caller
 *
 * Return: 0, or LIBLUO_E_ARGUMENT without an answer.
 */
LIBLUO_PUBLIC int libluo_totals(struct libluo *l, struct libluo_totals *t, size_t size);

/**
 * libluo_finding() - one finding
 * @l:    the handle
 * @nr:   from 0, below kept of libluo_totals()
 * @f:    filled in
 * @size: sizeof(*f) of the caller
 *
 * Return: 0, or LIBLUO_E_ARGUMENT: no answer, or not so many findings.
 */
LIBLUO_PUBLIC int libluo_finding(struct libluo *l, uint32_t nr, struct libluo_finding *f,
				 size_t size);

/**
 * libluo_sessions() - go over sessions and files
 * @l:   the handle
 * @v:   is told of each
 * @ctx: handed to its functions
 *
 * Return: 0, or LIBLUO_E_ARGUMENT without an answer.
 */
LIBLUO_PUBLIC int libluo_sessions(struct libluo *l, const struct libluo_visitor *v, void *ctx);

/**
 * libluo_print() - the answer as `luo` prints it
 * @l:    the handle
 * @form: enum libluo_form
 * @fn:   takes the text
 * @ctx:  handed to @fn
 *
 * Return: 0, or LIBLUO_E_ARGUMENT: no answer, or no such form.
 */
LIBLUO_PUBLIC int libluo_print(struct libluo *l, int form, libluo_write_fn fn, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
