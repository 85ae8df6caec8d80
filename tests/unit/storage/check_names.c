/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_names - names of devices, and what is done about each status.
 */
#include "internal.h"
#include "retry.h"
#include "run.h"

#include <string.h>

START_TEST(names_that_are_told)
{
    static const struct {
        const char *id;
        bool told;
    } cases[] = {{"naa.5000c500a1b2c3d4", true},
                 {"eui.0025388b710116a1", true},
                 {"uuid.1", true},
                 {"t10.x", true},
                 {"t10.", false},
                 {"", false},
                 {"nqn.2019-08", false},
                 {"NAA.5", false}};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        vmk_BlockIdentity identity = {0};

        strcpy(identity.uniqueID, cases[i].id);
        ck_assert_msg(identity_is_told(&identity) == cases[i].told, "%s", cases[i].id);
    }
}
END_TEST

START_TEST(names_that_are_made_up)
{
    vmk_BlockIdentity identity = {.vendor = "ATA", .model = "QEMU HARDDISK", .serial = "QM 1"};
    char name[VMK_BLOCK_ID_LENGTH];

    ck_assert(identity_make_up(&identity, 0, name));
    ck_assert_str_eq(name, "t10.ATA_____QEMU_HARDDISK___________________________QM_1");
    ck_assert(identity_make_up(&identity, 7, name));
    ck_assert_str_eq(name, "t10.ATA_____QEMU_HARDDISK___________________________QM_1_L7");
    identity.vendor[0] = '\0';
    ck_assert(identity_make_up(&identity, 0, name));
    ck_assert_str_eq(name, "t10.QEMU_HARDDISK___________________________QM_1");
    identity.serial[0] = '\0';
    ck_assert(!identity_make_up(&identity, 0, name));

    /* As long as can be, and nothing of it printable. */
    memset(&identity, '\xff', sizeof(identity));
    identity.vendor[15] = identity.model[47] = identity.serial[47] = '\0';
    ck_assert(identity_make_up(&identity, ~0u, name));
    ck_assert_uint_lt(strlen(name), sizeof(name));
    ck_assert_uint_eq(strspn(name + 4, "_L0123456789"), strlen(name) - 4);
    ck_assert_ptr_nonnull(strstr(name, "_L4294967295"));
}
END_TEST

START_TEST(texts_are_cleaned)
{
    static const struct {
        const char *dirty, *clean;
    } cases[] = {{"", ""},
                 {"   ", ""},
                 {"a", "a"},
                 {"  a b  ", "a b"},
                 {"a\tb", "a b"},
                 {"\x01\x7f x\xff", "x"},
                 {"0123456789", "0123456"}};

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[8];

        strncpy(text, cases[i].dirty, sizeof(text));
        identity_clean(text, sizeof(text));
        ck_assert_str_eq(text, cases[i].clean);
    }
}
END_TEST

START_TEST(the_policy)
{
    const struct retry_rule *other = retry_rule_of(VMK_VERSION_MISMATCH);

    /* Whoever changes the table changes what is promised here. */
    ck_assert_uint_eq(retry_rule_of(VMK_READ_ERROR)->retries, 0);
    ck_assert_uint_eq(retry_rule_of(VMK_WRITE_ERROR)->retries, 0);
    ck_assert_uint_eq(retry_rule_of(VMK_IO_ERROR)->retries, 0);
    ck_assert_uint_eq(retry_rule_of(VMK_BUSY)->retries, 12);
    ck_assert_uint_eq(retry_rule_of(VMK_TIMEOUT)->retries, 3);
    ck_assert(retry_rule_of(VMK_TIMEOUT)->elsewhere && retry_rule_of(VMK_NO_CONNECT)->elsewhere);
    ck_assert(!retry_rule_of(VMK_BUSY)->elsewhere);
    ck_assert_uint_eq(retry_rule_of(VMK_PERM_DEV_LOSS)->delay_ms, RETRY_ELSEWHERE_ONLY);
    ck_assert_ptr_eq(other, retry_rule_of(VMK_FAILURE));
    ck_assert_uint_eq(other->retries, 0);
}
END_TEST

START_TEST(delays_double)
{
    const struct retry_rule rule = {.delay_ms = 10};

    ck_assert_uint_eq(retry_delay_ms(&rule, 0), 10);
    ck_assert_uint_eq(retry_delay_ms(&rule, 1), 20);
    ck_assert_uint_eq(retry_delay_ms(&rule, 5), 320);
    ck_assert_uint_eq(retry_delay_ms(&rule, 9), RETRY_DELAY_MAX_MS);
    ck_assert_uint_eq(retry_delay_ms(&rule, 1000), RETRY_DELAY_MAX_MS);
}
END_TEST

RUN_TESTS(names_that_are_told, names_that_are_made_up, texts_are_cleaned, the_policy, delays_double)
