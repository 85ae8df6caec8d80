/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * matrix TYPE FIRMWARE SMP MEMORY [NIC] - boots one kind of machine and looks at what came up: the CPUs and
 * the memory it was given, a NIC with link and a DHCP lease, and a clean power-off.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

/* What may be in use after boot, descriptors of 2 GB of pages included. */
#define MEMORY_LIMIT (16 << 20)

static char **arguments;

static struct machine_options machine_under_test(void)
{
    static char name[128];
    snprintf(name, sizeof name, "matrix.%s.%s.%s.%s.%s", arguments[1], arguments[2], arguments[3],
             arguments[4], arguments[5] != NULL ? arguments[5] : "e1000");
    struct machine_options options = boot_options(name);
    options.type = arguments[1];
    options.smp = (unsigned)atoi(arguments[3]);
    options.memory = arguments[4];
    options.nic = arguments[5];
    if (strcmp(arguments[2], "pvh") != 0) {
        options.iso = BOOT_ISO;
        options.uefi = strcmp(arguments[2], "uefi") == 0;
    }
    return options;
}

static long long megabytes(const char *text)
{
    char *unit;
    long long n = strtoll(text, &unit, 10);
    return *unit == 'G' ? n * 1024 : n;
}

START_TEST(test_boots_to_a_lease)
{
    struct machine_options options = machine_under_test();
    struct machine *m = boot_up(&options);

    json_t *cpus = boot_json(m, "hardware cpu list");
    ck_assert_uint_eq(json_array_size(cpus), options.smp);
    json_decref(cpus);

    json_t *memory = boot_json(m, "hardware memory get");
    long long mib = json_integer_value(json_object_get(memory, "PhysicalMemory")) >> 20;
    /* Firmware keeps some for itself. */
    ck_assert_int_le(mib, megabytes(options.memory));
    ck_assert_int_ge(mib, megabytes(options.memory) - 16);
    ck_assert_int_le(json_integer_value(json_object_get(memory, "InUse")), MEMORY_LIMIT);
    json_decref(memory);

    json_t *nics = boot_json(m, "network nic list");
    json_t *nic = boot_row(nics, "Name", "vmnic0");
    ck_assert_str_eq(json_string_value(json_object_get(nic, "Driver")), "e1000");
    ck_assert_str_eq(json_string_value(json_object_get(nic, "LinkStatus")), "Up");
    ck_assert_int_eq(json_integer_value(json_object_get(nic, "Speed")), 1000);
    json_decref(nics);

    json_t *addresses = boot_json(m, "network ip interface ipv4 get");
    json_t *vmk0 = boot_row(addresses, "Name", "vmk0");
    ck_assert_str_eq(json_string_value(json_object_get(vmk0, "IPv4Address")), "10.0.2.15");
    json_decref(addresses);

    boot_down(m);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s TYPE pvh|bios|uefi SMP MEMORY [NIC]\n", argv[0]);
        return 2;
    }
    arguments = argv;
    Suite *suite = suite_create("matrix");
    TCase *tcase = tcase_create("matrix");
    tcase_add_test(tcase, test_boots_to_a_lease);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
