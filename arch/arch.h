/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the payload's main flow (boot/kexec) asks of an architecture. Each arch/<arch>/ provides
 * all of it; nothing here says how the machine gets its boot data or its page tables.
 *
 * Order of calls: luo_arch_init(), then anything else; luo_arch_view() before any address that was
 * handed over is looked at. The incoming boot data is never written: what the next kernel gets
 * differently is kept in the image's own front part.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include "../luo/boot.h"
#include "../luo/phys.h"

/* Large, or already in use when .bss is cleared: written before it is read. */
#define LUO_NOINIT __attribute__((section(".noinit")))

/** enum luo_uart_kind - how a UART's registers are reached. */
enum luo_uart_kind {
	LUO_UART_NONE,
	LUO_UART_IO,   /* 8250, port I/O */
	LUO_UART_MMIO, /* 8250, memory-mapped */
	LUO_UART_PL011,
};

/**
 * struct luo_uart - a console
 * @kind:  enum luo_uart_kind
 * @shift: registers lie 1 << @shift bytes apart and are accessed with that width
 * @base:  port, or physical address
 */
struct luo_uart {
	u8 kind;
	u8 shift;
	u64 base;
};

/** enum luo_init_error - why nothing can be handed on. */
enum luo_init_error {
	LUO_INIT_OK,
	LUO_INIT_UNWRAPPED, /* there is no next kernel in this image */
};

/** enum luo_crypt - is memory encrypted, as far as the payload must care? */
enum luo_crypt {
	LUO_CRYPT_NONE,
	LUO_CRYPT_HOST,	 /* SME is enabled; the old kernel may or may not have used it */
	LUO_CRYPT_GUEST, /* SEV, TDX: stay on the incoming tables, touch no device */
};

enum luo_init_error luo_arch_init(void);
enum luo_crypt luo_arch_crypt(void);
const char *luo_arch_cmdline(size_t *len, size_t *max);
bool luo_arch_crash_kernel(void);
int luo_arch_view(struct luo_phys *phys);
int luo_arch_find_kho(const struct luo_phys *phys, struct luo_handover *handover);
void *luo_arch_arena(size_t *size);
void luo_arch_arena_used(size_t size);
bool luo_arch_unmapped(void);

bool luo_arch_uart_named(const char *name, size_t len, struct luo_uart *uart);
bool luo_arch_uart_default(struct luo_uart *uart);
bool luo_arch_console_open(const struct luo_uart *uart);
void luo_arch_console_write(void *ctx, const char *text, size_t len);
void luo_arch_console_close(void);
void luo_arch_console_patient(void);

u64 luo_arch_clock(void *ctx);
bool luo_arch_us(u64 *ticks);
void luo_arch_clock_stop(void);
void luo_arch_key(u64 key[2]);

int luo_arch_set_cmdline(const char *text, size_t len);
int luo_arch_drop_kho(const struct luo_phys *phys);
int luo_arch_swap_kho_fdt(const struct luo_phys *phys, const struct luo_handover *handover,
			  void **fdt);
void luo_arch_swap_commit(void);

bool luo_arch_can_reset(void);
_Noreturn void luo_arch_halt(void);
_Noreturn void luo_arch_reset(void);

extern const char luo_arch_pc_name[]; /* " rip=", for the line about an exception */

/* Called by the architecture. */
void luo_payload_main(void);
void luo_payload_bail(void);
bool luo_payload_fault(u32 vector, u64 error, u64 addr, u64 pc, u64 at);

#endif
