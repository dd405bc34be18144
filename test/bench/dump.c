/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The host tool on a dense dump: an ELF core of the whole machine, verified by `luo verify`,
 * against one read of the same blocks through a new mapping of the same file. Both are user and
 * system time, and the file is in the page cache for both. The state is found by the register of
 * the CPU that is about to enter the next kernel, or is named by its address alone: then all memory
 * is searched for boot data.
 */
#include "../unit/next_params.h"
#include "bench.h"

#include <elf.h>
#include <fcntl.h>
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

/* The blocks of the high bank, each found by the pointer of the one before. */
static u64 read_mapped(const struct world *w, const char *path)
{
	u64 size = 4096 + w->bank[0].size + w->bank[1].size, sum = 0, next;
	int fd = open(path, O_RDONLY);
	u8 *p = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	for (u64 pa = w->block[0].pa; pa; pa = next) {
		const u64 *b = (const u64 *)(const void *)(p + 4096 + w->bank[0].size +
							   (pa - w->bank[1].start));

		next = b[0];
		for (u64 k = 0; k < 2 + b[1] * 10; k++)
			sum += b[k];
	}
	munmap(p, size);
	close(fd);
	return sum;
}

static u64 child_time(const struct rusage *r)
{
	return ((u64)r->ru_utime.tv_sec + (u64)r->ru_stime.tv_sec) * 1000000000 +
	       ((u64)r->ru_utime.tv_usec + (u64)r->ru_stime.tv_usec) * 1000;
}

/* User and system time of the host tool, which must find nothing; @fdt: NULL when a CPU tells. */
static u64 verify(const char *luo, const char *fdt, const char *path)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		if (fdt)
			execl(luo, luo, "verify", "--kho-fdt", fdt, path, NULL);
		else
			execl(luo, luo, "verify", path, NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status)) {
		fprintf(stderr, "bench: luo verify did not answer ok\n");
		exit(1);
	}
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
	char fdt[32];

	world_open(&w, 12, WORLD_V5, 16 + sessions / 51 * 4096 / 1000000);
	world_add_sessions(&w, sessions);
	world_finish(&w);
	put_boot(&w);
	snprintf(fdt, sizeof(fdt), "%#llx", (unsigned long long)w.handover.fdt_pa);
	for (u32 address = 0; address < 2; address++) {
		if (!write_core(&w, path, !address)) {
			perror(path);
			return 1;
		}
		for (u32 i = 0; i < RUNS; i++) {
			u64 t0 = bench_now();

			bench_sink += read_mapped(&w, path);
			read[i] = bench_now() - t0;
			check[address][i] = verify(luo, address ? fdt : NULL, path);
		}
	}
	printf("%llu %llu %llu\n", (unsigned long long)bench_median(read),
	       (unsigned long long)bench_median(check[0]),
	       (unsigned long long)bench_median(check[1]));
	unlink(path);
	world_close(&w);
	return 0;
}
