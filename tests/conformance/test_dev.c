/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_dev.c - the device model, PCI, interrupts and DMA, on QEMU's `edu` device (and e1000e for MSI-X).
 *
 * Wants at least one `-device edu`; two that share a pin make the shared test mean something. Waits are for
 * events and end after PATIENCE_MS only when something is wrong.
 */
#include "ktap.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/dma.h>
#include <vmkapi/core/driver.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/logical_bus.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/hardware/pci.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests devices, interrupts and DMA");

#define PATIENCE_MS 60000u
#define QUIET_US    50000u /* Long enough for an interrupt that must not come. */
#define BOARDS_MAX  4
#define STORM       1000u /* hardware/intr.h: unclaimed firings until a line is held back. */

int init_module(void);
void cleanup_module(void);

/* QEMU's edu device: docs/specs/edu.rst. */
#define EDU_VENDOR      0x1234
#define EDU_DEVICE      0x11e8
#define EDU_LIVENESS    0x04
#define EDU_IRQ_STATUS  0x24
#define EDU_IRQ_RAISE   0x60
#define EDU_IRQ_ACK     0x64
#define EDU_DMA_SOURCE  0x80
#define EDU_DMA_TARGET  0x88
#define EDU_DMA_COUNT   0x90
#define EDU_DMA_COMMAND 0x98
#define EDU_DMA_RUN     1u
#define EDU_DMA_TO_RAM  2u
#define EDU_BUFFER      0x40000u
#define EDU_DMA_MASK    0x0ffffffful

/* Intel 82574: control and interrupt registers (datasheet 10.2.2, 10.2.4). */
#define E1000E_VENDOR   0x8086
#define E1000E_DEVICE   0x10d3
#define E1000E_CTRL     0x00
#define E1000E_RESET    (1u << 26)
#define E1000E_ICR      0xc0
#define E1000E_ICS      0xc8
#define E1000E_IMS      0xd0
#define E1000E_IMC      0xd8
#define E1000E_IVAR     0xe4
#define E1000E_RXQ0     (1u << 20)
#define E1000E_TXQ0     (1u << 22)
#define E1000E_IVAR_SET 0x8u
#define E1000E_VECTORS  2

/* One device that is ours. */
struct board {
    vmk_Device device;
    vmk_PCIDevice pci;
    vmk_uint16 vendor;
    volatile char *registers;
    vmk_IntrCookie cookie[E1000E_VECTORS];
    volatile unsigned handled[E1000E_VECTORS];
    volatile unsigned refused;
    volatile vmk_uint32 cpu;
};

static struct board boards[BOARDS_MAX];
static unsigned board_count;
static vmk_HeapID heap;
static vmk_Driver board_driver;

static vmk_uint32 read_register(const struct board *board, unsigned offset)
{
    return *(volatile vmk_uint32 *)(board->registers + offset);
}

static void write_register(const struct board *board, unsigned offset, vmk_uint32 value)
{
    *(volatile vmk_uint32 *)(board->registers + offset) = value;
}

static vmk_Bool wait_until_equal(const volatile unsigned *counter, unsigned wanted)
{
    for (unsigned ms = 0; ms < PATIENCE_MS && *counter != wanted; ms++) {
        if (vmk_WorldSleep(VMK_USEC_PER_MSEC) != VMK_OK) {
            break;
        }
    }
    return *counter == wanted;
}

/* The driver of both kinds of board. */

static VMK_ReturnStatus attach_board(vmk_Device device)
{
    struct board *board = &boards[board_count];
    vmk_PCIDeviceID id;
    vmk_AddrCookie data;
    vmk_VA va;

    if (vmk_DeviceGetRegistrationData(device, &data) != VMK_OK ||
        vmk_PCIQueryDeviceID(data.ptr, &id) != VMK_OK ||
        !((id.vendorID == EDU_VENDOR && id.deviceID == EDU_DEVICE) ||
          (id.vendorID == E1000E_VENDOR && id.deviceID == E1000E_DEVICE))) {
        return VMK_NOT_THIS_DEVICE;
    }
    if (board_count == BOARDS_MAX) {
        return VMK_NO_RESOURCES;
    }
    VMK_ReturnStatus status = vmk_PCIMapIOResource(vmk_ModuleCurrentID, data.ptr, 0, NULL, &va);
    if (status != VMK_OK) {
        return status;
    }
    *board = (struct board){
        .device = device, .pci = data.ptr, .vendor = id.vendorID, .registers = (volatile char *)va};
    board_count++;
    status = vmk_PCIChangeCommand(vmk_ModuleCurrentID, board->pci, 0, VMK_PCI_COMMAND_BUS_MASTER);
    return status == VMK_OK ? vmk_DeviceSetAttachedDriverData(device, (vmk_AddrCookie){.ptr = board})
                            : status;
}

static VMK_ReturnStatus detach_board(vmk_Device device)
{
    vmk_AddrCookie data;
    VMK_ReturnStatus status = vmk_DeviceGetAttachedDriverData(device, &data);

    if (status != VMK_OK) {
        return status;
    }
    struct board *board = data.ptr;
    board_count--;
    return vmk_PCIUnmapIOResource(vmk_ModuleCurrentID, board->pci, 0);
}

static vmk_DriverOps board_ops = {.attachDevice = attach_board, .detachDevice = detach_board};

static VMK_ReturnStatus register_boards(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-board"}, .ops = &board_ops};

    return vmk_DriverRegister(&props, &board_driver);
}

/** The n-th edu board, or NULL. */
static struct board *edu(unsigned n)
{
    for (unsigned i = 0; i < board_count; i++) {
        if (boards[i].vendor == EDU_VENDOR && n-- == 0) {
            return &boards[i];
        }
    }
    return NULL;
}

/* Interrupts of edu: its status register says whether it was this one. */

static VMK_ReturnStatus acknowledge_edu(void *data, vmk_IntrCookie cookie)
{
    struct board *board = data;
    vmk_uint32 status = read_register(board, EDU_IRQ_STATUS);

    if (status == 0) {
        board->refused++;
        return VMK_NOT_THIS_DEVICE;
    }
    write_register(board, EDU_IRQ_ACK, status);
    return VMK_OK;
}

static void handle_edu(void *data, vmk_IntrCookie cookie)
{
    struct board *board = data;

    board->cpu = vmk_GetPCPUNum();
    board->handled[0]++;
}

static VMK_ReturnStatus start_interrupt(struct board *board, vmk_PCIInterruptType type)
{
    vmk_IntrProps props = {.device = board->device,
                           .deviceName = {"edu"},
                           .acknowledgeInterrupt = acknowledge_edu,
                           .handler = handle_edu,
                           .handlerData = board};
    VMK_ReturnStatus status =
        vmk_PCIAllocIntrCookie(vmk_ModuleCurrentID, board->pci, type, 1, 1, NULL, board->cookie, NULL);

    board->handled[0] = 0;
    board->refused = 0;
    if (status == VMK_OK) {
        status = vmk_IntrRegister(vmk_ModuleCurrentID, board->cookie[0], &props);
    }
    return status;
}

static VMK_ReturnStatus stop_interrupt(struct board *board)
{
    VMK_ReturnStatus status = vmk_IntrUnregister(vmk_ModuleCurrentID, board->cookie[0], board);

    return status == VMK_OK ? vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, board->pci) : status;
}

static vmk_StatusValue test_registers(void)
{
    struct board *board = edu(0);
    vmk_PCIResource bar[VMK_PCI_NUM_BARS];
    vmk_VA again;

    KTAP_CHECK(board != NULL);
    KTAP_CHECK(vmk_PCIQueryIOResources(board->pci, VMK_PCI_NUM_BARS, bar) == VMK_OK);
    KTAP_CHECK(bar[0].size == 0x100000 && bar[1].size == 0);
    write_register(board, EDU_LIVENESS, 0x12345678);
    KTAP_CHECK(read_register(board, EDU_LIVENESS) == ~0x12345678u);
    KTAP_CHECK(vmk_PCIMapIOResource(vmk_ModuleCurrentID, board->pci, 0, NULL, &again) == VMK_OK);
    KTAP_CHECK(again == (vmk_VA)board->registers);
    KTAP_CHECK(vmk_PCIUnmapIOResource(vmk_ModuleCurrentID, board->pci, 0) == VMK_OK);
    KTAP_CHECK(vmk_PCIMapIOResource(vmk_ModuleCurrentID, board->pci, 1, NULL, &again) == VMK_BAD_PARAM);
    return VMK_OK;
}

static vmk_StatusValue test_config(void)
{
    struct board *board = edu(0);
    vmk_uint32 value, vendor;
    vmk_uint16 offset;

    KTAP_CHECK(board != NULL);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_32, 0, &value) ==
               VMK_OK);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_16, 0, &vendor) ==
               VMK_OK);
    KTAP_CHECK(value == (EDU_DEVICE << 16 | EDU_VENDOR) && vendor == EDU_VENDOR);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_32, 2, &value) ==
               VMK_BAD_PARAM);
    KTAP_CHECK(vmk_PCIReadConfig(vmk_ModuleCurrentID, board->pci, VMK_PCI_CONFIG_ACCESS_8, 4096, &value) ==
               VMK_BAD_PARAM);
    KTAP_CHECK(vmk_PCIFindCapability(board->pci, 0x05, &offset) == VMK_OK && offset >= 0x40);
    KTAP_CHECK(vmk_PCIFindCapability(board->pci, 0x11, &offset) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_PCISaveState(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    KTAP_CHECK(vmk_PCIRestoreState(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    KTAP_CHECK(vmk_PCIRestoreState(vmk_ModuleCurrentID, board->pci) == VMK_NOT_FOUND);
    return VMK_OK;
}

/** The e1000e, or NULL. */
static struct board *e1000e(void)
{
    for (unsigned i = 0; i < board_count; i++) {
        if (boards[i].vendor == E1000E_VENDOR) {
            return &boards[i];
        }
    }
    return NULL;
}

static vmk_StatusValue test_power(void)
{
    struct board *board = e1000e();
    vmk_PCIPowerState state;
    vmk_uint16 offset;
    vmk_uint32 bytes;

    KTAP_CHECK(edu(0) != NULL);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D0) == VMK_OK);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D3HOT) ==
               VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIEnablePME(vmk_ModuleCurrentID, edu(0)->pci, VMK_PCI_POWER_D3HOT) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIGetMMRBC(edu(0)->pci, &bytes) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCISetMMRBC(vmk_ModuleCurrentID, edu(0)->pci, 777) == VMK_BAD_PARAM);
    if (board == NULL) {
        return VMK_OK;
    }
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D3HOT) == VMK_OK);
    KTAP_CHECK(vmk_PCIGetPowerState(board->pci, &state) == VMK_OK && state == VMK_PCI_POWER_D3HOT);
    KTAP_CHECK(vmk_PCISetPowerState(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D0) == VMK_OK);
    KTAP_CHECK(vmk_PCIGetPowerState(board->pci, &state) == VMK_OK && state == VMK_PCI_POWER_D0);
    /* QEMU's has the states, and no events. */
    KTAP_CHECK(vmk_PCIEnablePME(vmk_ModuleCurrentID, board->pci, VMK_PCI_POWER_D3HOT) == VMK_NOT_SUPPORTED);
    KTAP_CHECK(vmk_PCIDisablePME(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    /* Error reporting, where extended configuration space is within reach. */
    KTAP_CHECK(vmk_PCIFindExtCapability(board->pci, 1, &offset) == (offset != 0 ? VMK_OK : VMK_NOT_FOUND));
    KTAP_CHECK(offset == 0 || offset >= VMK_PCI_CONFIG_SIZE);
    return VMK_OK;
}

/** Every board is met on a walk, and the walk goes upwards. */
static vmk_StatusValue test_iterator(void)
{
    vmk_PCIDevIterator iterator;
    vmk_PCIDeviceAddr addr;
    vmk_PCIDevice device;
    unsigned met = 0;
    int last = -1;

    KTAP_CHECK(vmk_PCIDevIteratorAlloc(vmk_ModuleCurrentID, &iterator) == VMK_OK);
    VMK_ReturnStatus status = vmk_PCIDevIteratorGetFirst(iterator, &device);
    while (status == VMK_OK) {
        KTAP_CHECK(vmk_PCIQueryDeviceAddr(device, &addr) == VMK_OK);
        int place = addr.seg << 16 | addr.bus << 8 | addr.dev << 3 | addr.fn;
        KTAP_CHECK(place > last);
        last = place;
        for (unsigned i = 0; i < board_count; i++) {
            met += boards[i].pci == device;
        }
        status = vmk_PCIDevIteratorGetNext(iterator, &device);
    }
    vmk_PCIDevIteratorFree(iterator);
    KTAP_CHECK(status == VMK_NOT_FOUND && met == board_count);
    return VMK_OK;
}

/** Raise, be served; raise while disabled, be served on enabling. For level and edge alike. */
static vmk_StatusValue exercise_interrupt(struct board *board, vmk_PCIInterruptType type)
{
    vmk_uint32 last_cpu = vmk_NumPCPUs() - 1;
    vmk_IntrStats stats;

    KTAP_CHECK(start_interrupt(board, type) == VMK_OK);
    KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_OK);
    for (unsigned i = 1; i <= 100; i++) {
        write_register(board, EDU_IRQ_RAISE, 1);
        KTAP_CHECK(wait_until_equal(&board->handled[0], i));
    }
    KTAP_CHECK(vmk_IntrDisable(board->cookie[0]) == VMK_OK);
    KTAP_CHECK(vmk_IntrSync(board->cookie[0]) == VMK_OK);
    write_register(board, EDU_IRQ_RAISE, 1);
    KTAP_CHECK(vmk_WorldSleep(QUIET_US) == VMK_OK);
    KTAP_CHECK(board->handled[0] == 100);
    KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_OK);
    KTAP_CHECK(wait_until_equal(&board->handled[0], 101));

    KTAP_CHECK(vmk_IntrSetAffinity(board->cookie[0], last_cpu) == VMK_OK);
    write_register(board, EDU_IRQ_RAISE, 1);
    KTAP_CHECK(wait_until_equal(&board->handled[0], 102));
    KTAP_CHECK(board->cpu == last_cpu);
    KTAP_CHECK(vmk_IntrSetAffinity(board->cookie[0], vmk_NumPCPUs()) == VMK_BAD_PARAM);

    KTAP_CHECK(vmk_IntrGetStats(board->cookie[0], &stats) == VMK_OK);
    KTAP_CHECK(stats.claimed == 102 && stats.pcpu == last_cpu);
    KTAP_CHECK(vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, board->pci) == VMK_BUSY);
    KTAP_CHECK(stop_interrupt(board) == VMK_OK);
    KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_INVALID_HANDLE);
    return VMK_OK;
}

static vmk_StatusValue test_intx(void)
{
    KTAP_CHECK(edu(0) != NULL);
    return exercise_interrupt(edu(0), VMK_PCI_INTERRUPT_TYPE_LEGACY);
}

static vmk_StatusValue test_msi(void)
{
    KTAP_CHECK(edu(0) != NULL);
    return exercise_interrupt(edu(0), VMK_PCI_INTERRUPT_TYPE_MSI);
}

/** Every board raises; each is served by its own handler only, and a disabled one stays quiet. */
static vmk_StatusValue test_shared(void)
{
    struct board *board;
    unsigned count = 0;

    for (; (board = edu(count)) != NULL; count++) {
        KTAP_CHECK(start_interrupt(board, VMK_PCI_INTERRUPT_TYPE_LEGACY) == VMK_OK);
        KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_OK);
    }
    for (unsigned round = 1; round <= 20; round++) {
        for (unsigned i = 0; i < count; i++) {
            write_register(edu(i), EDU_IRQ_RAISE, 1);
        }
        for (unsigned i = 0; i < count; i++) {
            KTAP_CHECK(wait_until_equal(&edu(i)->handled[0], round));
        }
    }
    /* The first is held back with its pin raised; the others must not notice. */
    KTAP_CHECK(vmk_IntrDisable(edu(0)->cookie[0]) == VMK_OK);
    write_register(edu(0), EDU_IRQ_RAISE, 1);
    for (unsigned i = 1; i < count; i++) {
        write_register(edu(i), EDU_IRQ_RAISE, 1);
        KTAP_CHECK(wait_until_equal(&edu(i)->handled[0], 21));
    }
    KTAP_CHECK(edu(0)->handled[0] == 20);
    KTAP_CHECK(vmk_IntrEnable(edu(0)->cookie[0]) == VMK_OK);
    KTAP_CHECK(wait_until_equal(&edu(0)->handled[0], 21));
    for (unsigned i = 0; i < count; i++) {
        KTAP_CHECK(stop_interrupt(edu(i)) == VMK_OK);
    }
    return VMK_OK;
}

static VMK_ReturnStatus refuse(void *data, vmk_IntrCookie cookie)
{
    struct board *board = data;

    board->refused++;
    return VMK_NOT_THIS_DEVICE;
}

/** A pin that stays raised with nobody to claim it is held back, and comes back when it is enabled anew. */
static vmk_StatusValue test_storm(void)
{
    struct board *board = edu(0);
    vmk_IntrProps props = {.deviceName = {"edu-storm"}, .acknowledgeInterrupt = refuse, .handlerData = board};

    KTAP_CHECK(board != NULL);
    KTAP_CHECK(start_interrupt(board, VMK_PCI_INTERRUPT_TYPE_LEGACY) == VMK_OK);
    KTAP_CHECK(vmk_IntrUnregister(vmk_ModuleCurrentID, board->cookie[0], board) == VMK_OK);
    KTAP_CHECK(vmk_IntrRegister(vmk_ModuleCurrentID, board->cookie[0], &props) == VMK_OK);
    write_register(board, EDU_IRQ_RAISE, 1);
    KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_OK);
    KTAP_CHECK(wait_until_equal(&board->refused, STORM));
    KTAP_CHECK(vmk_WorldSleep(QUIET_US) == VMK_OK);
    KTAP_CHECK(board->refused == STORM);
    write_register(board, EDU_IRQ_ACK, 1);
    KTAP_CHECK(stop_interrupt(board) == VMK_OK);

    KTAP_CHECK(start_interrupt(board, VMK_PCI_INTERRUPT_TYPE_LEGACY) == VMK_OK);
    KTAP_CHECK(vmk_IntrEnable(board->cookie[0]) == VMK_OK);
    write_register(board, EDU_IRQ_RAISE, 1);
    KTAP_CHECK(wait_until_equal(&board->handled[0], 1));
    KTAP_CHECK(stop_interrupt(board) == VMK_OK);
    return VMK_OK;
}

/** A message may come twice for one cause, when the device throttles: only a cause that is set counts. */
static void count_queue(void *data, vmk_IntrCookie cookie)
{
    struct board *board = data;
    unsigned queue = cookie == board->cookie[1];
    vmk_uint32 cause = queue == 0 ? E1000E_RXQ0 : E1000E_TXQ0;

    if (read_register(board, E1000E_ICR) & cause) {
        write_register(board, E1000E_ICR, cause);
        board->handled[queue]++;
    }
}

/** Two queues of an e1000e, each on an MSI-X table entry of its own, that need not be neighbours. */
static vmk_StatusValue test_msix(void)
{
    static const vmk_uint16 entries[E1000E_VECTORS] = {1, 3};
    struct board *board = e1000e();
    vmk_uint32 allocated;

    if (board == NULL) {
        vmk_LogMessage("# no e1000e: MSI-X is not tested");
        return VMK_OK;
    }
    KTAP_CHECK(vmk_PCIAllocIntrCookie(vmk_ModuleCurrentID, board->pci, VMK_PCI_INTERRUPT_TYPE_MSIX,
                                      E1000E_VECTORS, 1, entries, board->cookie, &allocated) == VMK_OK);
    KTAP_CHECK(allocated == E1000E_VECTORS);
    for (unsigned i = 0; i < E1000E_VECTORS; i++) {
        vmk_IntrProps props = {
            .device = board->device, .deviceName = {"e1000e"}, .handler = count_queue, .handlerData = board};
        KTAP_CHECK(vmk_IntrRegister(vmk_ModuleCurrentID, board->cookie[i], &props) == VMK_OK);
        KTAP_CHECK(vmk_IntrEnable(board->cookie[i]) == VMK_OK);
    }
    write_register(board, E1000E_IMC, ~0u);
    write_register(board, E1000E_IVAR, (E1000E_IVAR_SET | entries[0]) | (E1000E_IVAR_SET | entries[1]) << 8);
    write_register(board, E1000E_IMS, E1000E_RXQ0 | E1000E_TXQ0);
    for (unsigned i = 1; i <= 20; i++) {
        write_register(board, E1000E_ICS, E1000E_RXQ0);
        KTAP_CHECK(wait_until_equal(&board->handled[0], i));
        write_register(board, E1000E_ICS, E1000E_TXQ0);
        KTAP_CHECK(wait_until_equal(&board->handled[1], i));
    }
    /* Also ends its throttling timers: QEMU 7.2 aborts when one expires after MSI-X is switched off. */
    write_register(board, E1000E_IMC, ~0u);
    write_register(board, E1000E_CTRL, E1000E_RESET);
    for (unsigned i = 0; i < E1000E_VECTORS; i++) {
        KTAP_CHECK(vmk_IntrUnregister(vmk_ModuleCurrentID, board->cookie[i], board) == VMK_OK);
    }
    KTAP_CHECK(vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, board->pci) == VMK_OK);
    return VMK_OK;
}

/** Have edu copy between RAM and its buffer, and wait until it is done. */
static vmk_Bool run_dma(struct board *board, vmk_uint32 source, vmk_uint32 target, vmk_uint32 count,
                        vmk_uint32 direction)
{
    write_register(board, EDU_DMA_SOURCE, source);
    write_register(board, EDU_DMA_TARGET, target);
    write_register(board, EDU_DMA_COUNT, count);
    write_register(board, EDU_DMA_COMMAND, EDU_DMA_RUN | direction);
    for (unsigned ms = 0; ms < PATIENCE_MS; ms += 10) {
        if ((read_register(board, EDU_DMA_COMMAND) & EDU_DMA_RUN) == 0) {
            return VMK_TRUE;
        }
        if (vmk_WorldSleep(10 * VMK_USEC_PER_MSEC) != VMK_OK) {
            break;
        }
    }
    return VMK_FALSE;
}

/** Send bytes to the device and back. Memory beyond 256 MiB is out of its reach, and bounced. */
static vmk_StatusValue exercise_dma(struct board *board, vmk_DMAEngine engine, char *out, char *in)
{
    const vmk_uint32 count = 1000;
    vmk_SgElem sent = {.addr = vmk_Ptr2MA(out) + 24, .length = count};
    vmk_SgElem received = {.addr = vmk_Ptr2MA(in) + 56, .length = count};
    vmk_SgElem to_device, from_device;

    for (unsigned i = 0; i < VMK_PAGE_SIZE; i++) {
        out[i] = (char)(i * 7 + 3);
        in[i] = 0x55;
    }
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_FROM_MEMORY, &sent, VMK_TRUE, &to_device, NULL) ==
               VMK_OK);
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &received, VMK_TRUE, &from_device, NULL) ==
               VMK_OK);
    KTAP_CHECK(to_device.ioAddr + count - 1 <= EDU_DMA_MASK &&
               from_device.ioAddr + count - 1 <= EDU_DMA_MASK);
    KTAP_CHECK(run_dma(board, (vmk_uint32)to_device.ioAddr, EDU_BUFFER, count, 0));
    KTAP_CHECK(run_dma(board, EDU_BUFFER, (vmk_uint32)from_device.ioAddr, count, EDU_DMA_TO_RAM));
    KTAP_CHECK(vmk_DMAFlushElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &from_device) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(out + 24, in + 56, count) == 0);
    KTAP_CHECK(in[55] == 0x55 && in[56 + count] == 0x55);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_FROM_MEMORY, &to_device) == VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &from_device) == VMK_OK);
    KTAP_CHECK(vmk_Memcmp(out + 24, in + 56, count) == 0);
    return VMK_OK;
}

static vmk_StatusValue with_dma_pages(struct board *board, vmk_DMAEngine engine)
{
    vmk_PageRequest request = {.module = vmk_ModuleCurrentID, .order = 1, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;

    KTAP_CHECK(vmk_PageAlloc(request, &mpn) == VMK_OK);
    char *pages = vmk_MPN2Ptr(mpn);
    vmk_StatusValue status = exercise_dma(board, engine, pages, pages + VMK_PAGE_SIZE);
    vmk_LogMessage("# pages at 0x%lx, device reaches 0x%lx", vmk_MPN2MA(mpn), EDU_DMA_MASK);
    vmk_PageFree(mpn);
    return status;
}

static vmk_StatusValue test_dma(void)
{
    vmk_DMAConstraints constraints = {.addressMask = EDU_DMA_MASK};
    vmk_DMAEngineProps props = {.name = {"edu"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAEngine engine;
    vmk_IOA ioa;
    void *memory;

    KTAP_CHECK(edu(0) != NULL);
    props.device = edu(0)->device;
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(with_dma_pages(edu(0), engine) == VMK_OK);
    KTAP_CHECK(vmk_DMAAlloc(engine, 5000, &memory, &ioa) == VMK_OK);
    KTAP_CHECK(ioa + 5000 <= EDU_DMA_MASK + 1 && ioa % VMK_PAGE_SIZE == 0 && *(char *)memory == 0);
    vmk_DMAFree(engine, 5000, memory);
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    return VMK_OK;
}

static vmk_StatusValue test_dma_mistakes(void)
{
    vmk_DMAConstraints constraints = {.addressMask = 0x12345};
    vmk_DMAEngineProps props = {
        .name = {"mistakes"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAMapErrorInfo error;
    vmk_DMAEngine engine;
    char *memory = vmk_HeapAlloc(heap, 64);
    vmk_SgElem range = {.length = 64}, mapped;

    KTAP_CHECK(memory != NULL);
    range.addr = vmk_Ptr2MA(memory);
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_BAD_PARAM);
    constraints = (vmk_DMAConstraints){.sgElemMaxSize = 32};
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &range, VMK_TRUE, &mapped, &error) ==
               VMK_DMA_MAPPING_FAILED);
    KTAP_CHECK(error.reason == VMK_DMA_MAP_ERROR_LENGTH);
    range.length = 32;
    KTAP_CHECK(vmk_DMAMapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &range, VMK_TRUE, &mapped, &error) ==
               VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &mapped) == VMK_OK);
#ifdef VMK_DEBUG
    KTAP_CHECK(vmk_DMAUnmapElem(engine, VMK_DMA_DIRECTION_TO_MEMORY, &mapped) == VMK_INVALID_ADDRESS);
#endif
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    vmk_HeapFree(heap, memory);
    return VMK_OK;
}

/** Three scattered pages but for their edges, in and out through a list, and mapped for a device. */
static vmk_StatusValue exercise_list(vmk_SgOpsHandle ops, vmk_DMAEngine engine, char *scattered)
{
    const vmk_ByteCount length = 2 * VMK_PAGE_SIZE + 100;
    static char pattern[600], back[600];
    vmk_SgArray *list, *mapped;
    vmk_DMAMapErrorInfo error;
    vmk_ByteCount copied;

    for (unsigned i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (char)(i * 5 + 1);
    }
    KTAP_CHECK(vmk_SgComputeMaxEntries((vmk_VA)scattered + 50, length) == 3);
    KTAP_CHECK(vmk_SgAlloc(ops, &list, 3) == VMK_OK);
    KTAP_CHECK(vmk_SgInit(list, scattered + 50, length) == VMK_OK);
    KTAP_CHECK(vmk_SgGetDataLen(list) == length);
    KTAP_CHECK(vmk_SgCopyTo(list, VMK_PAGE_SIZE - 350, pattern, sizeof(pattern), &copied) == VMK_OK);
    KTAP_CHECK(copied == sizeof(pattern));
    KTAP_CHECK(vmk_Memcmp(scattered + 50 + VMK_PAGE_SIZE - 350, pattern, sizeof(pattern)) == 0);
    KTAP_CHECK(vmk_SgCopyFrom(back, list, length - 10, sizeof(back), &copied) == VMK_OK && copied == 10);
    KTAP_CHECK(vmk_DMAMapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, list, &mapped, &error) == VMK_OK);
    KTAP_CHECK(mapped->numElements == list->numElements && vmk_SgGetDataLen(mapped) == length);
    KTAP_CHECK(vmk_DMAFlushSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, mapped) == VMK_OK);
    KTAP_CHECK(vmk_DMAUnmapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, mapped) == VMK_OK);
    list->elem[0].length = VMK_PAGE_SIZE + 1; /* More than the engine takes: nothing may stay mapped. */
    KTAP_CHECK(vmk_DMAMapSg(engine, VMK_DMA_DIRECTION_FROM_MEMORY, ops, list, &mapped, &error) ==
               VMK_DMA_MAPPING_FAILED);
    KTAP_CHECK(error.reason == VMK_DMA_MAP_ERROR_LENGTH && error.element == 0);
    vmk_SgFree(ops, list);
    return VMK_OK;
}

static vmk_StatusValue test_lists(void)
{
    vmk_DMAConstraints constraints = {.sgElemMaxSize = VMK_PAGE_SIZE};
    vmk_DMAEngineProps props = {
        .name = {"lists"}, .module = vmk_ModuleCurrentID, .constraints = &constraints};
    vmk_DMAEngine engine;
    vmk_SgOpsHandle ops;
    vmk_VA va;

    KTAP_CHECK(vmk_SgCreateOpsHandle(heap, &ops) == VMK_OK);
    KTAP_CHECK(vmk_DMAEngineCreate(&props, &engine) == VMK_OK);
    KTAP_CHECK(vmk_MapAlloc(vmk_ModuleCurrentID, 3 * VMK_PAGE_SIZE, VMK_PAGE_DATA, &va) == VMK_OK);
    KTAP_CHECK(exercise_list(ops, engine, (char *)va) == VMK_OK);
    vmk_MapFree(va);
    KTAP_CHECK(vmk_DMAEngineDestroy(engine) == VMK_OK);
    vmk_SgDestroyOpsHandle(ops);
    return VMK_OK;
}

/* A driver with a logical device below each board; and one that takes those. */

static volatile unsigned scans;
static unsigned quiesced, children_removed, children_attached, children_detached;
static vmk_Driver parent_driver;

static VMK_ReturnStatus remove_child(vmk_Device child)
{
    children_removed++;
    return vmk_DeviceUnregister(child);
}

static vmk_DeviceOps child_device_ops = {.removeDevice = remove_child};

static VMK_ReturnStatus scan_parent(vmk_Device device)
{
    vmk_Name bus = {VMK_LOGICAL_BUS_NAME};
    vmk_DeviceID id = {0};
    vmk_DeviceProps props = {.deviceID = &id, .deviceOps = &child_device_ops};
    vmk_Device child;

    scans++;
    VMK_ReturnStatus status = vmk_BusTypeFind(&bus, &id.busType);
    if (status != VMK_OK) {
        return status;
    }
    status = vmk_DeviceGetDriver(device, &props.registeringDriver);
    if (status != VMK_OK) {
        return status;
    }
    status =
        vmk_LogicalCreateBusAddress(props.registeringDriver, device, 0, &id.busAddress, &id.busAddressLen);
    if (status != VMK_OK) {
        return status;
    }
    status = vmk_DeviceRegister(&props, device, &child);
    vmk_LogicalFreeBusAddress(props.registeringDriver, id.busAddress);
    return status == VMK_EXISTS ? VMK_OK : status; /* It is there since the last scan. */
}

static VMK_ReturnStatus quiesce_parent(vmk_Device device)
{
    quiesced++;
    return VMK_OK;
}

static VMK_ReturnStatus attach_child(vmk_Device device)
{
    vmk_DeviceID *id;
    vmk_Name bus;

    if (vmk_DeviceGetDeviceID(heap, device, &id) != VMK_OK) {
        return VMK_NO_MEMORY;
    }
    VMK_ReturnStatus status = vmk_BusTypeGetName(id->busType, &bus);
    vmk_DevicePutDeviceID(heap, id);
    if (status != VMK_OK || vmk_Strcmp(bus.string, VMK_LOGICAL_BUS_NAME) != 0) {
        return VMK_NOT_THIS_DEVICE;
    }
    children_attached++;
    return VMK_OK;
}

static VMK_ReturnStatus detach_child(vmk_Device device)
{
    children_detached++;
    return VMK_OK;
}

static vmk_DriverOps parent_ops = {.attachDevice = attach_board,
                                   .scanDevice = scan_parent,
                                   .quiesceDevice = quiesce_parent,
                                   .detachDevice = detach_board};
static vmk_DriverOps child_ops = {.attachDevice = attach_child, .detachDevice = detach_child};

static vmk_StatusValue test_children(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-child"}, .ops = &child_ops};
    unsigned count = board_count;
    vmk_Driver child_driver;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(board_count == 0);
    KTAP_CHECK(vmk_DriverRegister(&props, &child_driver) == VMK_OK);
    props.ops = &parent_ops;
    KTAP_CHECK(vmk_DriverRegister(&props, &parent_driver) == VMK_EXISTS);
    props.name = (vmk_Name){"test-parent"};
    KTAP_CHECK(vmk_DriverRegister(&props, &parent_driver) == VMK_OK);
    KTAP_CHECK(board_count == count && children_attached == count && scans == count);
    KTAP_CHECK(vmk_DeviceRequestRescan(boards[0].device) == VMK_OK);
    KTAP_CHECK(wait_until_equal(&scans, count + 1));
    KTAP_CHECK(children_attached == count);
    vmk_DriverUnregister(parent_driver);
    KTAP_CHECK(board_count == 0 && quiesced == count && children_removed == count &&
               children_detached == count);
    vmk_DriverUnregister(child_driver);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    return VMK_OK;
}

/* A driver that takes a board and then fails to start it. */

static VMK_ReturnStatus fail_to_start(vmk_Device device)
{
    return VMK_IO_ERROR;
}

static vmk_DriverOps failing_ops = {
    .attachDevice = attach_board, .startDevice = fail_to_start, .detachDevice = detach_board};

static vmk_StatusValue test_failing_start(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-failing"}, .ops = &failing_ops};
    unsigned count = board_count;
    vmk_Driver failing;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(vmk_DriverRegister(&props, &failing) == VMK_OK);
    KTAP_CHECK(board_count == 0);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    vmk_DriverUnregister(failing);
    KTAP_CHECK(board_count == count);
    return VMK_OK;
}

/* A driver that fails to attach and leaves what it had so far. */

static VMK_ReturnStatus attach_and_leave(vmk_Device device)
{
    VMK_ReturnStatus status = attach_board(device);

    if (status != VMK_OK) {
        return status;
    }
    struct board *board = &boards[--board_count];
    status = board->vendor == EDU_VENDOR ? start_interrupt(board, VMK_PCI_INTERRUPT_TYPE_MSI) : VMK_OK;
    return status == VMK_OK ? VMK_IO_ERROR : status;
}

static vmk_DriverOps leaving_ops = {.attachDevice = attach_and_leave, .detachDevice = detach_board};

static vmk_StatusValue test_left_behind(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-leaving"}, .ops = &leaving_ops};
    unsigned count = board_count;
    vmk_Driver leaving;

    vmk_DriverUnregister(board_driver);
    KTAP_CHECK(vmk_DriverRegister(&props, &leaving) == VMK_OK);
    KTAP_CHECK(board_count == 0);
    vmk_DriverUnregister(leaving);
    KTAP_CHECK(register_boards() == VMK_OK);
    KTAP_CHECK(board_count == count);
    KTAP_CHECK(edu(0) == NULL || vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, edu(0)->pci) == VMK_OK);
    return test_registers();
}

static const struct ktap_test tests[] = {
    {"registers are mapped", test_registers},
    {"configuration space is read within its bounds", test_config},
    {"power states and events", test_power},
    {"a walk meets every function", test_iterator},
    {"INTx: served, held back, moved", test_intx},
    {"MSI: served, held back, moved", test_msi},
    {"INTx: shared", test_shared},
    {"INTx: nobody claims it", test_storm},
    {"MSI-X: entries of choice", test_msix},
    {"DMA: out of reach and bounced", test_dma},
    {"DMA: mistakes are noticed", test_dma_mistakes},
    {"DMA: lists", test_lists},
    {"logical devices come and go with their parent", test_children},
    {"a device whose start fails is left free", test_failing_start},
    {"what a driver leaves on a device is taken away", test_left_behind},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-dev"}, .module = vmk_ModuleCurrentID};
    VMK_ReturnStatus status = vmk_HeapCreate(&props, &heap);

    if (status != VMK_OK) {
        return status;
    }
    status = register_boards();
    if (status != VMK_OK) {
        goto out_heap;
    }
    status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    if (status == VMK_OK) {
        return VMK_OK;
    }
    vmk_DriverUnregister(board_driver);
out_heap:
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the failed test left memory behind");
    }
    return status;
}

void cleanup_module(void)
{
    vmk_DriverUnregister(board_driver);
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the tests left memory behind");
    }
}
