/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The record. An earlier command's is found by a protocol of ours on a handle of its own, and is
 * taken over into that of this one.
 */
#include "record.h"

static EFI_GUID record_guid = {
	0x6c8f1f5a, 0x0b0e, 0x4d57, { 0x9e, 0x21, 0x4c, 0x55, 0x4f, 0x2d, 0x4b, 0x48 }
};

/**
 * struct record - ranges that are ours
 * @nr, @max:  used, and room for so many
 * @sorted:    so many at the start are ascending and disjoint
 * @r:         the ranges
 */
struct record {
	u64 nr;
	u64 max;
	u64 sorted;
	struct luo_range r[];
};

static struct record *record, *earlier;

/* Which of the sorted ranges could hold pa? NULL when none starts at or below it. */
static const struct luo_range *find(const struct record *rec, u64 pa)
{
	u64 lo = 0, hi = rec->sorted;

	while (lo < hi) {
		u64 mid = lo + (hi - lo) / 2;

		if (rec->r[mid].start <= pa)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &rec->r[lo - 1] : NULL;
}

static bool holds(const struct record *rec, u64 pa, u64 len)
{
	const struct luo_range *r = rec ? find(rec, pa) : NULL;

	if (r && luo_range_holds(r, pa, len))
		return true;
	for (u64 i = rec ? rec->sorted : 0; rec && i < rec->nr; i++)
		if (luo_range_holds(&rec->r[i], pa, len))
			return true;
	return false;
}

/** record_holds() - was all of this claimed, by this command or an earlier one? */
bool record_holds(u64 pa, u64 len)
{
	return holds(earlier, pa, len) || holds(record, pa, len);
}

/** efi_claimed() - may this be written? */
bool efi_claimed(u64 pa, u64 len)
{
	return record_holds(pa, len);
}

/**
 * record_open() - begin a record
 * @max: ranges that may be added
 *
 * Return: false when there is no room.
 */
bool record_open(u64 max)
{
	struct record *found;

	earlier = app.bs->LocateProtocol(&record_guid, NULL, (void **)&found) ? NULL : found;
	max += earlier ? earlier->nr : 0;
	record = efi_work_alloc(sizeof(*record) + max * sizeof(record->r[0]));
	if (!record)
		return false;
	*record = (struct record){ .max = max };
	return true;
}

/** record_add() - note a range; one that finds no room is only forgotten by the next command. */
void record_add(u64 start, u64 size)
{
	if (record->nr < record->max)
		record->r[record->nr++] = (struct luo_range){ start, size };
}

/* One step of a heap sort: let the range at i sink among the first nr. */
static void sink(struct luo_range *r, u64 i, u64 nr)
{
	for (u64 child = 2 * i + 1; child < nr; child = 2 * i + 1) {
		struct luo_range x = r[i];

		if (child + 1 < nr && r[child + 1].start > r[child].start)
			child++;
		if (r[child].start <= x.start)
			return;
		r[i] = r[child];
		r[child] = x;
		i = child;
	}
}

static void sort(struct luo_range *r, u64 nr)
{
	for (u64 i = nr / 2; i-- > 0;)
		sink(r, i, nr);
	for (u64 i = nr; i-- > 1;) {
		struct luo_range x = r[0];

		r[0] = r[i];
		r[i] = x;
		sink(r, 0, i);
	}
}

static u64 merge(struct luo_range *r, u64 nr)
{
	u64 out = 0;

	for (u64 i = 0; i < nr; i++) {
		struct luo_range *last = out ? &r[out - 1] : NULL;

		if (!last || r[i].start - last->start > last->size)
			r[out++] = r[i];
		else if (r[i].start - last->start + r[i].size > last->size)
			last->size = r[i].start - last->start + r[i].size;
	}
	return out;
}

/** record_close() - put the record in order and keep it for later commands. */
void record_close(void)
{
	static EFI_HANDLE handle;
	EFI_STATUS status;

	for (u64 i = 0; earlier && i < earlier->nr; i++)
		record_add(earlier->r[i].start, earlier->r[i].size);
	sort(record->r, record->nr);
	record->nr = record->sorted = merge(record->r, record->nr);
	if (earlier) {
		UINTN size = sizeof(handle);

		status = app.bs->LocateHandle(ByProtocol, &record_guid, NULL, &size, &handle);
		if (!status)
			status = app.bs->ReinstallProtocolInterface(handle, &record_guid, earlier,
								    record);
		earlier = NULL;
	} else {
		handle = NULL;
		status = app.bs->InstallProtocolInterface(&handle, &record_guid,
							  EFI_NATIVE_INTERFACE, record);
	}
	if (status)
		efi_say("firmware keeps no record of what is claimed; a second command will see it "
			"as held by firmware");
}

/**
 * efi_claim_next() - go over all claimed ranges, ascending
 * @i:     0 at the start
 * @range: the next one
 *
 * Return: false at the end.
 */
bool efi_claim_next(u32 *i, struct luo_range *range)
{
	if (!record || *i >= record->nr)
		return false;
	*range = record->r[(*i)++];
	return true;
}
