/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink_control.c - control operations on uplinks, for whoever has claimed one; their capabilities.
 */
#include <core/uplink.h>
#include <vmkapi/base/export.h>

static VMK_ReturnStatus apply_filter(struct vmk_UplinkInt *uplink)
{
    return uplink->reg.ops->uplinkStateSet(uplink->reg.driverData, uplink->filter | VMK_UPLINK_STATE_ENABLED);
}

VMK_ReturnStatus uplink_up(struct vmk_UplinkInt *uplink)
{
    vmk_StatusValue status;

    if (uplink->running) {
        return VMK_OK;
    }
    status = uplink->reg.ops->uplinkStart(uplink->reg.driverData);
    if (status != VMK_OK) {
        return status;
    }
    uplink->running = true;
    uplink_tx_open(uplink, true);
    return apply_filter(uplink);
}

VMK_ReturnStatus uplink_down(struct vmk_UplinkInt *uplink)
{
    static const vmk_LinkStatus down = {.state = VMK_LINK_STATE_DOWN};
    vmk_StatusValue status;

    if (!uplink->running) {
        return VMK_OK;
    }
    uplink_tx_open(uplink, false);
    status = uplink->reg.ops->uplinkQuiesce(uplink->reg.driverData);
    uplink->running = false;
    vmk_UplinkUpdateLinkState(uplink, &down);
    return status;
}

VMK_ReturnStatus uplink_filter_set(struct vmk_UplinkInt *uplink, vmk_UplinkState filter)
{
    /* A NIC may stop receiving for a while when its filter is written: not without need. */
    if (filter == uplink->filter) {
        return VMK_OK;
    }
    uplink->filter = filter;
    return uplink->running ? apply_filter(uplink) : VMK_OK;
}

VMK_ReturnStatus uplink_vlans_set(struct vmk_UplinkInt *uplink, const struct vlan_set *vlans)
{
    const vmk_UplinkVLANFilterOps *ops = uplink_cap_ops(uplink, VMK_UPLINK_CAP_VLAN_FILTER);

    for (vmk_uint16 vlan = VMK_VLAN_ID_NONE + 1; ops && vlan < VMK_VLAN_ID_TRUNK; vlan++) {
        bool on = vlan_set_has(vlans, vlan);
        vmk_StatusValue status;

        if (on == vlan_set_has(&uplink->vlans, vlan)) {
            continue;
        }
        status = ops->vlanSet(uplink->reg.driverData, vlan, on);
        if (status != VMK_OK) {
            return status;
        }
        uplink->vlans.words[vlan / 64] ^= 1ul << vlan % 64;
    }
    return VMK_OK;
}

VMK_ReturnStatus uplink_mtu_set(struct vmk_UplinkInt *uplink, vmk_uint32 mtu)
{
    vmk_StatusValue status;

    if (mtu < uplink->reg.minMTU || mtu > uplink->reg.maxMTU) {
        return VMK_BAD_PARAM;
    }
    status = uplink->reg.ops->uplinkMTUSet(uplink->reg.driverData, mtu);
    if (status == VMK_OK) {
        uplink->reg.mtu = mtu;
    }
    return status;
}

VMK_ReturnStatus uplink_cap_set(struct vmk_UplinkInt *uplink, vmk_UplinkCap cap, bool on)
{
    vmk_StatusValue status;

    if (cap >= VMK_UPLINK_CAP_FIRST_WITH_OPS || !vmk_UplinkCapIsRegistered(uplink, cap) ||
        !uplink->reg.ops->uplinkCapSet) {
        return VMK_NOT_SUPPORTED;
    }
    status = uplink->reg.ops->uplinkCapSet(uplink->reg.driverData, cap, on);
    if (status == VMK_OK) {
        vmk_UplinkCapUpdate(uplink, cap, on);
    }
    return status;
}

VMK_ReturnStatus vmk_UplinkCapRegister(vmk_Uplink uplink, vmk_UplinkCap cap, const void *ops)
{
    if (cap >= VMK_UPLINK_CAP_COUNT || (cap >= VMK_UPLINK_CAP_FIRST_WITH_OPS) != (ops != NULL)) {
        return VMK_BAD_PARAM;
    }
    if (__atomic_fetch_or(&uplink->caps, 1ul << cap, __ATOMIC_ACQ_REL) & 1ul << cap) {
        return VMK_EXISTS;
    }
    uplink->cap_ops[cap] = ops;
    vmk_UplinkCapUpdate(uplink, cap, VMK_TRUE);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_UplinkCapRegister);

vmk_Bool vmk_UplinkCapIsRegistered(vmk_Uplink uplink, vmk_UplinkCap cap)
{
    return (uplink->caps & 1ul << cap) != 0;
}
VMK_EXPORT_SYMBOL(vmk_UplinkCapIsRegistered);

vmk_Bool vmk_UplinkCapIsEnabled(vmk_Uplink uplink, vmk_UplinkCap cap)
{
    return (uplink->enabled & 1ul << cap) != 0;
}
VMK_EXPORT_SYMBOL(vmk_UplinkCapIsEnabled);

void vmk_UplinkCapUpdate(vmk_Uplink uplink, vmk_UplinkCap cap, vmk_Bool on)
{
    if (on) {
        (void)__atomic_fetch_or(&uplink->enabled, 1ul << cap, __ATOMIC_ACQ_REL);
    } else {
        (void)__atomic_fetch_and(&uplink->enabled, ~(1ul << cap), __ATOMIC_ACQ_REL);
    }
    uplink_offload_update(uplink);
}
VMK_EXPORT_SYMBOL(vmk_UplinkCapUpdate);
