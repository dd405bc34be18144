/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Firmware's memory map as a view for the core. Boot services run with memory mapped one to one
 * (UEFI 2.10, 2.3.2 and 2.3.6), so mapping is no more than the question whether something is RAM.
 */
#include "memory.h"

#include "../../arch/arch.h"
#include "../../arch/mem.h"
#include "../../luo/error.h"

static struct luo_range ram[EFI_MAX_RAM];
static const struct luo_mem_ops *arch_ops;

/**
 * efi_map_get() - take firmware's memory map
 * @map: filled in
 *
 * Return: EFI_SUCCESS; EFI_BUFFER_TOO_SMALL when it has more than some 5000 entries; or whatever
 * else firmware answers.
 */
EFI_STATUS efi_map_get(struct efi_map *map)
{
	map->size = sizeof(map->bytes);
	return app.bs->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->bytes, &map->key,
				    &map->each, &map->version);
}

/**
 * efi_map_now() - the same, in memory of its own, which the next call uses again
 * @map: filled in; empty after an error
 *
 * Return: as efi_map_get().
 */
EFI_STATUS efi_map_now(const struct efi_map **map)
{
	static struct efi_map now;
	EFI_STATUS status = efi_map_get(&now);

	if (status)
		now.size = 0;
	*map = &now;
	return status;
}

/** efi_map_next() - the descriptor behind @d, the first for NULL; NULL at the end. */
const EFI_MEMORY_DESCRIPTOR *efi_map_next(const struct efi_map *map, const EFI_MEMORY_DESCRIPTOR *d)
{
	const u8 *p = d ? (const u8 *)d + map->each : map->bytes;
	UINTN used = (UINTN)(p - map->bytes);

	if (map->each < sizeof(*d) || used > map->size || map->size - used < map->each)
		return NULL;
	return (const EFI_MEMORY_DESCRIPTOR *)p;
}

/** efi_map_range() - what a descriptor covers, cut where it would wrap. */
struct luo_range efi_map_range(const EFI_MEMORY_DESCRIPTOR *d)
{
	u64 room = (~0ULL - d->PhysicalStart) >> 12;
	u64 pages = d->NumberOfPages < room ? d->NumberOfPages : room;

	return (struct luo_range){ d->PhysicalStart, pages << 12 };
}

/**
 * efi_type_is_ram() - is memory of a type RAM that can be read?
 *
 * Reserved memory may be anything, and need not be mapped.
 */
bool efi_type_is_ram(u32 type)
{
	return (type >= EfiLoaderCode && type <= EfiConventionalMemory) ||
	       type == EfiACPIReclaimMemory || type == EfiACPIMemoryNVS;
}

/** efi_type_is_passing() - does firmware need it only until it is left? */
bool efi_type_is_passing(u32 type)
{
	return type == EfiLoaderCode || type == EfiLoaderData || type == EfiBootServicesCode ||
	       type == EfiBootServicesData || type == EfiConventionalMemory;
}

/** efi_type_word() - a memory type as UEFI calls it. */
const char *efi_type_word(u32 type)
{
	static const char *const words[] = {
		[EfiReservedMemoryType] = "Reserved",
		[EfiLoaderCode] = "LoaderCode",
		[EfiLoaderData] = "LoaderData",
		[EfiBootServicesCode] = "BootServicesCode",
		[EfiBootServicesData] = "BootServicesData",
		[EfiRuntimeServicesCode] = "RuntimeServicesCode",
		[EfiRuntimeServicesData] = "RuntimeServicesData",
		[EfiConventionalMemory] = "Conventional",
		[EfiUnusableMemory] = "Unusable",
		[EfiACPIReclaimMemory] = "ACPIReclaim",
		[EfiACPIMemoryNVS] = "ACPIMemoryNVS",
		[EfiMemoryMappedIO] = "MemoryMappedIO",
		[EfiMemoryMappedIOPortSpace] = "MemoryMappedIOPortSpace",
		[EfiPalCode] = "PalCode",
	};

	return type < LUO_ARRAY_SIZE(words) && words[type] ? words[type] : "unknown";
}

/* luo_mem_map() and the stores reach memory through this; the core has asked whether it is RAM. */
const void *luo_mmu_map(u64 pa, u64 len)
{
	(void)len;
	return (const void *)(size_t)pa;
}

static int store(void *ctx, u64 pa, u64 value, u32 width)
{
	return efi_claimed(pa, width) ? arch_ops->store(ctx, pa, value, width) : LUO_E_STORE;
}

static int store16(void *ctx, u64 pa, const u64 value[2])
{
	return efi_claimed(pa, 16) ? arch_ops->store16(ctx, pa, value) : LUO_E_STORE;
}

static void persist(void *ctx, u64 pa, u64 len)
{
	if (efi_claimed(pa, len))
		arch_ops->persist(ctx, pa, len);
}

static struct luo_mem_ops ops = { .map = luo_mem_map, .store = store, .persist = persist };

/* Stretches that follow each other are one. False when there are too many. */
static bool add_readable(struct luo_range r, u32 *nr)
{
	struct luo_range part;

	while (efi_readable(&r, &part)) {
		if (*nr && ram[*nr - 1].start + ram[*nr - 1].size == part.start)
			ram[*nr - 1].size += part.size;
		else if (*nr == EFI_MAX_RAM)
			return false;
		else
			ram[(*nr)++] = part;
	}
	return true;
}

/**
 * efi_view() - the core's view of memory: all RAM of firmware's map, whoever uses it, that can be
 * read
 * @phys: filled in; scratch areas and page size are the caller's
 *
 * Return: EFI_SUCCESS, or firmware's answer after a message.
 */
EFI_STATUS efi_view(struct luo_phys *phys)
{
	const EFI_MEMORY_DESCRIPTOR *d = NULL;
	const struct efi_map *map;
	EFI_STATUS status = efi_map_now(&map);
	u32 nr = 0;

	while (!status && (d = efi_map_next(map, d)))
		if (efi_type_is_ram(d->Type) && !add_readable(efi_map_range(d), &nr))
			status = EFI_BUFFER_TOO_SMALL;
	if (status) {
		efi_say_status("memory map", "cannot be read", status);
		return status;
	}
	arch_ops = efi_arch_start();
	ops.store16 = arch_ops->store16 ? store16 : NULL;
	*phys = (struct luo_phys){
		.ops = &ops,
		.ram = ram,
		.nr_ram = luo_ranges_normalize(ram, nr),
		.page_shift = 12,
	};
	return EFI_SUCCESS;
}

/* EFI_RNG_PROTOCOL, UEFI 2.10, 37.5; gnu-efi has no declaration of it. */
struct rng {
	EFI_STATUS(EFIAPI *info)(struct rng *rng, UINTN *size, EFI_GUID *list);
	EFI_STATUS(EFIAPI *get)(struct rng *rng, EFI_GUID *algorithm, UINTN len, UINT8 *value);
};

/** efi_clock() - microseconds, for the report; 0 where the counter's rate is not known. */
u64 efi_clock(void *ctx)
{
	u64 t = luo_arch_clock(ctx);

	return luo_arch_us(&t) ? t : 0;
}

/** efi_key() - 128 bits that whoever named the sessions could not know. */
void efi_key(u64 key[2])
{
	static EFI_GUID guid = {
		0x3152bca5, 0xeade, 0x433d, { 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44 }
	};
	struct rng *rng;
	UINT64 count = 0;

	key[0] = key[1] = 0;
	if (!app.bs->LocateProtocol(&guid, NULL, (void **)&rng))
		rng->get(rng, NULL, 2 * sizeof(key[0]), (UINT8 *)key);
	app.bs->GetNextMonotonicCount(&count);
	for (u32 i = 0; i < 2; i++)
		key[i] ^= luo_spread(count + efi_clock(NULL) + i);
}
