/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Reading of the raw-struct container. */
#include "container.h"

#include "error.h"
#include "str.h"

#define MAX_STRING 24 /* bytes of the longest string field known, luo-v3-kho-block-v1 */

static const struct luo_owner owner = { .kind = LUO_OWNER_CONTAINER };

/** luo_printable() - is a field a terminated, non-empty string of printable ASCII? */
bool luo_printable(const char *text, size_t max)
{
	size_t len = luo_strnlen(text, max);

	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return len && len < max;
}

/**
 * luo_container_unknown() - report a version that this build does not read, by its name
 * @state:  says where the container lies
 * @report: gets the finding, and the verdict refused
 * @name:   the string found, of @max bytes at most, terminated or not
 *
 * Return: LUO_E_VERSION.
 */
int luo_container_unknown(const struct luo_state *state, struct luo_report *report,
			  const char *name, size_t max)
{
	if (luo_printable(name, max))
		luo_strcopy(report->abi_name, sizeof(report->abi_name), name, max);
	else
		luo_strcopy(report->abi_name, sizeof(report->abi_name), "?", 2);
	luo_report_add(report, LUO_C03, LUO_SEV_REFUSE, state->luo_pa, 0, &owner);
	report->refused = true;
	return LUO_E_VERSION;
}

/**
 * luo_container_open() - read the container of luo-v5 and kin
 * @phys:   the view
 * @state:  luo_pa and luo_size are set; abi, head_at, sessions_pa and number are filled in
 * @report: gets the finding when it cannot be read
 *
 * The string's field is padded to 8 bytes, so the numbers' offsets follow from the string.
 * Source: struct luo_ser, include/linux/kho/abi/luo.h; luo_early_startup(), Linux 7.2 and 7.3.
 *
 * Return: 0; LUO_E_VERSION, LUO_E_FORMAT or LUO_E_RAM.
 */
int luo_container_open(const struct luo_phys *phys, struct luo_state *state,
		       struct luo_report *report)
{
	u64 size = state->luo_size < 64 ? state->luo_size : 64;
	const u8 *p = luo_map(phys, state->luo_pa, size);
	size_t max = size < MAX_STRING ? size : MAX_STRING;
	size_t field;

	if (!p) {
		luo_report_add(report, LUO_C01, LUO_SEV_PANIC, state->luo_pa, state->luo_pa,
			       &owner);
		return LUO_E_RAM;
	}
	if (!luo_printable((const char *)p, max))
		return luo_container_unknown(state, report, (const char *)p, max);
	state->abi = luo_abi_find((const char *)p, NULL);
	if (!state->abi || state->abi->kind != LUO_CONTAINER_STRUCT)
		return luo_container_unknown(state, report, (const char *)p, max);
	luo_strcopy(report->abi_name, sizeof(report->abi_name), state->abi->name, 32);
	field = (luo_strnlen((const char *)p, max) + 8) & ~(size_t)7;
	if (field + 24 > state->luo_size) {
		luo_report_add(report, LUO_C02, LUO_SEV_PANIC, state->luo_pa, state->luo_size,
			       &owner);
		return LUO_E_FORMAT;
	}
	state->number = luo_get64(p + field);
	state->head_at = state->luo_pa + field + 8;
	state->sessions_pa = luo_get64(p + field + 8);
	return 0;
}
