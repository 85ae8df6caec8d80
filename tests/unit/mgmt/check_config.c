/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <string.h>

#include "../../../core/mgmt/config_table.h"
#include "../../../core/mgmt/stress_table.h"
#include "run.h"

#include <core/cmdline.h>

/* The sections that the linker script delimits in the kernel. */
static char text[8];
struct vmk_ConfigOption mtu = {"/Net/MTU", "", 1500, 1500, 64, 9000};
struct vmk_ConfigOption name = {"/Misc/Name", "", .text = text, .size = sizeof(text)};
vmk_StressPoint alloc_fail = {.name = "alloc_fail"};
__asm__(".pushsection .data.rel.ro, \"aw\"\n"
        ".balign 8\n"
        ".globl vmk_config_start, vmk_config_end, vmk_stress_start, vmk_stress_end\n"
        "vmk_config_start: .quad mtu, name\n"
        "vmk_config_end:\n"
        "vmk_stress_start: .quad alloc_fail\n"
        "vmk_stress_end:\n"
        ".popsection\n");

START_TEST(reads_the_command_line)
{
    char value[32] = "";

    cmdline_init("quiet run=\"a; b 'c'\" console=none n=0x10 n=7 hang=soon");
    ck_assert(cmdline_text("quiet", value, sizeof(value)));
    ck_assert_str_eq(value, "");
    ck_assert(cmdline_text("run", value, sizeof(value)));
    ck_assert_str_eq(value, "a; b 'c'");
    ck_assert(cmdline_text("run", value, 3));
    ck_assert_str_eq(value, "a;");
    ck_assert(!cmdline_text("ru", value, sizeof(value)));
    ck_assert(cmdline_is("console", "none"));
    ck_assert(!cmdline_is("console", "non"));
    ck_assert_uint_eq(cmdline_uint("n", 1), 7);
    ck_assert_uint_eq(cmdline_uint("m", 1), 1);
    ck_assert_uint_eq(cmdline_uint("hang", 20), 20);
}
END_TEST

START_TEST(sets_options_from_it)
{
    cmdline_init("Net.MTU=9000 Misc.Name=abc Net.Nothing=1 x=1.5");
    ck_assert_uint_eq(mtu.value, 9000);
    ck_assert_str_eq(text, "abc");
}
END_TEST

START_TEST(checks_values)
{
    ck_assert_int_eq(config_set("/Net/MTU", "64"), VMK_OK);
    ck_assert_int_eq(config_set("/Net/MTU", "63"), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(config_set("/Net/MTU", "9001"), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(config_set("/Net/MTU", "12x"), VMK_BAD_PARAM);
    ck_assert_uint_eq(mtu.value, 64);
    ck_assert_int_eq(config_set("/Misc/Name", "1234567"), VMK_OK);
    ck_assert_int_eq(config_set("/Misc/Name", "12345678"), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(config_set("/No/Such", "1"), VMK_NOT_FOUND);
}
END_TEST

START_TEST(modules_read_options)
{
    vmk_ConfigParamHandle handle;
    vmk_uint64 value;
    vmk_ByteCount size;
    char copy[8];

    ck_assert_int_eq(vmk_ConfigParamOpen("Net", "Nothing", &handle), VMK_NOT_FOUND);
    ck_assert_int_eq(vmk_ConfigParamOpen("Net", "MTU", &handle), VMK_OK);
    ck_assert_int_eq(vmk_ConfigParamGetUint(handle, &value), VMK_OK);
    ck_assert_uint_eq(value, 1500);
    ck_assert_int_eq(vmk_ConfigParamGetString(handle, copy, sizeof(copy)), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_ConfigParamClose(handle), VMK_OK);
    ck_assert_int_eq(vmk_ConfigParamOpen("Misc", "Name", &handle), VMK_OK);
    ck_assert_int_eq(config_set("/Misc/Name", "abc"), VMK_OK);
    ck_assert_int_eq(vmk_ConfigParamGetStringSize(handle, &size), VMK_OK);
    ck_assert_uint_eq(size, 4);
    ck_assert_int_eq(vmk_ConfigParamGetString(handle, copy, 3), VMK_BUF_TOO_SMALL);
    ck_assert_int_eq(vmk_ConfigParamGetString(handle, copy, 4), VMK_OK);
    ck_assert_str_eq(copy, "abc");
    ck_assert_int_eq(vmk_ConfigParamGetUint(handle, &value), VMK_BAD_PARAM);
}
END_TEST

START_TEST(fault_points_hit_every_nth_time)
{
    vmk_StressOptionHandle point;
    vmk_Bool hit;
    int i, hits = 0;

    ck_assert_int_eq(vmk_StressOptionOpen("nothing", &point), VMK_NOT_FOUND);
    ck_assert_int_eq(vmk_StressOptionOpen("alloc_fail", &point), VMK_OK);
    ck_assert_int_eq(vmk_StressOptionCounter(point, &hit), VMK_OK);
    ck_assert(!hit);
    point->every = 3;
    point->passes = 0;
    for (i = 0; i < 9; i++) {
        ck_assert_int_eq(vmk_StressOptionCounter(point, &hit), VMK_OK);
        hits += hit;
    }
    ck_assert_int_eq(hits, 3);
    ck_assert_uint_eq(point->hits, 3);
}
END_TEST

RUN_TESTS(reads_the_command_line, sets_options_from_it, checks_values, modules_read_options,
          fault_points_hit_every_nth_time)
