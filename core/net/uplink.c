/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink.c - the table of uplinks: names, claims, registration and removal.
 */
#define VMK_LOG_MODULE "Net"

#include <core/account.h>
#include <core/heap.h>
#include <core/pkt.h>
#include <core/uplink.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

vmk_SpinlockObject uplink_table_lock = VMK_SPINLOCK_INITIALIZER("uplinks", VMK_RANK_UPLINK);
/** Uplinks by number; packet paths read it by RCU. */
static struct vmk_UplinkInt *uplinks[UPLINKS_MAX] VMK_GUARDED_BY(uplink_table_lock);
/** The bus address that last had each number. */
static vmk_Name last_address[UPLINKS_MAX] VMK_GUARDED_BY(uplink_table_lock);

static vmk_Helper helper;
static vmk_BottomHalf tx_bh = VMK_INVALID_BOTTOM_HALF;

static vmk_uint64 read_rx_no_port(vmk_AddrCookie data)
{
    const struct vmk_UplinkInt *uplink = data.ptr;

    return __atomic_load_n(&uplink->rx_no_port, __ATOMIC_RELAXED);
}

static const vmk_StatField stat_fields[] = {
    VMK_STAT_FIELD(struct uplink_txq, tx_busy),
    VMK_STAT_FIELD(struct uplink_txq, tx_backlogged),
    VMK_STAT_FIELD(struct uplink_txq, tx_dropped),
    VMK_STAT_READ("rx_no_port", read_rx_no_port),
};

static vmk_AddrCookie cookie(struct vmk_UplinkInt *uplink)
{
    return (vmk_AddrCookie){.ptr = uplink};
}

/* Claims. */

static void drop_user(struct vmk_UplinkInt *uplink)
{
    vmk_Semaphore unused = &uplink->unused;
    bool last;

    vmk_SpinlockLock(&uplink_table_lock);
    last = --uplink->users == 0;
    vmk_SpinlockUnlock(&uplink_table_lock);
    if (last) {
        vmk_SemaUnlock(&unused);
    }
}

/** Wait for the control operations of an uplink that a user has been counted for. */
static VMK_ReturnStatus claim(struct vmk_UplinkInt *uplink)
{
    vmk_Semaphore control = &uplink->control;

    vmk_SemaLock(&control);
    if (uplink->dying) {
        vmk_SemaUnlock(&control);
        drop_user(uplink);
        return VMK_NOT_FOUND;
    }
    return VMK_OK;
}

/** The first uplink from @p number on, called @p name if that isn't NULL, with a user counted. */
static struct vmk_UplinkInt *get(vmk_uint32 number, const char *name)
{
    struct vmk_UplinkInt *found = NULL;

    vmk_SpinlockLock(&uplink_table_lock);
    for (; number < UPLINKS_MAX && !found; number++) {
        struct vmk_UplinkInt *uplink = uplinks[number];

        if (uplink && (!name || vmk_Strcmp(uplink->name.string, name) == 0)) {
            uplink->users++;
            found = uplink;
        }
    }
    vmk_SpinlockUnlock(&uplink_table_lock);
    return found;
}

VMK_ReturnStatus uplink_claim(const char *name, struct vmk_UplinkInt **uplink)
{
    *uplink = get(0, name);
    return *uplink ? claim(*uplink) : VMK_NOT_FOUND;
}

VMK_ReturnStatus uplink_claim_next(vmk_uint32 number, struct vmk_UplinkInt **uplink)
{
    vmk_StatusValue status = VMK_NOT_FOUND;

    while (status != VMK_OK && (*uplink = get(number, NULL)) != NULL) {
        number = (*uplink)->number + 1;
        status = claim(*uplink);
    }
    return status;
}

void uplink_yield(struct vmk_UplinkInt *uplink)
{
    vmk_Semaphore control = &uplink->control;

    vmk_SemaUnlock(&control);
    drop_user(uplink);
}

bool uplink_link_is(const char *name, vmk_LinkState state)
{
    struct vmk_UplinkInt *uplink = get(0, name);
    bool is = uplink && uplink->link.state == state;

    if (uplink) {
        drop_user(uplink);
    }
    return is;
}

/* The layer's own world. */

bool uplink_submit(struct vmk_UplinkInt *uplink, vmk_HelperRequestFunc func)
{
    vmk_HelperRequestProps props;
    vmk_StatusValue status;

    vmk_HelperRequestPropsInit(&props);
    props.tag = cookie(uplink);
    status = vmk_HelperSubmitRequest(helper, func, cookie(uplink), &props);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: a change could not be passed on: %s", uplink->name.string,
                           vmk_StatusToString(status));
    }
    return status == VMK_OK;
}

/* Registration. */

/** Find a number for the device at @p address: the one it had, else the lowest never used, else the lowest
 * free. */
static VMK_ReturnStatus choose_number(const char *address, vmk_uint32 *number)
    VMK_REQUIRES(&uplink_table_lock)
{
    vmk_uint32 fresh = UPLINKS_MAX, vacant = UPLINKS_MAX;

    for (vmk_uint32 i = UPLINKS_MAX; i-- > 0;) {
        if (vmk_Strcmp(last_address[i].string, address) == 0) {
            *number = i;
            return uplinks[i] ? VMK_EXISTS : VMK_OK;
        }
        fresh = last_address[i].string[0] == '\0' ? i : fresh;
        vacant = uplinks[i] ? vacant : i;
    }
    *number = fresh != UPLINKS_MAX ? fresh : vacant;
    return *number != UPLINKS_MAX ? VMK_OK : VMK_LIMIT_EXCEEDED;
}

static VMK_ReturnStatus enter(struct vmk_UplinkInt *uplink)
{
    vmk_StatusValue status;

    vmk_SpinlockLock(&uplink_table_lock);
    status = choose_number(uplink->reg.driverInfo.busAddress.string, &uplink->number);
    if (status == VMK_OK) {
        status = vmk_NameFormat(&uplink->name, "vmnic%u", uplink->number);
        last_address[uplink->number] = uplink->reg.driverInfo.busAddress;
        VMK_RCU_ASSIGN(uplinks[uplink->number], uplink);
    }
    vmk_SpinlockUnlock(&uplink_table_lock);
    return status;
}

/** Take it out of the table, and wait until nobody knows it any more. */
static void leave(struct vmk_UplinkInt *uplink)
{
    vmk_Semaphore unused = &uplink->unused;

    vmk_SpinlockLock(&uplink_table_lock);
    VMK_RCU_ASSIGN(uplinks[uplink->number], NULL);
    vmk_SpinlockUnlock(&uplink_table_lock);
    drop_user(uplink);
    vmk_SemaLock(&unused);
    vmk_RCUSynchronize();
}

static bool is_valid(const vmk_UplinkRegData *reg)
{
    return reg->ops && reg->ops->uplinkTx && reg->ops->uplinkStart && reg->ops->uplinkQuiesce &&
           reg->ops->uplinkStateSet && reg->ops->uplinkMTUSet && reg->ops->uplinkStatsGet &&
           reg->numTxQueues > 0 && reg->numTxQueues <= VMK_UPLINK_MAX_TX_QUEUES &&
           reg->driverInfo.busAddress.string[0] != '\0';
}

static void init(struct vmk_UplinkInt *uplink, const vmk_UplinkRegData *reg) VMK_UNSHARED
{
    uplink->reg = *reg;
    uplink->caps = reg->caps & ((1ul << VMK_UPLINK_CAP_FIRST_WITH_OPS) - 1);
    uplink->enabled = uplink->caps;
    uplink->users = 1;
    vmk_BinarySemaInit(&uplink->control, "uplink");
    vmk_SemaInit(&uplink->unused, "uplink-unused", 0);
    uplink_offload_update(uplink);
    for (vmk_uint32 i = 0; i < reg->numTxQueues; i++) {
        vmk_SpinlockInit(&uplink->txq[i].lock, "uplink-txq", VMK_RANK_UPLINK);
        uplink->txq[i].gate = UPLINK_GATE_DOWN | UPLINK_GATE_NO_LINK;
    }
}

VMK_ReturnStatus vmk_UplinkRegister(const vmk_UplinkRegData *regData, vmk_Uplink *uplink)
{
    vmk_ByteCount size = sizeof(struct vmk_UplinkInt) + regData->numTxQueues * sizeof(struct uplink_txq);
    struct vmk_UplinkInt *new;
    vmk_StatusValue status;

    if (!is_valid(regData)) {
        return VMK_BAD_PARAM;
    }
    new = vmk_HeapAlign(heap_kernel, size, VMK_L1_CACHELINE_SIZE);
    if (!new) {
        return VMK_NO_MEMORY;
    }
    vmk_Memset(new, 0, size);
    init(new, regData);
    status = enter(new);
    if (status != VMK_OK) {
        goto fail;
    }
    vmk_StatGroupInit(&new->stat_group, VMK_VMKERNEL_MODULE_ID, stat_fields, VMK_ARRAY_SIZE(stat_fields),
                      "net/%s", new->name.string);
    new->stat_group.cookie = cookie(new);
    new->stat_group.base = new->txq;
    new->stat_group.stride = sizeof(new->txq[0]);
    new->stat_group.count = regData->numTxQueues;
    status = vmk_StatGroupRegister(&new->stat_group);
    if (status != VMK_OK) {
        leave(new);
        goto fail;
    }
    account_add(regData->moduleID, ACCOUNT_UPLINKS, 1);
    *uplink = new;
    return VMK_OK;

fail:
    vmk_HeapFree(heap_kernel, new);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_UplinkRegister);

static void activate(vmk_AddrCookie data)
{
    struct vmk_UplinkInt *uplink = data.ptr, *claimed;
    vmk_StatusValue status = vswitch_attach(uplink);

    if (status != VMK_OK && status != VMK_NOT_FOUND) {
        vmk_WarningMessage("%s: not connected to its switch: %s", uplink->name.string,
                           vmk_StatusToString(status));
    }
    if (uplink_claim(uplink->name.string, &claimed) != VMK_OK) {
        return;
    }
    status = uplink_up(claimed);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: the driver could not start it: %s", uplink->name.string,
                           vmk_StatusToString(status));
        uplink_startup_release(uplink); /* There won't be a link. */
    }
    uplink_yield(claimed);
}

void vmk_UplinkActivate(vmk_Uplink uplink)
{
    const vmk_UplinkDriverInfo *info = &uplink->reg.driverInfo;

    vmk_LogMessage("%s: %s %s at %s, " VMK_ETH_ADDR_FMT_STR, uplink->name.string, info->driver.string,
                   info->version.string, info->busAddress.string, VMK_ETH_ADDR_FMT_ARGS(uplink->reg.mac));
    uplink_startup_hold(uplink);
    if (!uplink_submit(uplink, activate)) {
        uplink_startup_release(uplink);
    }
}
VMK_EXPORT_SYMBOL(vmk_UplinkActivate);

void vmk_UplinkUnregister(vmk_Uplink uplink)
{
    vmk_Semaphore control = &uplink->control;
    vmk_StatusValue status;

    vmk_SemaLock(&control);
    uplink->dying = true;
    status = uplink_down(uplink);
    vmk_SemaUnlock(&control);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: the driver could not stop it: %s", uplink->name.string,
                           vmk_StatusToString(status));
    }
    (void)vmk_HelperCancelRequestSync(helper, cookie(uplink), NULL);
    uplink_startup_release(uplink);
    vswitch_detach(uplink);
    leave(uplink);
    vmk_StatGroupUnregister(&uplink->stat_group);
    vmk_LogMessage("%s: removed", uplink->name.string);
    account_add(uplink->reg.moduleID, ACCOUNT_UPLINKS, -1);
    vmk_HeapFree(heap_kernel, uplink);
}
VMK_EXPORT_SYMBOL(vmk_UplinkUnregister);

vmk_Name vmk_UplinkNameGet(vmk_Uplink uplink)
{
    return uplink->name;
}
VMK_EXPORT_SYMBOL(vmk_UplinkNameGet);

void vmk_UplinkPktListRx(vmk_Uplink uplink, vmk_PktList list)
{
    struct vmk_PortInt *port = VMK_RCU_DEREFERENCE(uplink->port);

    if (VMK_LIKELY(port != NULL)) {
        vswitch_input(port, list);
    } else {
        __atomic_fetch_add(&uplink->rx_no_port, vmk_PktListGetCount(list), __ATOMIC_RELAXED);
        vmk_PktListReleaseAllPkts(list);
    }
}
VMK_EXPORT_SYMBOL(vmk_UplinkPktListRx);

/* Queues that go on. */

void uplink_kick(struct vmk_UplinkInt *uplink)
{
    __atomic_store_n(&uplink->kicked, true, __ATOMIC_RELEASE);
    vmk_BottomHalfSchedule(tx_bh, VMK_PCPU_THIS);
}

/** Send what waits in every uplink that was kicked. A bottom half is an RCU reader. */
static void drain_kicked(vmk_AddrCookie data) VMK_NO_THREAD_SAFETY_ANALYSIS("reads by RCU")
{
    for (vmk_uint32 i = 0; i < UPLINKS_MAX; i++) {
        struct vmk_UplinkInt *uplink = VMK_RCU_DEREFERENCE(uplinks[i]);

        if (uplink && __atomic_exchange_n(&uplink->kicked, false, __ATOMIC_ACQ_REL)) {
            uplink_drain(uplink);
        }
    }
}

void uplink_init(void)
{
    const vmk_HelperProps helper_props = {
        .name = {"net-config"},
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .heap = heap_kernel,
    };
    static const vmk_BottomHalfProps bh_props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .name = {"uplink-tx"},
        .callback = drain_kicked,
    };

    VMK_VERIFY(vmk_HelperCreate(&helper_props, &helper) == VMK_OK);
    VMK_VERIFY(vmk_BottomHalfRegister(&bh_props, &tx_bh) == VMK_OK);
}
