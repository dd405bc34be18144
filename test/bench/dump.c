/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The host tool on a dense dump: an ELF core of the whole machine, verified by `luo verify`,
 * against one read of the same blocks through a new mapping of the same file. Both are programs of
 * their own, started alike, and what is told is their user and system time; the file is in the page
 * cache for both. The state is found by the register of the CPU that is about to enter the next
 * kernel, or is named by its address alone: then all memory is searched for boot data.
 */
#define _GNU_SOURCE
#include "../unit/next_params.h"
#include "bench.h"

#include <elf.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static bool put(FILE *f, const void *p, u64 len)
{
	return fwrite(p, 1, len, f) == len;
}

/* The note of a CPU with boot parameters in RSI (register 13), at the next kernel's entry (RIP,
 * 16). */
static void put_note(u8 *to)
{
	Elf64_Nhdr n = { 5, 336, NT_PRSTATUS };
	u64 regs[17] = { [13] = ZERO_PAGE, [16] = next_entry_at };

	memcpy(to, &n, sizeof(n));
	memcpy(to + sizeof(n), "CORE", 5);
	memcpy(to + sizeof(n) + 8 + 112, regs, sizeof(regs));
}

/* Both banks, one behind the other, behind the headers' page, with or without a CPU. */
static bool write_core(const struct world *w, const char *path, bool cpu)
{
	u8 head[4096] = { 0 };
	Elf64_Ehdr e = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			 .e_type = ET_CORE,
			 .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT,
			 .e_phoff = sizeof(e),
			 .e_ehsize = sizeof(e),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 3 };
	Elf64_Phdr p[3] = { { .p_type = PT_NOTE, .p_offset = 1024, .p_filesz = cpu ? 356 : 0 } };
	FILE *f = fopen(path, "wb");
	u64 off = sizeof(head);
	bool ok;

	for (u32 i = 0; i < 2; i++) {
		p[i + 1] = (Elf64_Phdr){ .p_type = PT_LOAD,
					 .p_offset = off,
					 .p_paddr = w->bank[i].start,
					 .p_filesz = w->bank[i].size,
					 .p_memsz = w->bank[i].size };
		off += w->bank[i].size;
	}
	memcpy(head, &e, sizeof(e));
	memcpy(head + sizeof(e), p, sizeof(p));
	put_note(head + 1024);
	ok = f && put(f, head, sizeof(head));
	for (u32 i = 0; i < 2 && ok; i++)
		ok = put(f, w->bank[i].mem, w->bank[i].size);
	return f && !fclose(f) && ok;
}

/**
 * bench_read() - the program that reads: sum the blocks of a list in a dump
 * @path: the dump
 * @head: physical address of the first block
 * @away: what the dump's place of an address is away from it, modulo 2^64
 *
 * Each block is found by the pointer of the one before.
 */
int bench_read(const char *path, u64 head, u64 away)
{
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	u8 *p = size < 0 ? MAP_FAILED : mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	u64 sum = 0, next;

	if (p == MAP_FAILED) {
		perror(path);
		return 1;
	}
	for (u64 pa = head; pa; pa = next) {
		const u64 *b = (const u64 *)(const void *)(p + (pa + away));

		next = b[0];
		for (u64 k = 0; k < 2 + b[1] * 10; k++)
			sum += b[k];
	}
	bench_sink += sum;
	return 0;
}

static u64 child_time(const struct rusage *r)
{
	return ((u64)r->ru_utime.tv_sec + (u64)r->ru_stime.tv_sec) * 1000000000 +
	       ((u64)r->ru_utime.tv_usec + (u64)r->ru_stime.tv_usec) * 1000;
}

/* User and system time of a program, which must find nothing; our own memory is not copied for it.
 */
static u64 run_program(const char *const argv[])
{
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &quiet, NULL, (char *const *)argv, environ) ||
	    wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "bench: %s %s did not answer ok\n", argv[0], argv[1]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&quiet);
	return child_time(&usage);
}

/* What kexec leaves for the next kernel: boot parameters that name the state. */
static void put_boot(struct world *w)
{
	next_put_params(w);
	memcpy(world_at(w, ZERO_PAGE + 0x202, 6), "HdrS\x0f\x02", 6);
	world_put(w, NODE(2) + 16, w->handover.fdt_pa);
	world_put(w, NODE(2) + 24, w->handover.fdt_size);
	world_put(w, NODE(2) + 32, w->handover.scratch_pa);
	world_put(w, NODE(2) + 40, w->handover.scratch_size);
}

/**
 * bench_dump() - print nanoseconds to read the blocks of @sessions in a dump, to verify it, and to
 * verify it by the address of its KHO FDT alone
 */
int bench_dump(u64 sessions, const char *luo, const char *path)
{
	u64 read[RUNS], check[2][RUNS];
	struct world w;
	char fdt[32], head[32], away[32];
	const char *const reads[] = { "/proc/self/exe", "read", path, head, away, NULL };
	const char *const by_cpu[] = { luo, "verify", path, NULL };
	const char *const by_address[] = { luo, "verify", "--kho-fdt", fdt, path, NULL };

	world_open(&w, 12, WORLD_V5, 16 + sessions / 51 * 4096 / 1000000);
	world_add_sessions(&w, sessions);
	world_finish(&w);
	put_boot(&w);
	snprintf(fdt, sizeof(fdt), "%#llx", (unsigned long long)w.handover.fdt_pa);
	snprintf(head, sizeof(head), "%llu", (unsigned long long)w.block[0].pa);
	snprintf(away, sizeof(away), "%llu",
		 (unsigned long long)(4096 + w.bank[0].size - w.bank[1].start));
	for (u32 address = 0; address < 2; address++) {
		if (!write_core(&w, path, !address)) {
			perror(path);
			return 1;
		}
		for (u32 i = 0; i < RUNS; i++) {
			read[i] = run_program(reads);
			check[address][i] = run_program(address ? by_address : by_cpu);
		}
	}
	printf("%llu %llu %llu\n", (unsigned long long)bench_median(read),
	       (unsigned long long)bench_median(check[0]),
	       (unsigned long long)bench_median(check[1]));
	unlink(path);
	world_close(&w);
	return 0;
}
