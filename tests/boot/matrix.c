/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * matrix TYPE FIRMWARE SMP MEMORY [NIC [xapic]] - boots one kind of machine and looks at what came up: the
 * CPUs and the memory it was given, a NIC with link and a DHCP lease, and a clean power-off. Local APICs are
 * in x2APIC mode where QEMU has it, unless `xapic` takes it away.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

/*
 * What may be in use after boot, descriptors of 2 GB of pages included. With more memory come the descriptors
 * of further pages, and a pool for a NIC that does not reach what lies above 4 GB.
 */
#define MEMORY_LIMIT      (16 << 20)
#define DRIVE_BYTES       (1 << 19) /* a port's commands, the drive's means to cut and bounce requests */
#define DESCRIBED_MIB     2048
#define DESCRIPTION_BYTES 4096 /* Of a megabyte. */
#define BOUNCE_BYTES      (4 << 20)

static char **arguments;
static bool without_x2apic;

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
    without_x2apic = options.nic != NULL && arguments[6] != NULL;
    options.cpu = without_x2apic ? "max,-x2apic" : NULL;
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

/* The kernel, and the CD-ROM drive that firmware boots it from. */
static long long memory_limit(long long mib, bool drive)
{
    long long limit = MEMORY_LIMIT + (drive ? DRIVE_BYTES : 0);

    if (mib <= DESCRIBED_MIB) {
        return limit;
    }
    return limit + (mib - DESCRIBED_MIB) * DESCRIPTION_BYTES + BOUNCE_BYTES;
}

/* Whether QEMU's CPU "max" has x2APIC: its software emulation got it between 7.2 and 10.0. */
static bool qemu_has_x2apic(struct machine *m)
{
    char *reply = NULL;
    bool asked = machine_qmp(m,
                             "{\"execute\": \"query-cpu-model-expansion\", \"arguments\": "
                             "{\"type\": \"full\", \"model\": {\"name\": \"max\"}}}",
                             &reply);
    ck_assert_msg(asked, "%s", machine_error(m));
    bool has = strstr(reply, "\"x2apic\": true") != NULL;
    ck_assert(has || strstr(reply, "\"x2apic\": false") != NULL);
    free(reply);
    return has;
}

static void check_cpus(struct machine *m, unsigned count)
{
    bool expected = qemu_has_x2apic(m) && !without_x2apic;
    json_t *cpus = boot_json(m, "hardware cpu list"), *cpu;
    size_t i;
    ck_assert_uint_eq(json_array_size(cpus), count);
    json_array_foreach(cpus, i, cpu)
    {
        ck_assert_int_eq(json_is_true(json_object_get(cpu, "x2APIC")), expected);
    }
    json_decref(cpus);
}

START_TEST(test_boots_to_a_lease)
{
    struct machine_options options = machine_under_test();
    struct machine *m = boot_up(&options);

    check_cpus(m, options.smp);

    json_t *memory = boot_json(m, "hardware memory get");
    long long mib = json_integer_value(json_object_get(memory, "PhysicalMemory")) >> 20;
    /* Firmware keeps some for itself. */
    ck_assert_int_le(mib, megabytes(options.memory));
    ck_assert_int_ge(mib, megabytes(options.memory) - 16);
    ck_assert_int_le(json_integer_value(json_object_get(memory, "InUse")),
                     memory_limit(mib, options.iso != NULL));
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
        fprintf(stderr, "usage: %s TYPE pvh|bios|uefi SMP MEMORY [NIC [xapic]]\n", argv[0]);
        return 2;
    }
    arguments = argv;
    Suite *suite = suite_create("matrix");
    TCase *tcase = tcase_create("matrix");
    tcase_add_test(tcase, test_boots_to_a_lease);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
