/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * interrupt.c - INTx, MSI and MSI-X: served, held back, moved, shared, claimed by nobody.
 */
#include "board.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/world.h>

#define QUIET_US 50000u /* Long enough for an interrupt that must not come. */
#define STORM    1000u  /* hardware/intr.h: unclaimed firings until a line is held back. */

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

VMK_ReturnStatus start_interrupt(struct board *board, vmk_PCIInterruptType type)
{
    vmk_IntrProps props = {.device = board->device,
                           .deviceName = {"edu"},
                           .acknowledgeInterrupt = acknowledge_edu,
                           .handler = handle_edu,
                           .handlerData = board};
    vmk_StatusValue status =
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
    vmk_StatusValue status = vmk_IntrUnregister(vmk_ModuleCurrentID, board->cookie[0], board);

    return status == VMK_OK ? vmk_PCIFreeIntrCookie(vmk_ModuleCurrentID, board->pci) : status;
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

vmk_StatusValue test_intx(void)
{
    KTAP_CHECK(edu(0) != NULL);
    return exercise_interrupt(edu(0), VMK_PCI_INTERRUPT_TYPE_LEGACY);
}

vmk_StatusValue test_msi(void)
{
    KTAP_CHECK(edu(0) != NULL);
    return exercise_interrupt(edu(0), VMK_PCI_INTERRUPT_TYPE_MSI);
}

/** Every board raises; each is served by its own handler only, and a disabled one stays quiet. */
vmk_StatusValue test_shared(void)
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
vmk_StatusValue test_storm(void)
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
vmk_StatusValue test_msix(void)
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
