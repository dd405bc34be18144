/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Tests of the command in U-Boot's own framework: `ut cmd cmd_test_luo_*`, on sandbox. */
#include "firmware.h"

#define FDT_AT	0x1000000
#define ROOT_AT 0x1001000
#define PAGE	0x1000

/* A KHO root FDT of a version, with an empty map and no LUO. */
static int write_kho(const char *version)
{
	void *fdt = map_sysmem(FDT_AT, PAGE);
	u64 root = ROOT_AT;

	memset(map_sysmem(FDT_AT, 2 * PAGE), 0, 2 * PAGE);
	return fdt_create(fdt, PAGE) || fdt_finish_reservemap(fdt) || fdt_begin_node(fdt, "") ||
	       fdt_property_string(fdt, "compatible", version) ||
	       fdt_property(fdt, "preserved-memory-map", &root, sizeof(root)) ||
	       fdt_end_node(fdt) || fdt_finish(fdt);
}

static int cmd_test_luo_none(struct unit_test_state *uts)
{
	ut_assertok(write_kho("kho-v4"));
	ut_asserteq(1, run_command("luo verify 1000000", 0));
	ut_asserteq_str("none", env_get("luo_status"));
	ut_asserteq_str("0", env_get("luo_sessions"));
	return 0;
}
CMD_TEST(cmd_test_luo_none, UTF_CONSOLE);

static int cmd_test_luo_unknown_version(struct unit_test_state *uts)
{
	ut_assertok(write_kho("kho-v99"));
	ut_asserteq(1, run_command("luo verify 1000000", 0));
	ut_asserteq_str("refused", env_get("luo_status"));
	return 0;
}
CMD_TEST(cmd_test_luo_unknown_version, UTF_CONSOLE);

static int cmd_test_luo_bad_address(struct unit_test_state *uts)
{
	ut_asserteq(1, run_command("luo verify 12xy", 0));
	ut_assert_nextline("luo: 12xy is no address (hexadecimal)");
	ut_asserteq(1, run_command("luo verify ffff00000000", 0));
	ut_assert_nextline("luo: ffff00000000 is not in RAM; bdinfo shows what is");
	ut_assert_console_end();
	ut_assertnull(env_get("luo_status"));
	return 0;
}
CMD_TEST(cmd_test_luo_bad_address, UTF_CONSOLE);

static int cmd_test_luo_usage(struct unit_test_state *uts)
{
	ut_asserteq(1, run_command("luo verify -x", 0));
	ut_asserteq(1, run_command("luo compact -n 1 2", 0));
	ut_asserteq(1, run_command("luo nothing", 0));
	return 0;
}
CMD_TEST(cmd_test_luo_usage, UTF_CONSOLE);
