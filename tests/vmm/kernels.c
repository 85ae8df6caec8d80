/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernels - a test kernel passes on QEMU's machine and in a virtual machine, and prints the same on both.
 *
 * The one named `virtio` has a disk and a NIC: QEMU's own there, here a disk on Linux's nvme driver and a
 * port of the switch with Linux's e1000 behind it. Its exits are counted.
 *
 * The one named `triple` ends by a triple fault, the others by the debug exit. Those named `smp` and `state`
 * have two processors, which for `state` share one CPU; those named `apic` as many as their names say. Those
 * named `forms` have an entropy source.
 *
 * usage: kernels NAME
 */
#include "boot.h"
#include "guest.h"

#include <core/vmm/exit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define OUTPUT_MAX      65536
#define BARE_TIMEOUT_S  120
#define STOP_PATIENCE_S 60
#define DEBUG_EXIT_OK   1 /* QEMU's exit status for a debug exit with code 0... */
#define RESET_OK        0 /* ...and for a reset that would follow. */

#define DISK            BOOT_LOG_DIR "/vmm-disk.img"
#define DISK_MIB        64

/* tests/vmm/guest/virtio.c: how many it does, and how many exits and interrupts each may cost. */
#define ALONE       1013 /* One request at a time. */
#define DEEP        4000 /* 32 at a time. */
#define FRAMES      1000
#define EXITS_ALONE 1.0
#define EXITS_DEEP  0.1

static const char *name;

static const char bare_devices[] =
    " -drive if=none,id=disk,format=raw,file=" DISK
    " -device virtio-blk-pci,drive=disk,disable-legacy=on,queue-size=256 -netdev user,id=net"
    " -device virtio-net-pci,netdev=net,disable-legacy=on,tx_queue_size=256 2>/dev/null";

static const char bare_rng[] = " -device virtio-rng-pci,disable-legacy=on,vectors=2";

static const char *devices(void)
{
    return strcmp(name, "virtio") == 0 ? bare_devices : strncmp(name, "forms", 5) == 0 ? bare_rng : "";
}

static bool has_devices(void)
{
    return strcmp(name, "virtio") == 0;
}

static int processors(void)
{
    size_t len = strlen(name);

    if (strcmp(name, "smp") == 0 || strcmp(name, "state") == 0) {
        return 2;
    }
    return strncmp(name, "apic", 4) == 0 ? name[len - 1] - '0' : 1;
}

/** It ends by one, having said that all passed. */
static bool ends_in_triple_fault(void)
{
    return strcmp(name, "triple") == 0;
}

static void make_disk(void)
{
    char command[1024];

    snprintf(command, sizeof command, "rm -f %s && truncate -s %uM %s", DISK, DISK_MIB, DISK);
    ck_assert_int_eq(system(command), 0);
}

/** What it prints on QEMU's own machine. */
static char *run_bare(void)
{
    static const char format[] =
        "timeout %d qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 64 -nodefaults -display none"
        " -smp %d -kernel %s/%s.elf -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1 -no-reboot%s "
        "</dev/null";
    char command[2048], *output = calloc(1, OUTPUT_MAX);
    FILE *qemu;
    int status;

    snprintf(command, sizeof command, format, BARE_TIMEOUT_S, processors(), GUEST_KERNELS, name, devices());
    qemu = popen(command, "r");
    ck_assert_ptr_nonnull(qemu);
    ck_assert_uint_lt(fread(output, 1, OUTPUT_MAX - 1, qemu), OUTPUT_MAX - 1);
    status = pclose(qemu);
    ck_assert_msg(WIFEXITED(status) &&
                      WEXITSTATUS(status) == (ends_in_triple_fault() ? RESET_OK : DEBUG_EXIT_OK),
                  "on QEMU's machine: status %d\n%s", status, output);
    return output;
}

/** @return what stopped it. */
static char *wait_stopped(struct machine *m)
{
    for (int i = 0; i < STOP_PATIENCE_S * 10; i++) {
        json_t *list = boot_json(m, "vm list");
        json_t *row = boot_row(list, "Name", name);
        char *stopped_by = NULL;

        if (strcmp(json_string_value(json_object_get(row, "State")), "stopped") == 0) {
            stopped_by = strdup(json_string_value(json_object_get(row, "StoppedBy")));
        }
        json_decref(list);
        if (stopped_by != NULL) {
            return stopped_by;
        }
        machine_run_for(m, 100);
    }
    ck_abort_msg("%s does not stop", name);
}

/** Exits and interrupts are as few as they should be; the kicks before the queue is deep count as many. */
static void check_counts(struct machine *m)
{
    double kicks = (double)boot_stat(m, "vm/virtio/disk.1/kicks");
    double signals = (double)boot_stat(m, "vm/virtio/disk.1/signals");

    ck_assert_int_ge(boot_stat(m, "vm/virtio/disk.1/chains"), ALONE + DEEP);
    ck_assert_double_le(kicks, ALONE * EXITS_ALONE + DEEP * EXITS_DEEP);
    ck_assert_double_le(signals, ALONE * EXITS_ALONE + DEEP * EXITS_DEEP);
    ck_assert_int_eq(boot_stat(m, "vm/virtio/disk.1/errors"), 0);
    ck_assert_int_eq(boot_stat(m, "vm/virtio/nic.2/tx_packets"), FRAMES);
    ck_assert_int_eq(boot_stat(m, "vm/virtio/nic.2/tx_copied"), 0);
    ck_assert_int_le(boot_stat(m, "vm/virtio/nic.2/kicks"), FRAMES / 10);
    ck_assert_int_eq(boot_stat(m, "vm/virtio/nic.2/in_flight"), 0);
    ck_assert_int_le(boot_stat(m, "vm/virtio/heap_bytes"), 1 << 20);
}

/* Which kernel is sure to leave for each reason; NULL: none can bring it about, as said beside it. */
static const char *const exit_kernels[VCPU_EXIT_COUNT] = {
    [VCPU_EXIT_INTERRUPT] = "apic1",   [VCPU_EXIT_NMI] = NULL, /* The host's. */
    [VCPU_EXIT_IO] = "exits",          [VCPU_EXIT_MEMORY] = "exits",
    [VCPU_EXIT_CPUID] = "exits",       [VCPU_EXIT_MSR_READ] = "exits",
    [VCPU_EXIT_MSR_WRITE] = "exits",   [VCPU_EXIT_HALT] = "events",
    [VCPU_EXIT_HYPERCALL] = "exits",   [VCPU_EXIT_IRQ_WINDOW] = "events",
    [VCPU_EXIT_NMI_WINDOW] = "events", [VCPU_EXIT_EXCEPTION] = "debug",
    [VCPU_EXIT_SHUTDOWN] = "triple",   [VCPU_EXIT_CR_WRITE] = "exits",
    [VCPU_EXIT_WBINVD] = "exits",      [VCPU_EXIT_VIRTUALIZATION] = "exits",
    [VCPU_EXIT_INVALID] = NULL, /* A bug of the hypervisor's. */
    [VCPU_EXIT_UNKNOWN] = NULL, /* A processor we don't know. */
};
_Static_assert(VCPU_EXIT_COUNT == 18, "a new reason wants a kernel");

/** It has left for the reasons it is there for. */
static void check_exits(struct machine *m)
{
    static const char *const texts[VCPU_EXIT_COUNT] = {
#define X(reason, text) [VCPU_EXIT_##reason] = text,
        VCPU_EXITS(X)
#undef X
    };
    char path[128];

    for (unsigned i = 0; i < VCPU_EXIT_COUNT; i++) {
        if (exit_kernels[i] != NULL && strcmp(exit_kernels[i], name) == 0) {
            snprintf(path, sizeof path, "vm/%s/vcpu0/exits/%s", name, texts[i]);
            ck_assert_msg(boot_stat(m, path) > 0, "%s has not left for reason %s", name, texts[i]);
        }
    }
}

/** What it prints in a VM, and what stops it there. */
static char *run_in_vm(char **stopped_by)
{
    static char machine_name[64];
    struct machine_options options;
    char command[256], *output;
    struct machine *m;

    snprintf(machine_name, sizeof machine_name, "vmm.%s", name);
    options = boot_options(machine_name);
    options.archive = VMM_ARCHIVE;
    options.smp = guest_machine_cpus(strcmp(name, "state") == 0 ? 1 : 2);
    if (has_devices()) {
        options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = DISK};
    }
    m = boot_up(&options);
    snprintf(command, sizeof command, "vm create /vm/%s.vmx", name);
    free(boot_run(m, command));
    snprintf(command, sizeof command, "vm start %s", name);
    free(boot_run(m, command));
    snprintf(command, sizeof command, "vm console %s --until ended", name);
    free(boot_run(m, command));
    *stopped_by = wait_stopped(m);
    snprintf(command, sizeof command, "vm console %s --last", name);
    output = boot_run(m, command);
    check_exits(m);
    if (has_devices()) {
        check_counts(m);
    }
    boot_down(m);
    return output;
}

START_TEST(the_same_on_both)
{
    char *bare, *in_vm, *stopped_by;

    if (has_devices()) {
        make_disk();
    }
    bare = run_bare();
    in_vm = run_in_vm(&stopped_by);
    ck_assert_ptr_nonnull(strstr(bare, "all passed\n"));
    ck_assert_str_eq(bare, in_vm);
    ck_assert_str_eq(stopped_by, ends_in_triple_fault() ? "triple fault" : "debug exit, code 0");
    free(stopped_by);
    free(bare);
    free(in_vm);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vmm");
    TCase *tests = tcase_create("vmm");

    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return 2;
    }
    name = argv[1];
    tcase_add_test(tests, the_same_on_both);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
