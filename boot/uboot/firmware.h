/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * All of U-Boot that the command uses. Its headers have functions that do nothing with what they
 * are given, so they count as system headers, and our own files are compiled with -Wextra.
 */
#ifndef UBOOT_FIRMWARE_H
#define UBOOT_FIRMWARE_H

#pragma GCC system_header

#include <config.h>
#include <bootm.h>
#include <bootstage.h>
#include <command.h>
#include <console.h>
#include <cpu_func.h>
#include <env.h>
#include <env_internal.h>
#include <fdtdec.h>
#include <image.h>
#include <init.h>
#include <malloc.h>
#include <mapmem.h>
#include <rand.h>
#include <stdio.h>
#include <time.h>
#include <vsprintf.h>
#include <linux/bitops.h>
#include <linux/kernel.h>
#include <linux/libfdt.h>
#include <linux/string.h>
#include <linux/stringify.h>
#include <asm/global_data.h>
#include <asm/sections.h>
#if defined(CONFIG_ARM64)
#include <asm/armv8/mmu.h>
#elif defined(CONFIG_X86_64)
#include <asm/bootm.h>
#endif
#ifdef CONFIG_EFI_LOADER
#include <efi_loader.h>
#endif
#ifdef CONFIG_UNIT_TEST
#include <test/cmd.h>
#include <test/ut.h>
#endif

#endif
