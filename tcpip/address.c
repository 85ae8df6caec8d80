/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * address.c - how vmk0's address is got, and who is told of it.
 */
#include "address.h"

#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/prot/dhcp.h>

#include <vmkapi/base/mark.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/system.h>

#include "stack.h"

static vmk_IPv4Address announced; /* Address last logged; atomic. */

static vmk_uint32 prefix_length(vmk_IPv4Address netmask)
{
    vmk_uint32 len = 0;

    for (; netmask != 0; netmask &= netmask - 1) {
        len++;
    }
    return len;
}

/* Startup waits for an address, once there is a link to get one by. */

static vmk_Bool awaited;

void address_release_startup(void)
{
    if (__atomic_exchange_n(&awaited, VMK_FALSE, __ATOMIC_ACQ_REL)) {
        vmk_StartupRelease();
    }
}

void address_hold_startup(void)
{
    if (!__atomic_exchange_n(&awaited, VMK_TRUE, __ATOMIC_ACQ_REL)) {
        vmk_StartupHold("an address for " INTERFACE_NAME);
    }
    if (__atomic_load_n(&announced, __ATOMIC_ACQUIRE) != 0) {
        address_release_startup();
    }
}

static bool uses_dhcp(void)
{
    const struct dhcp *dhcp = netif_dhcp_data(&interface_netif);

    return dhcp && dhcp->state != DHCP_STATE_OFF;
}

void address_get(vmk_IPInterface *info)
{
    info->dhcp = uses_dhcp();
    info->address = netif_ip4_addr(&interface_netif)->addr;
    info->netmask = netif_ip4_netmask(&interface_netif)->addr;
    info->gateway = netif_ip4_gw(&interface_netif)->addr;
    for (u8_t i = 0; i < VMK_IP_DNS_SERVERS; i++) {
        info->dns[i] = dns_getserver(i)->addr;
    }
}

void address_changed(struct netif *unused)
{
    vmk_IPInterface info;

    address_get(&info);
    if (info.address == announced) {
        return;
    }
    __atomic_store_n(&announced, info.address, __ATOMIC_RELEASE);
    if (announced == 0) {
        vmk_LogMessage(INTERFACE_NAME ": no address");
        return;
    }
    vmk_LogMessage(
        INTERFACE_NAME ": %s " VMK_IPV4_FMT_STR "/%u gateway " VMK_IPV4_FMT_STR " dns " VMK_IPV4_FMT_STR,
        info.dhcp ? "DHCP lease" : "static address", VMK_IPV4_FMT_ARGS(info.address),
        prefix_length(info.netmask), VMK_IPV4_FMT_ARGS(info.gateway), VMK_IPV4_FMT_ARGS(info.dns[0]));
    vmk_Mark(VMK_MARK_LEASE);
    address_release_startup();
    vmk_LogMessage(INTERFACE_NAME ": status page at http://" VMK_IPV4_FMT_STR "/",
                   VMK_IPV4_FMT_ARGS(info.address));
}

VMK_ReturnStatus address_set(const vmk_IPv4Config *config)
{
    ip4_addr_t address = {config->address}, netmask = {config->netmask}, gateway = {config->gateway};

    if (config->dhcp) {
        return uses_dhcp() || dhcp_start(&interface_netif) == ERR_OK ? VMK_OK : VMK_NO_MEMORY;
    }
    if (config->address == 0 || config->netmask == 0 || !ip4_addr_netmask_valid(netmask.addr)) {
        return VMK_BAD_PARAM;
    }
    dhcp_release_and_stop(&interface_netif);
    netif_set_addr(&interface_netif, &address, &netmask, &gateway);
    return VMK_OK;
}

/** Read "A.B.C.D/LEN[,GATEWAY]". */
static bool parse_address(const char *text, vmk_IPv4Config *config)
{
    char word[20];
    char *end;
    const char *slash = vmk_Strchr(text, '/');
    unsigned long len;
    ip4_addr_t addr;

    *config = (vmk_IPv4Config){.dhcp = VMK_FALSE};
    if (!slash || (vmk_size_t)(slash - text) >= sizeof(word)) {
        return false;
    }
    (void)vmk_Strlcpy(word, text, (vmk_size_t)(slash - text) + 1);
    len = vmk_Strtoul(slash + 1, &end, 10);
    if (!ip4addr_aton(word, &addr) || len == 0 || len > 32 || (*end != '\0' && *end != ',')) {
        return false;
    }
    config->address = addr.addr;
    config->netmask = PP_HTONL((u32_t)(0xffffffffull << (32 - len)));
    if (*end == ',') {
        if (!ip4addr_aton(end + 1, &addr)) {
            return false;
        }
        config->gateway = addr.addr;
    }
    return true;
}

void address_configure(const char *address)
{
    vmk_IPv4Config config = {.dhcp = VMK_TRUE};
    vmk_StatusValue status;

    if (vmk_Strcmp(address, "dhcp") != 0 && !parse_address(address, &config)) {
        vmk_WarningMessage("address '%s' is neither 'dhcp' nor 'A.B.C.D/LEN[,GATEWAY]'; using dhcp", address);
        config = (vmk_IPv4Config){.dhcp = VMK_TRUE};
    }
    status = address_set(&config);
    if (status != VMK_OK) {
        vmk_WarningMessage(INTERFACE_NAME ": could not set its address: %s", vmk_StatusToString(status));
    }
}
