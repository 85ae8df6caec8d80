/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_vsprintf.c - Linux's printf: what letters behind %p mean. */
#include "linux_test.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/netdev_features.h>
#include <linux/string.h>

void linux_test_start(void)
{
}

#define EXPECT_TEXT(expected, ...)                                                                           \
    do {                                                                                                     \
        char text_[200];                                                                                     \
        int len_ = snprintf(text_, sizeof(text_), __VA_ARGS__);                                              \
                                                                                                             \
        EXPECT(strcmp(text_, expected) == 0);                                                                \
        EXPECT(len_ == (int)sizeof(expected) - 1);                                                           \
    } while (0)

static const u8 mac[6] = {0x52, 0x54, 0x00, 0x12, 0xab, 0xff};

static void test_mac(void)
{
    EXPECT_TEXT("52:54:00:12:ab:ff", "%pM", mac);
    EXPECT_TEXT("52-54-00-12-ab-ff.", "%pMF.", mac);
    EXPECT_TEXT("ff:ab:12:00:54:52", "%pMR", mac);
    EXPECT_TEXT("52540012abff|", "%pm|", mac);
    EXPECT_TEXT("   52:54:00:12:ab:ff|", "%20pM|", mac);
    EXPECT_TEXT("52:54:00:12:ab:ff   |", "%-20pM|", mac);
}

static void test_ip(void)
{
    const u8 v4[4] = {10, 0, 2, 255};
    const u8 v6[16] = {0xfe, 0x80, [15] = 0x01}, any[16] = {0},
             full[16] = {[1] = 1, [3] = 2, [5] = 3, [7] = 4, [9] = 5, [11] = 6, [13] = 7, [15] = 8};
    const u8 two_gaps[16] = {0x20, 0x01, [7] = 1, [15] = 1};

    EXPECT_TEXT("10.0.2.255", "%pI4", v4);
    EXPECT_TEXT("010.000.002.255", "%pi4", v4);
    EXPECT_TEXT("fe80:0000:0000:0000:0000:0000:0000:0001", "%pI6", v6);
    EXPECT_TEXT("fe800000000000000000000000000001", "%pi6", v6);
    EXPECT_TEXT("fe80::1", "%pI6c", v6);
    EXPECT_TEXT("::", "%pI6c", any);
    EXPECT_TEXT("1:2:3:4:5:6:7:8", "%pI6c", full);
    EXPECT_TEXT("2001:0:0:1::1", "%pI6c", two_gaps);
}

static void test_bytes(void)
{
    EXPECT_TEXT("52 54 00", "%*ph", 3, mac);
    EXPECT_TEXT("52:54", "%*phC", 2, mac);
    EXPECT_TEXT("52-54-00-12", "%4phD", mac);
    EXPECT_TEXT("52540012abff", "%6phN", mac);
}

static void test_numbers(void)
{
    netdev_features_t features = 0x123;
    u64 address = 0xfeb80000;

    EXPECT_TEXT("0x00000000feb80000", "%pa", &address);
    EXPECT_TEXT("0x00000000feb80000 2", "%pad %d", &address, 2);
    EXPECT_TEXT("0x0000000000000123", "%pNF", &features);
    EXPECT_TEXT("-12", "%pe", ERR_PTR(-12));
    EXPECT_TEXT("(null)", "%pM", NULL);
    EXPECT_TEXT("7 ff  x", "%d %x %2s", 7, 255, "x");
}

static __printf(3, 4) int nested(char *buf, size_t size, const char *fmt, ...)
{
    struct va_format vaf = {.fmt = fmt};
    va_list args;
    int len;

    va_start(args, fmt);
    vaf.va = &args;
    len = snprintf(buf, size, "<%pV>", &vaf);
    va_end(args);
    return len;
}

static void test_nested(void)
{
    char text[64];

    EXPECT(nested(text, sizeof(text), "%s %pM %d", "a", mac, 5) == 23);
    EXPECT(strcmp(text, "<a 52:54:00:12:ab:ff 5>") == 0);
}

static void test_truncation(void)
{
    char text[8] = "xxxxxxx";

    EXPECT(snprintf(text, 5, "%pM", mac) == 17);
    EXPECT(strcmp(text, "52:5") == 0 && text[5] == 'x');
    EXPECT(scnprintf(text, 5, "%pM", mac) == 4);
    EXPECT(scnprintf(text, 0, "%pM", mac) == 0);
    EXPECT(snprintf(NULL, 0, "%pI6c", (const u8[16]){0}) == 2);
}

const struct linux_case linux_cases[] = {
    {"mac", test_mac},
    {"ip", test_ip},
    {"bytes", test_bytes},
    {"numbers", test_numbers},
    {"nested", test_nested},
    {"truncation", test_truncation},
    {NULL, NULL},
};
