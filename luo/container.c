/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Reading of the raw-struct containers. */
#include "container.h"

#include "error.h"
#include "str.h"

#define MAX_STRING  24	 /* bytes of the longest string field known, luo-v3-kho-block-v1 */
#define NUMBERS	    24	 /* bytes of the three numbers behind it */
#define BITS_KNOWN  7ULL /* number, sessions, flbs */
#define BITS_HEADER 128	 /* bytes of the header of feature bits, which has no string */

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
	luo_report_part(report, LUO_C03, LUO_SEV_REFUSE, state->luo_pa, 0, LUO_OWNER_CONTAINER);
	report->refused = true;
	return LUO_E_VERSION;
}

/**
 * luo_container_numbers() - read live update number and pointer to the sessions
 * @phys:   the view
 * @state:  head_at, sessions_pa and number are filled in
 * @report: gets the finding when they cannot be read
 * @pa:     where the numbers start: number, sessions_pa, flbs_pa
 *
 * Return: 0 or LUO_E_RAM.
 */
int luo_container_numbers(const struct luo_phys *phys, struct luo_state *state,
			  struct luo_report *report, u64 pa)
{
	const u8 *p = luo_map(phys, pa, NUMBERS);

	if (!p) {
		luo_report_part(report, LUO_C01, LUO_SEV_PANIC, pa, pa, LUO_OWNER_CONTAINER);
		return LUO_E_RAM;
	}
	state->number = luo_get64(p);
	state->head_at = pa + 8;
	state->sessions_pa = luo_get64(p + 8);
	return 0;
}

/*
 * The header of feature bits starts with words of bits: supported, required, in use. A string
 * starts with a letter, these with a small number.
 */
static bool is_bits(const u8 *p, u64 size)
{
	return size >= BITS_HEADER + NUMBERS && p[0] && p[0] < 0x20;
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
	const char *name = (const char *)p;
	size_t max = size < MAX_STRING ? size : MAX_STRING;
	u64 field;

	if (!p) {
		luo_report_part(report, LUO_C01, LUO_SEV_PANIC, state->luo_pa, state->luo_pa,
				LUO_OWNER_CONTAINER);
		return LUO_E_RAM;
	}
	if (is_bits(p, state->luo_size))
		name = "luo-feature-bits";
	else if (!luo_printable(name, max))
		return luo_container_unknown(state, report, name, max);
	state->abi = luo_abi_find(name, NULL);
	if (!state->abi || state->abi->kind < LUO_CONTAINER_STRUCT)
		return luo_container_unknown(state, report, name, max);
	luo_strcopy(report->abi_name, sizeof(report->abi_name), name, sizeof(report->abi_name));
	field = (luo_strnlen(name, max) + 8) & ~7ULL;
	if (state->abi->kind == LUO_CONTAINER_BITS) {
		if (luo_get64(p + 8) & ~BITS_KNOWN)
			return luo_container_unknown(state, report, name, max);
		field = BITS_HEADER;
	}
	if (field + NUMBERS > state->luo_size) {
		luo_report_part(report, LUO_C02, LUO_SEV_PANIC, state->luo_pa, state->luo_size,
				LUO_OWNER_CONTAINER);
		return LUO_E_FORMAT;
	}
	return luo_container_numbers(phys, state, report, state->luo_pa + field);
}
