/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <string.h>

#include <core/account.h>
#include <core/stats.h>

#include "run.h"

#define MODULE 7

struct nic_stats {
    vmk_uint64 tx_packets;
    vmk_uint64 rx_packets;
};

static vmk_uint64 read_cookie(vmk_AddrCookie cookie)
{
    return cookie.u64 * 2;
}

static const vmk_StatField nic_fields[] = {VMK_STAT_FIELD(struct nic_stats, tx_packets),
                                           VMK_STAT_FIELD(struct nic_stats, rx_packets),
                                           VMK_STAT_READ("doubled", read_cookie)};

static struct nic_stats counted[2][4];
static vmk_StatGroup groups[2];

static void setup(void)
{
    int i;

    for (i = 1; i >= 0; i--) {
        vmk_StatGroupInit(&groups[i], MODULE, nic_fields, VMK_ARRAY_SIZE(nic_fields), "net/vmnic%d", i);
        groups[i].base = counted[i];
        groups[i].count = 4;
        groups[i].stride = sizeof(counted[i][0]);
        groups[i].cookie.u64 = 21;
        ck_assert_int_eq(vmk_StatGroupRegister(&groups[i]), VMK_OK);
    }
}

static void teardown(void)
{
    vmk_StatGroupUnregister(&groups[0]);
    vmk_StatGroupUnregister(&groups[1]);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_STATS), 0);
}

static char seen[1024];

static void see(void *arg, const char *path, vmk_uint64 value)
{
    strcat(seen, path);
    strcat(seen, " ");
}

static const char *walk(const char *prefix)
{
    seen[0] = '\0';
    return stats_walk(prefix, see, NULL) == VMK_OK ? seen : "none";
}

START_TEST(sums_over_cpus)
{
    vmk_uint64 value;
    int i;

    setup();
    for (i = 0; i < 4; i++) {
        counted[1][i].tx_packets = 10 + (vmk_uint64)i;
    }
    ck_assert_int_eq(stats_get("net/vmnic1/tx_packets", &value), VMK_OK);
    ck_assert_uint_eq(value, 46);
    ck_assert_int_eq(stats_get("net/vmnic0/tx_packets", &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
    ck_assert_int_eq(stats_get("net/vmnic0/doubled", &value), VMK_OK);
    ck_assert_uint_eq(value, 42);
    ck_assert_int_eq(stats_get("net/vmnic0", &value), VMK_NOT_FOUND);
    ck_assert_int_eq(stats_get("net/vmnic2/tx_packets", &value), VMK_NOT_FOUND);
    teardown();
}
END_TEST

START_TEST(walks_in_order)
{
    setup();
    ck_assert_str_eq(walk("net/vmnic0"), "net/vmnic0/tx_packets net/vmnic0/rx_packets net/vmnic0/doubled ");
    ck_assert_str_eq(walk("net"), "net/vmnic0/tx_packets net/vmnic0/rx_packets net/vmnic0/doubled "
                                  "net/vmnic1/tx_packets net/vmnic1/rx_packets net/vmnic1/doubled ");
    ck_assert_str_eq(walk("net/vmnic0/doubled"), "net/vmnic0/doubled ");
    ck_assert_str_eq(walk("net/vmnic"), "none");
    ck_assert_str_eq(walk("ne"), "none");
    ck_assert_str_eq(walk("net/vmnic0/doubled/x"), "none");
    teardown();
}
END_TEST

START_TEST(refuses_twins_and_blanks)
{
    vmk_StatGroup twin;

    setup();
    vmk_StatGroupInit(&twin, MODULE, nic_fields, 1, "net/vmnic0");
    ck_assert_int_eq(vmk_StatGroupRegister(&twin), VMK_EXISTS);
    vmk_StatGroupInit(&twin, MODULE, nic_fields, 1, "%s", "");
    ck_assert_int_eq(vmk_StatGroupRegister(&twin), VMK_BAD_PARAM);
    vmk_StatGroupInit(&twin, MODULE, nic_fields, 0, "net/x");
    ck_assert_int_eq(vmk_StatGroupRegister(&twin), VMK_BAD_PARAM);
    vmk_StatGroupUnregister(&twin);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_STATS), 2);
    teardown();
}
END_TEST

RUN_TESTS(sums_over_cpus, walks_in_order, refuses_twins_and_blanks)
