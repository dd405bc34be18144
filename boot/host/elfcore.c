/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Reading of ELF64 cores: memory from PT_LOAD's p_paddr and p_filesz, and from the NT_PRSTATUS note
 * of each CPU the register in which a kernel is given its boot data. Every number in the file is
 * checked before it is used.
 *
 * Source: System V gABI (ELF header, program headers, PN_XNUM, notes); layout of NT_PRSTATUS:
 * struct elf_prstatus, include/linux/elfcore.h (7.3), which QEMU writes too. Its pr_reg is at 112
 * on 64-bit machines. Registers: Linux Documentation/arch/x86/boot.rst (64-bit boot protocol: RSI)
 * and Documentation/arch/arm64/booting.rst (x0).
 */
#include "elfcore.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

#define MAX_CPUS 8192

/**
 * struct machine - @reg and @pc are the offsets in NT_PRSTATUS of what points to boot data of
 * @kind, and of the program counter
 */
static const struct machine {
	u16 e_machine;
	u16 reg;
	u16 pc;
	enum luo_boot_kind kind;
} machines[] = {
	/* RSI and RIP, registers 13 and 16 of struct user_regs_struct */
	{ EM_X86_64, 112 + 13 * 8, 112 + 16 * 8, LUO_BOOT_PARAMS },
	/* x0 and pc, the first and the 33rd of struct user_pt_regs */
	{ EM_AARCH64, 112, 112 + 32 * 8, LUO_BOOT_TREE },
};

bool elfcore_magic(const u8 *mem, u64 size)
{
	return size >= SELFMAG && !memcmp(mem, ELFMAG, SELFMAG);
}

static int refuse(const struct dump_file *f, const char *why)
{
	host_error("%s: %s", f->path, why);
	return HOST_FAILED;
}

/* The bytes [off, off + len) of a file, or NULL when they are not all there. */
static const u8 *bytes(const struct dump_file *f, u64 off, u64 len)
{
	if (off > f->size || len > f->size - off)
		return NULL;
	dump_mark(f, off, len);
	return f->mem + off;
}

static int check_header(const struct dump_file *f, Elf64_Ehdr *h)
{
	const u8 *p = bytes(f, 0, sizeof(*h));

	if (!p)
		return refuse(f, "is truncated inside the ELF header; take the dump again");
	memcpy(h, p, sizeof(*h));
	if (h->e_ident[EI_CLASS] != ELFCLASS64)
		return refuse(f, "is a 32-bit ELF file; dump a guest in 64-bit mode");
	if (h->e_ident[EI_DATA] != ELFDATA2LSB)
		return refuse(
			f,
			"is a big-endian ELF file; only states of little-endian kernels are read");
	if (h->e_type != ET_CORE)
		return refuse(f, "is an ELF file but not a core; give a memory dump");
	if (h->e_phentsize != sizeof(Elf64_Phdr))
		return refuse(f, "is damaged: program headers have a wrong size; "
				 "take the dump again");
	return 0;
}

/* More than 65534 program headers: the number is in section header 0 (PN_XNUM). */
static int count_headers(const struct dump_file *f, const Elf64_Ehdr *h, u64 *nr)
{
	Elf64_Shdr s;
	const u8 *p;

	*nr = h->e_phnum;
	if (h->e_phnum != PN_XNUM)
		return 0;
	p = bytes(f, h->e_shoff, sizeof(s));
	if (!h->e_shoff || !p)
		return refuse(f, "is damaged: number of program headers is missing; "
				 "take the dump again");
	memcpy(&s, p, sizeof(s));
	*nr = s.sh_info;
	return 0;
}

static const struct machine *find_machine(u16 e_machine)
{
	for (u32 i = 0; i < LUO_ARRAY_SIZE(machines); i++)
		if (machines[i].e_machine == e_machine)
			return &machines[i];
	return NULL;
}

static int add_cpu(struct dump *d, const struct dump_file *f, const u8 *status,
		   const struct machine *m)
{
	struct dump_cpu *p;

	if (d->nr_cpus == MAX_CPUS)
		return 0;
	p = reallocarray(d->cpu, d->nr_cpus + 1, sizeof(*p));
	if (!p)
		return refuse(f, "out of memory");
	d->cpu = p;
	d->cpu[d->nr_cpus++] =
		(struct dump_cpu){ luo_get64(status + m->reg), luo_get64(status + m->pc), m->kind };
	return 0;
}

/* Takes one note off the front of [p, p + left); 0 when there is no whole one. */
static u64 take_note(const u8 *p, u64 left, Elf64_Nhdr *n, const u8 **desc)
{
	u64 name, size;

	if (left < sizeof(*n))
		return 0;
	memcpy(n, p, sizeof(*n));
	name = ((u64)n->n_namesz + 3) & ~3ULL;
	size = ((u64)n->n_descsz + 3) & ~3ULL;
	if (name > left - sizeof(*n) || n->n_descsz > left - sizeof(*n) - name)
		return 0;
	*desc = p + sizeof(*n) + name;
	left -= sizeof(*n) + name;
	return sizeof(*n) + name + (size < left ? size : left);
}

static int read_notes(struct dump *d, const struct dump_file *f, const Elf64_Phdr *ph,
		      const struct machine *m)
{
	const u8 *p = bytes(f, ph->p_offset, ph->p_filesz), *desc = NULL;
	u64 left = ph->p_filesz, len;
	Elf64_Nhdr n;

	if (!p)
		return refuse(f, "is truncated inside the notes; take the dump again");
	for (; (len = take_note(p, left, &n, &desc)); p += len, left -= len) {
		int err;

		if (n.n_type != NT_PRSTATUS || n.n_namesz != 5 || memcmp(p + sizeof(n), "CORE", 5))
			continue;
		if (n.n_descsz < m->pc + 8U)
			continue;
		err = add_cpu(d, f, desc, m);
		if (err)
			return err;
	}
	return 0;
}

/**
 * elfcore_add() - add the memory and the CPUs of an ELF core
 * @d:    the dumps
 * @file: index of the file, mapped and with ELF's magic
 *
 * Return: 0, or HOST_FAILED after a message.
 */
int elfcore_add(struct dump *d, u32 file)
{
	const struct dump_file *f = &d->file[file];
	const struct machine *m = NULL;
	Elf64_Ehdr h;
	u64 nr = 0;
	int err = check_header(f, &h);

	if (!err)
		err = count_headers(f, &h, &nr);
	if (!err)
		m = find_machine(h.e_machine);
	if (!err && !bytes(f, h.e_phoff, nr * sizeof(Elf64_Phdr)))
		err = refuse(f, "is truncated inside the program headers; take the dump again");
	for (u64 i = 0; i < nr && !err; i++) {
		Elf64_Phdr ph;

		memcpy(&ph, f->mem + h.e_phoff + i * sizeof(ph), sizeof(ph));
		if (ph.p_type == PT_NOTE && m)
			err = read_notes(d, f, &ph, m);
		else if (ph.p_type == PT_LOAD)
			err = dump_add_seg(d, file, ph.p_paddr, ph.p_filesz, ph.p_offset);
	}
	return err;
}
