/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_modinfo.c - what modules say about themselves: tags, licences, aliases, imports, the seal.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#include "image.h"
#include "imports.h"
#include "modinfo.h"
#include <core/module_format.h>
#include <vmkapi/lib/crc.h>

static struct string_table table(const char *text, size_t len)
{
    return (struct string_table){.text = text, .len = len};
}
#define TABLE(text) table(text, sizeof(text))

START_TEST(finds_tags)
{
    struct string_table info = TABLE("name=e1000\0\0alias=a\0license=GPL\0aliases=x\0alias=b\0alias=");
    struct string_table none = table("", 0);
    const char *alias = modinfo_next(&info, "alias", NULL);

    ck_assert_str_eq(modinfo_value(&info, "name"), "e1000");
    ck_assert_str_eq(modinfo_value(&info, "nam"), "");
    ck_assert_str_eq(alias, "a");
    alias = modinfo_next(&info, "alias", alias);
    ck_assert_str_eq(alias, "b");
    alias = modinfo_next(&info, "alias", alias);
    ck_assert_str_eq(alias, "");
    ck_assert_ptr_null(modinfo_next(&info, "alias", alias));
    ck_assert_str_eq(modinfo_value(&none, "name"), "");
}
END_TEST

START_TEST(knows_the_licences)
{
    ck_assert(license_is_gpl_compatible("GPL"));
    ck_assert(license_is_gpl_compatible("GPL v2"));
    ck_assert(license_is_gpl_compatible("GPL and additional rights"));
    ck_assert(license_is_gpl_compatible("Dual BSD/GPL"));
    ck_assert(license_is_gpl_compatible("Dual MIT/GPL"));
    ck_assert(license_is_gpl_compatible("Dual MPL/GPL"));
    ck_assert(!license_is_gpl_compatible("gpl"));
    ck_assert(!license_is_gpl_compatible("GPL v3"));
    ck_assert(!license_is_gpl_compatible("Proprietary"));
    ck_assert(!license_is_gpl_compatible(""));
}
END_TEST

START_TEST(matches_globs)
{
    static const char device[] = "pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00i00";

    ck_assert(glob_match("pci:v00008086d0000100Esv*sd*bc*sc*i*", device));
    ck_assert(glob_match("pci:v*d*sv*sd*bc02sc00i*", device));
    ck_assert(!glob_match("pci:v00008086d0000100Fsv*sd*bc*sc*i*", device));
    ck_assert(!glob_match("pci:v*d*sv*sd*bc01sc*i*", device));
    ck_assert(glob_match("*", ""));
    ck_assert(glob_match("", ""));
    ck_assert(!glob_match("", "a"));
    ck_assert(!glob_match("?", ""));
    ck_assert(glob_match("a?c*", "abc"));
    ck_assert(glob_match("*ab*ab", "aabab"));
    ck_assert(!glob_match("*ab*abc", "aabab"));
}
END_TEST

START_TEST(finds_imports)
{
    struct string_table imports = TABLE("vmkapi:a@1\0vmklinux-6.1:ab@2\0x:c@\0libata:d@7\0vmkapi:zz@42");
    struct import import;

    ck_assert(imports_find(&imports, "a", &import));
    ck_assert_str_eq(import.provider, "vmkapi");
    ck_assert_uint_eq(import.version, 1);
    ck_assert(imports_find(&imports, "ab", &import));
    ck_assert_str_eq(import.provider, "vmklinux-6.1");
    ck_assert(imports_find(&imports, "zz", &import));
    ck_assert_uint_eq(import.version, 42);
    ck_assert(!imports_find(&imports, "c", &import));
    ck_assert(!imports_find(&imports, "z", &import));
    ck_assert(!imports_find(&imports, "zzz", &import));
    ck_assert(!imports_find(&imports, "", &import));
    imports = TABLE("no colon\0no:version\0:@1");
    ck_assert(!imports_find(&imports, "version", &import));
    ck_assert(!imports_find(&imports, "no colon", &import));
    imports.len = 0;
    ck_assert(!imports_find(&imports, "a", &import));
}
END_TEST

START_TEST(finds_each_of_many_imports)
{
    char text[26 * 26 * 8], name[3] = "";
    size_t len = 0;
    struct import import;
    struct string_table imports;

    for (unsigned i = 0; i < 26 * 26; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len, "p:%c%c@%u", 'a' + i / 26, 'a' + i % 26,
                                i % 10) +
               1;
    }
    imports = table(text, len);
    for (unsigned i = 0; i < 26 * 26; i++) {
        name[0] = (char)('a' + i / 26);
        name[1] = (char)('a' + i % 26);
        ck_assert(imports_find(&imports, name, &import));
        ck_assert_uint_eq(import.version, i % 10);
    }
}
END_TEST

START_TEST(a_broken_seal_shows)
{
    unsigned char bytes[64];
    struct module_seal seal = {.magic = MODULE_SEAL_MAGIC};
    vmk_ByteCount len;

    memset(bytes, 'x', 48);
    seal.checksum = ~vmk_CRC32(~0u, bytes, 48);
    memcpy(bytes + 48, &seal, sizeof(seal));
    ck_assert(seal_is_whole(bytes, 64, &len));
    ck_assert_uint_eq(len, 48);
    for (unsigned bit = 0; bit < 64 * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert(!seal_is_whole(bytes, 64, &len) || (bit / 8 >= 56 && bit / 8 < 60));
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ck_assert(!seal_is_whole(bytes, 63, &len));
    ck_assert(!seal_is_whole(bytes, 15, &len));
    ck_assert(!seal_is_whole(bytes, 0, &len));
}
END_TEST

RUN_TESTS(finds_tags, knows_the_licences, matches_globs, finds_imports, finds_each_of_many_imports,
          a_broken_seal_shows)
