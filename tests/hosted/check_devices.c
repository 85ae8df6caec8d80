/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_devices.c - what the hosted machine gives to models of devices: events, interrupts, memory.
 */
#include <core/pci.h>
#include <hosted/event.h>
#include <hosted/machine.h>
#include <hosted/module.h>
#include <hosted/pci.h>
#include <run.h>
#include <string.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/time.h>

#include <vmkapi/core/frame.h>
#include <vmkapi/hardware/intr.h>

#define VECTORS 3

static vmk_ModuleID module;
static struct hosted_pci_function functions[2];
static unsigned taken[VECTORS];
static vmk_IntrCookie cookies[VECTORS];

static vmk_uint64 read_nothing(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                               unsigned bytes)
{
    return 0;
}

static void write_nothing(struct hosted_pci_function *function, unsigned bar, vmk_ByteCount offset,
                          unsigned bytes, vmk_uint64 value)
{
}

/* Two functions whose pins meet, as masters of the bus; the first one has messages too. */
static void start(void)
{
    hosted_start();
    module = hosted_module_add("test");
    for (unsigned i = 0; i < 2; i++) {
        functions[i].slot = (vmk_uint8)(2 + 4 * i);
        memcpy(functions[i].config, "\x34\x12\x78\x56", 4);
        functions[i].config[PCI_REG_INTERRUPT_PIN] = 1;
        functions[i].bar_size[0] = 4096;
        functions[i].read = read_nothing;
        functions[i].write = write_nothing;
        if (i == 0) {
            hosted_pci_add_msix(&functions[i], 0x40, VECTORS, 0, 0x800);
            hosted_pci_add_msi(&functions[i], 0x60);
        }
        hosted_pci_add(&functions[i]);
    }
    hosted_pci_start();
    for (unsigned i = 0; i < 2; i++) {
        functions[i].config[PCI_REG_COMMAND] |= VMK_PCI_COMMAND_BUS_MASTER | VMK_PCI_COMMAND_MEMORY;
    }
}

static vmk_PCIDevice device_of(unsigned i)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);

        if (device->addr.dev == functions[i].slot) {
            return device;
        }
    }
    ck_abort_msg("the scan missed function %u", i);
    return NULL;
}

static struct {
    struct hosted_event event;
    vmk_uint64 at;
    unsigned place;
} events[3];
static unsigned happened;

static void happen(struct hosted_event *event)
{
    for (unsigned i = 0; i < 3; i++) {
        if (event == &events[i].event) {
            events[i].at = hosted_tsc;
            events[i].place = ++happened;
        }
    }
}

static void set(unsigned i, vmk_uint64 ns)
{
    events[i].event.happen = happen;
    hosted_event_set(&events[i].event, ns);
}

START_TEST(events_happen_at_their_time)
{
    hosted_start();
    vmk_uint64 from = hosted_tsc;

    set(0, 2 * VMK_NSEC_PER_MSEC);
    set(1, VMK_NSEC_PER_MSEC);
    set(2, VMK_NSEC_PER_MSEC);
    hosted_run_ms(10);
    ck_assert_uint_eq(happened, 3);
    ck_assert(events[1].place == 1 && events[2].place == 2 && events[0].place == 3);
    ck_assert_uint_ge(events[0].at - from, 2 * VMK_NSEC_PER_MSEC);
    ck_assert_uint_lt(events[0].at - from, 3 * VMK_NSEC_PER_MSEC);
}
END_TEST

START_TEST(an_event_can_be_moved_and_cancelled)
{
    hosted_start();
    set(0, VMK_NSEC_PER_MSEC);
    set(0, 5 * VMK_NSEC_PER_MSEC);
    set(1, VMK_NSEC_PER_MSEC);
    hosted_event_cancel(&events[1].event);
    hosted_run_ms(2);
    ck_assert_uint_eq(happened, 0);
    hosted_run_ms(10);
    ck_assert_uint_eq(happened, 1);
    ck_assert(!events[0].event.set && !events[1].event.set);
}
END_TEST

START_TEST(devices_go_on_while_interrupts_are_off)
{
    hosted_start();
    set(0, 100);
    vmk_CPUDisableInterrupts();
    vmk_DelayUsecs(1);
    ck_assert_uint_eq(happened, 1);
    vmk_CPUEnableInterrupts();
}
END_TEST

static VMK_ReturnStatus acknowledge(void *data, vmk_IntrCookie cookie)
{
    for (unsigned i = 0; i < VECTORS; i++) {
        taken[i] += cookies[i] == cookie;
    }
    /* Which of the functions that share a line it was, none can say here: both are served. */
    functions[0].pin = functions[1].pin = VMK_FALSE;
    hosted_pci_set_pin(&functions[0], VMK_FALSE);
    return VMK_OK;
}

static void take_interrupts(unsigned i, vmk_PCIInterruptType type, unsigned count)
{
    vmk_IntrProps props = {.deviceName = {"test"}, .acknowledgeInterrupt = acknowledge};

    ck_assert_int_eq(vmk_PCIAllocIntrCookie(module, device_of(i), type, count, count, NULL, cookies, NULL),
                     VMK_OK);
    for (unsigned n = 0; n < count; n++) {
        ck_assert_int_eq(vmk_IntrRegister(module, cookies[n], &props), VMK_OK);
        ck_assert_int_eq(vmk_IntrEnable(cookies[n]), VMK_OK);
    }
}

static void leave_interrupts(unsigned i, unsigned count)
{
    for (unsigned n = 0; n < count; n++) {
        ck_assert_int_eq(vmk_IntrDisable(cookies[n]), VMK_OK);
        ck_assert_int_eq(vmk_IntrUnregister(module, cookies[n], NULL), VMK_OK);
    }
    ck_assert_int_eq(vmk_PCIFreeIntrCookie(module, device_of(i)), VMK_OK);
    ck_assert(hosted_module_is_clear(module));
}

START_TEST(each_message_has_its_handler)
{
    start();
    take_interrupts(0, VMK_PCI_INTERRUPT_TYPE_MSIX, VECTORS);
    ck_assert(hosted_pci_has_messages(&functions[0]));
    for (unsigned i = 0; i < VECTORS; i++) {
        hosted_pci_message(&functions[0], i);
        hosted_pci_message(&functions[0], i);
        ck_assert_uint_eq(taken[i], 2);
    }
    leave_interrupts(0, VECTORS);
    ck_assert(!hosted_pci_has_messages(&functions[0]));
}
END_TEST

START_TEST(a_masked_message_waits)
{
    start();
    take_interrupts(0, VMK_PCI_INTERRUPT_TYPE_MSIX, VECTORS);
    ck_assert_int_eq(vmk_IntrDisable(cookies[1]), VMK_OK);
    hosted_pci_message(&functions[0], 1);
    hosted_pci_message(&functions[0], 1);
    ck_assert_uint_eq(taken[1], 0);
    ck_assert_int_eq(vmk_IntrEnable(cookies[1]), VMK_OK);
    ck_assert_uint_eq(taken[1], 1);
    leave_interrupts(0, VECTORS);
}
END_TEST

START_TEST(msi_is_one_message)
{
    start();
    take_interrupts(0, VMK_PCI_INTERRUPT_TYPE_MSI, 1);
    hosted_pci_message(&functions[0], 0);
    ck_assert_uint_eq(taken[0], 1);
    functions[0].gone = VMK_TRUE;
    hosted_pci_message(&functions[0], 0);
    ck_assert_uint_eq(taken[0], 1);
    functions[0].gone = VMK_FALSE;
    leave_interrupts(0, 1);
}
END_TEST

START_TEST(pins_meet)
{
    start();
    take_interrupts(0, VMK_PCI_INTERRUPT_TYPE_LEGACY, 1);
    hosted_pci_set_pin(&functions[0], VMK_TRUE);
    hosted_pci_set_pin(&functions[1], VMK_TRUE); /* Its driver has not let it. */
    ck_assert_uint_eq(taken[0], 1);
    functions[1].config[PCI_REG_COMMAND + 1] &= (vmk_uint8) ~(VMK_PCI_COMMAND_INTX_DISABLE >> 8);
    hosted_pci_set_pin(&functions[1], VMK_TRUE);
    ck_assert_uint_eq(taken[0], 2);
    vmk_CPUDisableInterrupts();
    hosted_pci_set_pin(&functions[1], VMK_TRUE);
    hosted_pci_set_pin(&functions[0], VMK_FALSE); /* The other one still pulls. */
    vmk_CPUEnableInterrupts();
    ck_assert_uint_eq(taken[0], 3);
    leave_interrupts(0, 1);
}
END_TEST

static vmk_DMAEngine engine_for(unsigned i)
{
    vmk_DMAEngineProps props = {.name = {"test"}, .module = module, .device = device_of(i)->device};
    vmk_DMAEngine engine;

    ck_assert_int_eq(vmk_DMAEngineCreate(&props, &engine), VMK_OK);
    return engine;
}

static vmk_SgElem map_page(vmk_DMAEngine engine, vmk_DMADirection direction)
{
    vmk_PageRequest request = {.module = module, .kind = VMK_PAGE_DATA};
    vmk_SgElem elem = {.length = 1000};
    vmk_MPN mpn;

    ck_assert_int_eq(vmk_PageAlloc(request, &mpn), VMK_OK);
    elem.addr = vmk_MPN2MA(mpn) + 100;
    ck_assert_int_eq(vmk_DMAMapElem(engine, direction, &elem, VMK_TRUE, &elem, NULL), VMK_OK);
    return elem;
}

static void *reach(unsigned i, vmk_IOA address, vmk_ByteCount bytes, vmk_DMADirection direction)
{
    return hosted_pci_dma(&functions[i], address, bytes, direction);
}

START_TEST(what_is_mapped_can_be_reached)
{
    start();
    vmk_DMAEngine engine = engine_for(0);
    vmk_SgElem elem = map_page(engine, VMK_DMA_DIRECTION_TO_MEMORY);
    vmk_IOA ioa;
    void *memory;

    ck_assert_ptr_nonnull(reach(0, elem.ioAddr, 1000, VMK_DMA_DIRECTION_TO_MEMORY));
    ck_assert_ptr_nonnull(reach(0, elem.ioAddr + 999, 1, VMK_DMA_DIRECTION_TO_MEMORY));
    ck_assert_int_eq(vmk_DMAAlloc(engine, 10000, &memory, &ioa), VMK_OK);
    ck_assert_ptr_eq(reach(0, ioa, 10000, VMK_DMA_DIRECTION_BIDIRECTIONAL), memory);
    functions[0].config[PCI_REG_COMMAND] = 0;
    ck_assert_ptr_null(reach(0, ioa, 1, VMK_DMA_DIRECTION_FROM_MEMORY));
    vmk_DMAFree(engine, 10000, memory);
    ck_assert_int_eq(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &elem), VMK_OK);
    ck_assert_int_eq(vmk_DMAEngineDestroy(engine), VMK_OK);
}
END_TEST

/* Drivers have small things read and written where their heap has them. */
START_TEST(heaps_can_be_mapped)
{
    start();
    vmk_HeapCreateProps props = {.name = {"test"}, .module = module};
    vmk_DMAEngine engine = engine_for(0);
    vmk_SgElem elem = {.length = 5000};
    vmk_HeapID heap;
    void *memory;

    ck_assert_int_eq(vmk_HeapCreate(&props, &heap), VMK_OK);
    memory = vmk_HeapAlloc(heap, 5000);
    elem.addr = vmk_Ptr2MA(memory);
    ck_assert_int_eq(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &elem, VMK_TRUE, &elem, NULL),
                     VMK_OK);
    ck_assert_ptr_eq(reach(0, elem.ioAddr, 5000, VMK_DMA_DIRECTION_TO_MEMORY), memory);
    ck_assert_int_eq(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &elem), VMK_OK);
    ck_assert(!hosted_dma_reaches(functions[0].slot, elem.ioAddr, 1, VMK_DMA_DIRECTION_TO_MEMORY));
    vmk_HeapFree(heap, memory);
    ck_assert_int_eq(vmk_HeapDestroy(heap), VMK_OK);
}
END_TEST

START_TEST(notices_a_byte_beyond_a_mapping)
{
    start();
    vmk_SgElem elem = map_page(engine_for(0), VMK_DMA_DIRECTION_TO_MEMORY);

    reach(0, elem.ioAddr, 1001, VMK_DMA_DIRECTION_TO_MEMORY);
}
END_TEST

START_TEST(notices_writing_what_is_to_be_read)
{
    start();
    vmk_SgElem elem = map_page(engine_for(0), VMK_DMA_DIRECTION_FROM_MEMORY);

    reach(0, elem.ioAddr, 1000, VMK_DMA_DIRECTION_TO_MEMORY);
}
END_TEST

START_TEST(notices_memory_of_another_function)
{
    start();
    vmk_SgElem elem = map_page(engine_for(0), VMK_DMA_DIRECTION_TO_MEMORY);

    reach(1, elem.ioAddr, 1000, VMK_DMA_DIRECTION_TO_MEMORY);
}
END_TEST

START_TEST(notices_memory_that_was_unmapped)
{
    start();
    vmk_DMAEngine engine = engine_for(0);
    vmk_SgElem elem = map_page(engine, VMK_DMA_DIRECTION_TO_MEMORY);

    ck_assert_int_eq(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &elem), VMK_OK);
    reach(0, elem.ioAddr, 1, VMK_DMA_DIRECTION_TO_MEMORY);
}
END_TEST

START_TEST(notices_coherent_memory_that_was_freed)
{
    start();
    vmk_DMAEngine engine = engine_for(0);
    vmk_IOA ioa;
    void *memory;

    ck_assert_int_eq(vmk_DMAAlloc(engine, 100, &memory, &ioa), VMK_OK);
    vmk_DMAFree(engine, 100, memory);
    reach(0, ioa, 1, VMK_DMA_DIRECTION_FROM_MEMORY);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(events_happen_at_their_time, an_event_can_be_moved_and_cancelled,
                               devices_go_on_while_interrupts_are_off, each_message_has_its_handler,
                               a_masked_message_waits, msi_is_one_message, pins_meet,
                               what_is_mapped_can_be_reached, heaps_can_be_mapped),
                      RUN_LIST(notices_a_byte_beyond_a_mapping, notices_writing_what_is_to_be_read,
                               notices_memory_of_another_function, notices_memory_that_was_unmapped,
                               notices_coherent_memory_that_was_freed))
