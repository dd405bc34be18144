/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The UART that is written to, as the old kernel left it: no rate is set, no register but the
 * transmitter's is written.
 */
#ifndef ARCH_UART_H
#define ARCH_UART_H

#include "arch.h"

void luo_uart_start(const struct luo_uart *uart);

#endif
