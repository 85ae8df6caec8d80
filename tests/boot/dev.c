/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dev [msix] - devices, interrupts and DMA in booted machines, behind bridges and with much memory too;
 * firmware that talks nonsense. With `msix` the same with an e1000e for MSI-X: apart from the rest, because
 * QEMU 7.2 itself aborts in some of these runs (CAVEATS.md).
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE_S 600

/* Two edu boards whose pins meet. */
#define FLAT "-device", "edu,addr=8", "-device", "edu,addr=12"
#define BRIDGED                                                                                              \
    "-device", "i82801b11-bridge,id=outer", "-device", "pci-bridge,bus=outer,id=inner,chassis_nr=2",         \
        "-device", "edu,bus=inner,addr=1", "-device", "edu,bus=inner,addr=5", "-device",                     \
        "edu,bus=outer,addr=9", "-device", "pcie-root-port,id=express,chassis=1,slot=1"

static const struct {
    const char *type, *memory;
    const char *devices[16];
    const char *msix;
} machines[] = {{"q35", "512M", {FLAT}, "e1000e,addr=10"},
                {"pc", "512M", {FLAT}, "e1000e,addr=10"},
                {"q35", "512M", {BRIDGED}, "e1000e,bus=express"},
                {"q35", "6G", {FLAT}, "e1000e,addr=10"}};

static bool with_msix;

static void add_devices(struct machine_options *options, unsigned machine)
{
    unsigned count = 0;

    while (machines[machine].devices[count] != NULL) {
        options->extra[count] = machines[machine].devices[count];
        count++;
    }
    if (with_msix) {
        options->extra[count] = "-device";
        options->extra[count + 1] = machines[machine].msix;
    }
}

START_TEST(passes)
{
    struct machine_options options = boot_options("dev");
    struct machine *machine;
    char *output;
    int status;

    options.archive = BOOT_TEST_ARCHIVE;
    options.type = machines[_i].type;
    options.memory = machines[_i].memory;
    add_devices(&options, (unsigned)_i);
    machine = boot_up(&options);
    status = machine_command(machine, "system module load test_dev", PATIENCE_S, &output);
    ck_assert_msg(status == 0, "machine %d: status %d %s %s", _i, status, output, machine_error(machine));
    free(output);
    free(boot_run(machine, "system module unload test_dev"));
    boot_down(machine);
}
END_TEST

START_TEST(lists_functions)
{
    struct machine_options options = boot_options("dev");
    struct machine *machine = boot_up(&options);
    json_t *list = boot_json(machine, "hardware pci list"), *one;
    json_t *row = boot_row(list, "Address", "0000:00:1f.2");

    ck_assert_str_eq(json_string_value(json_object_get(row, "DeviceClass")), "0x0106");
    one = boot_json(machine, "hardware pci list 0000:00:1f.2");
    ck_assert_uint_eq(json_array_size(one), 1);
    boot_run_failing(machine, "hardware pci list 0000:00:13.0", "hardware pci list");
    json_decref(one);
    json_decref(list);
    boot_down(machine);
}
END_TEST

/**
 * A table that is one only by its header. Text, as what firmware leaves in the wrong place often is: bytes
 * chosen to be AML that breaks its rules can bring ACPICA itself down.
 */
static void write_nonsense(const char *path)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 40; i++) {
        fprintf(file, "line %d of a file that is no table\n", i);
    }
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(survives_nonsense_from_firmware)
{
    struct machine_options options = boot_options("dev");
    struct machine *machine;

    write_nonsense(BOOT_LOG_DIR "/nonsense.aml");
    options.extra[0] = "-acpitable";
    options.extra[1] = "sig=SSDT,data=" BOOT_LOG_DIR "/nonsense.aml";
    machine = boot_up(&options);
    json_t *list = boot_json(machine, "network nic list");
    ck_assert_uint_eq(json_array_size(list), 1);
    json_decref(list);
    boot_down(machine);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("dev");
    TCase *tests = tcase_create("dev");

    with_msix = argc > 1 && strcmp(argv[1], "msix") == 0;
    tcase_add_loop_test(tests, passes, 0, sizeof(machines) / sizeof(machines[0]));
    tcase_add_test(tests, lists_functions);
    tcase_add_test(tests, survives_nonsense_from_firmware);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
