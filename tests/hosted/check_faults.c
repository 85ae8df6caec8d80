/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_faults.c - Linux's e1000, unmodified, short of everything in turn, and with NICs that are broken or
 * lie.
 */
#include "driver.h"

#include <core/account.h>
#include <core/vswitch.h>
#include <hosted/fault.h>
#include <hosted/machine.h>
#include <run.h>

#define ACQUISITIONS_MAX 2000

static vmk_int64 kernel_holds(enum account_kind kind)
{
    return account_read(VMK_VMKERNEL_MODULE_ID, kind);
}

/* A NIC that was taken can be started once there is no lack any more. */
static void check_starts(unsigned nth)
{
    vmk_StatusValue status = driver_up();

    ck_assert_msg(status == VMK_OK || status == VMK_NOT_FOUND,
                  "acquisition %u failed, and now the NIC won't start: %s", nth, vmk_StatusToString(status));
}

/* Load, wait until the NIC runs or will not, unload. @return acquisitions on the way. */
static unsigned load_with_fault(unsigned nth)
{
    vmk_Bool loaded;
    unsigned count;

    hosted_fault_arm(nth);
    loaded = driver_load() == 0;
    hosted_run_ms(5000);
    count = hosted_fault_count();
    hosted_fault_arm(0);
    if (loaded) {
        check_starts(nth);
        (void)!driver_unload();
    }
    ck_assert_msg(driver_is_clear(), "acquisition %u failed, and something was left", nth);
    return count;
}

/* Conformance check C2. */
START_TEST(survives_each_acquisition_failing)
{
    vmk_int64 heap_bytes, engines, interrupts, packets;
    unsigned nth = 0;

    driver_machine_start();
    load_with_fault(0); /* What is made once is there afterwards. */
    heap_bytes = kernel_holds(ACCOUNT_HEAP_BYTES);
    engines = kernel_holds(ACCOUNT_DMA_ENGINES);
    interrupts = kernel_holds(ACCOUNT_INTERRUPTS);
    packets = kernel_holds(ACCOUNT_PACKETS);
    do {
        nth++;
        if (load_with_fault(nth) < nth) {
            break;
        }
        ck_assert_msg(kernel_holds(ACCOUNT_HEAP_BYTES) == heap_bytes, "acquisition %u: %ld bytes more", nth,
                      kernel_holds(ACCOUNT_HEAP_BYTES) - heap_bytes);
        ck_assert_int_eq(kernel_holds(ACCOUNT_DMA_ENGINES), engines);
        ck_assert_int_eq(kernel_holds(ACCOUNT_INTERRUPTS), interrupts);
        ck_assert_int_eq(kernel_holds(ACCOUNT_PACKETS), packets);
    } while (nth < ACQUISITIONS_MAX);
    ck_assert_uint_gt(nth, 50);
    ck_assert_uint_lt(nth, ACQUISITIONS_MAX);
    driver_load_and_wait();
    ck_assert(driver_unload());
}
END_TEST

/* The same with the NIC running and frames coming in: a frame may be lost, nothing else. */
START_TEST(survives_each_acquisition_failing_under_traffic)
{
    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
    for (unsigned nth = 1; nth <= 60; nth++) {
        driver_expect(0);
        hosted_fault_arm(nth);
        driver_receive(0, 200, 200 + nth * 16);
        hosted_fault_arm(0);
        ck_assert_uint_eq(at_port.damaged, 0);
    }
    driver_expect(0);
    driver_receive(0, 500, 1000);
    ck_assert_uint_eq(at_port.count, 500);
    driver_port_disconnect();
    ck_assert(driver_unload());
}
END_TEST

/* Conformance check C10: nothing answers. */
START_TEST(refuses_a_dead_nic)
{
    driver_machine_start();
    nic.fault = NIC_ALL_ONES;
    ck_assert_int_eq(driver_load(), 0); /* The driver is there, without a device. */
    hosted_run_ms(100);
    ck_assert(!driver_link_becomes(VMK_TRUE));
    ck_assert(driver_unload());
    nic.fault = NIC_SOUND;
    driver_load_and_wait();
    ck_assert(driver_unload());
}
END_TEST

START_TEST(lets_go_of_a_nic_that_died)
{
    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
    driver_send(0, 100, 500);
    nic.pci.gone = VMK_TRUE;
    driver_send(100, 500, 500);
    hosted_run_ms(30000); /* The watchdog looks, and the transmit time-out strikes. */
    driver_port_disconnect();
    ck_assert(driver_unload());
}
END_TEST

START_TEST(refuses_a_damaged_eeprom)
{
    driver_machine_start();
    nic.fault = NIC_EEPROM_DAMAGE;
    ck_assert_int_eq(driver_load(), 0);
    hosted_run_ms(100);
    ck_assert(driver_unload());
}
END_TEST

static const enum nic_fault lies[] = {NIC_LONG_RX,   NIC_SHORT_RX,   NIC_NO_EOP,
                                      NIC_RX_ERRORS, NIC_RX_UNASKED, NIC_NO_TX_DONE};

/* Conformance check C28, and DEVIATION-014: whatever the descriptors say, nothing is touched that is not the
 * driver's. */
static void lie_under_traffic(enum nic_fault lie)
{
    nic.fault = lie;
    driver_receive(0, 600, 700);
    driver_send(0, 600, 700);
    hosted_run_ms(20000);
    nic.fault = NIC_SOUND;
    nic_set_link(&nic, VMK_FALSE);
    hosted_run_ms(5000);
    nic_set_link(&nic, VMK_TRUE);
    ck_assert(driver_link_becomes(VMK_TRUE));
    driver_port_disconnect();
    ck_assert(driver_unload());
}

START_TEST(survives_lies)
{
    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
    lie_under_traffic(lies[_i]);
}
END_TEST

/* With large frames the driver receives into pages instead of packets. For a length less than the FCS's it
 * asks for a packet of almost 4 GiB. */
static const enum nic_fault large_lies[] = {NIC_LONG_RX,   NIC_SHORT_RX,   NIC_NO_EOP,
                                            NIC_RX_ERRORS, NIC_RX_UNASKED, NIC_NO_TX_DONE};

START_TEST(survives_lies_about_large_frames)
{
    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
    driver_set_mtu(9000);
    lie_under_traffic(large_lies[_i]);
}
END_TEST

START_TEST(survives_each_acquisition_failing_in_vmklinux)
{
    unsigned nth = 0;

    driver_machine_start();
    driver_vmklinux_exit();
    do {
        hosted_fault_arm(++nth);
        if (driver_vmklinux_init() == 0) {
            driver_vmklinux_exit();
        }
        ck_assert(driver_vmklinux_is_clear());
    } while (hosted_fault_count() >= nth);
    hosted_fault_arm(0);
    ck_assert_uint_gt(nth, 3);
}
END_TEST

/* Whatever a change of the MTU lacks, the NIC can be had back. */
START_TEST(survives_each_acquisition_failing_in_a_reset)
{
    unsigned nth = 0;

    driver_machine_start();
    driver_load_and_wait();
    driver_port_connect();
    do {
        hosted_fault_arm(++nth);
        (void)!vswitch_mtu_set("vSwitch0", nth % 2 == 0 ? 1500 : 9000);
        hosted_run_ms(5000);
    } while (hosted_fault_count() >= nth);
    hosted_fault_arm(0);
    driver_set_mtu(4000);
    driver_set_mtu(1500);
    driver_expect(0);
    driver_send(0, 200, 1000);
    driver_receive(0, 200, 1000);
    ck_assert_uint_eq(at_wire.count, 200);
    ck_assert_uint_eq(at_port.count, 200);
    driver_port_disconnect();
    ck_assert(driver_unload());
}
END_TEST

int main(void)
{
    const TTest *tests[] = {survives_each_acquisition_failing,
                            survives_each_acquisition_failing_under_traffic,
                            survives_each_acquisition_failing_in_vmklinux,
                            survives_each_acquisition_failing_in_a_reset,
                            refuses_a_dead_nic,
                            lets_go_of_a_nic_that_died,
                            refuses_a_damaged_eeprom};
    Suite *suite = suite_create("faults");
    TCase *tcase = tcase_create("lies");

    run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);
    tcase_set_timeout(tcase, RUN_TIMEOUT_S);
    tcase_add_loop_test(tcase, survives_lies, 0, sizeof(lies) / sizeof(lies[0]));
    tcase_add_loop_test(tcase, survives_lies_about_large_frames, 0,
                        sizeof(large_lies) / sizeof(large_lies[0]));
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
