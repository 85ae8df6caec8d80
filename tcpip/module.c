/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.c - the TCP/IP stack as a module: parameters, start and end.
 */
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>

#include "http.h"
#include "interface.h"
#include "pools.h"
#include "queries.h"
#include "stack.h"

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("TCP/IP for the kernel's own interface vmk0, and the status page");
VMK_MODULE_VERSION("lwIP 2.1.3");

int init_module(void);
void cleanup_module(void);

static char address[48] = "dhcp";
VMK_MODPARAM_TEXT(address, "dhcp, or A.B.C.D/LEN[,GATEWAY]");
static char hostname[32] = "openvmk";
VMK_MODPARAM_TEXT(hostname, "name to ask for by DHCP");
static vmk_uint16 http_port = 80;
VMK_MODPARAM(http_port, VMK_MODPARAM_USHORT, "TCP port of the status page");

static void begin(void)
{
    http_start(http_port);
    interface_start(address, hostname);
}

static void end(void)
{
    http_stop();
    interface_stop();
}

int init_module(void)
{
    const vmk_HeapCreateProps heap = {
        .type = VMK_HEAP_TYPE_SIMPLE,
        .name = {"tcpip"},
        .module = vmk_ModuleCurrentID,
        .max = 16ul << 20,
    };
    vmk_StatusValue status = vmk_HeapCreate(&heap, &stack_heap);

    if (status != VMK_OK) {
        return status;
    }
    status = http_init();
    if (status != VMK_OK) {
        goto destroy_heap;
    }
    status = stack_start(begin, interface_turn, end);
    if (status != VMK_OK) {
        goto exit_http;
    }
    status = pools_show();
    if (status != VMK_OK) {
        goto stop_stack;
    }
    status = vmk_IPStackRegister(&queries_ops, (vmk_AddrCookie){.ptr = NULL});
    if (status != VMK_OK) {
        goto hide_pools;
    }
    return VMK_OK;

hide_pools:
    pools_hide();
stop_stack:
    stack_stop();
exit_http:
    http_exit();
destroy_heap:
    (void)!vmk_HeapDestroy(stack_heap);
    return status;
}

void cleanup_module(void)
{
    vmk_IPStackUnregister(&queries_ops);
    pools_hide();
    stack_stop();
    http_exit();
    /* What is left shows in the module's account, and keeps it from being unloaded. */
    (void)!vmk_HeapDestroy(stack_heap);
}
