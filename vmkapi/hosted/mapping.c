/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mapping.c - the mapping area: RAM seen elsewhere, memory of its own, and device registers.
 *
 * An address is used once only, and followed by a page that nobody may touch. Registers have no memory behind
 * them: who does not go through the functions for registers faults.
 */
#include <core/account.h>
#include <hosted/fault.h>
#include <hosted/machine.h>
#include <hosted/pci.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/platform/x86/ioport.h>

#include <sys/mman.h>

#define REGISTER_NS  250 /* What an access costs. */

#define MAPPINGS_MAX 4096

static struct mapping {
    vmk_VA va; /* 0: free. */
    vmk_ByteCount bytes;
    vmk_ModuleID module;
    vmk_Bool registers;
    vmk_MA ma; /* Of registers. */
} mappings[MAPPINGS_MAX];

static vmk_VA next_va = VMK_MAP_AREA_BASE;

static struct mapping *mapping_of(vmk_VA va)
{
    for (struct mapping *mapping = mappings; mapping < mappings + MAPPINGS_MAX; mapping++) {
        if (mapping->va != 0 && va - mapping->va < mapping->bytes) {
            return mapping;
        }
    }
    return NULL;
}

static struct mapping *mapping_new(vmk_ModuleID module, vmk_ByteCount bytes)
{
    struct mapping *mapping = mappings;

    if (hosted_fault_hit()) {
        return NULL;
    }
    while (mapping->va != 0) {
        mapping++;
        VMK_VERIFY(mapping < mappings + MAPPINGS_MAX);
    }
    *mapping =
        (struct mapping){.va = next_va, .bytes = vmk_Pages2Bytes(vmk_Bytes2Pages(bytes)), .module = module};
    next_va += mapping->bytes + VMK_PAGE_SIZE;
    account_add(module, ACCOUNT_MAPPED_PAGES, (vmk_int64)vmk_Bytes2Pages(mapping->bytes));
    return mapping;
}

static void mapping_drop(vmk_VA va)
{
    struct mapping *mapping = mapping_of(va);

    VMK_VERIFY(mapping != NULL);
    munmap((void *)mapping->va, mapping->bytes);
    account_add(mapping->module, ACCOUNT_MAPPED_PAGES, -(vmk_int64)vmk_Bytes2Pages(mapping->bytes));
    mapping->va = 0;
}

VMK_ReturnStatus vmk_MapAlloc(vmk_ModuleID module, vmk_ByteCount bytes, vmk_PageKind kind, vmk_VA *va)
{
    struct mapping *mapping;
    void *got;

    if (bytes == 0) {
        return VMK_BAD_PARAM;
    }
    mapping = mapping_new(module, bytes);
    if (mapping == NULL) {
        return VMK_NO_MEMORY;
    }
    got = mmap((void *)mapping->va, mapping->bytes, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    VMK_VERIFY(got == (void *)mapping->va);
    *va = mapping->va;
    return VMK_OK;
}

void vmk_MapFree(vmk_VA va)
{
    mapping_drop(va);
}

static vmk_ByteCount request_bytes(const vmk_MapRequest *request)
{
    vmk_ByteCount bytes = 0;

    for (vmk_uint32 i = 0; i < request->numElements; i++) {
        bytes += vmk_Pages2Bytes(request->mpnRanges[i].numPages);
    }
    return bytes;
}

static void map_ram(struct mapping *mapping, const vmk_MapRequest *request)
{
    vmk_VA va = mapping->va;

    for (vmk_uint32 i = 0; i < request->numElements; i++) {
        const vmk_MpnRange *range = &request->mpnRanges[i];

        hosted_memory_map(va, vmk_MPN2MA(range->startMPN), vmk_Pages2Bytes(range->numPages),
                          request->mapAttrs != VMK_MAPATTRS_READONLY);
        va += vmk_Pages2Bytes(range->numPages);
    }
}

VMK_ReturnStatus vmk_Map(vmk_ModuleID module, const vmk_MapRequest *request, vmk_VA *va)
{
    vmk_ByteCount bytes = request_bytes(request);
    struct mapping *mapping;

    if (bytes == 0) {
        return VMK_BAD_PARAM;
    }
    mapping = mapping_new(module, bytes);
    if (mapping == NULL) {
        return VMK_NO_MEMORY;
    }
    mapping->registers =
        request->mapAttrs == VMK_MAPATTRS_UNCACHED || request->mapAttrs == VMK_MAPATTRS_WRITECOMBINE;
    if (mapping->registers) {
        VMK_VERIFY(request->numElements == 1);
        mapping->ma = vmk_MPN2MA(request->mpnRanges[0].startMPN);
    } else {
        map_ram(mapping, request);
    }
    *va = mapping->va;
    return VMK_OK;
}

void vmk_Unmap(vmk_VA va)
{
    mapping_drop(va);
}

VMK_ReturnStatus vmk_MapMMIO(vmk_ModuleID module, vmk_MA ma, vmk_ByteCount len, vmk_VA *va)
{
    vmk_ByteCount offset = ma & VMK_PAGE_MASK;
    struct mapping *mapping;

    if (len == 0 || ma + len < ma) {
        return VMK_BAD_PARAM;
    }
    mapping = mapping_new(module, offset + len);
    if (mapping == NULL) {
        return VMK_NO_MEMORY;
    }
    mapping->registers = VMK_TRUE;
    mapping->ma = ma - offset;
    *va = mapping->va + offset;
    return VMK_OK;
}

void vmk_UnmapMMIO(vmk_VA va)
{
    mapping_drop(va);
}

/* All memory of the process is where the direct map's arithmetic has it, heaps and mappings too. */
VMK_ReturnStatus vmk_MapVA2MPN(vmk_VA va, vmk_MPN *mpn)
{
    const struct mapping *mapping = mapping_of(va);

    if (mapping != NULL && mapping->registers) {
        return VMK_INVALID_ADDRESS;
    }
    *mpn = vmk_Ptr2MPN((void *)va);
    return VMK_OK;
}

static vmk_MA register_at(const volatile void *addr)
{
    const struct mapping *mapping = mapping_of((vmk_VA)addr);

    VMK_VERIFY(mapping != NULL && mapping->registers);
    return mapping->ma + ((vmk_VA)addr - mapping->va);
}

vmk_uint64 hosted_mmio_read(const volatile void *addr, unsigned bytes)
{
    vmk_uint64 value = hosted_pci_read_at(VMK_FALSE, register_at(addr), bytes);

    hosted_pass(REGISTER_NS);
    return value;
}

void hosted_mmio_write(volatile void *addr, unsigned bytes, vmk_uint64 value)
{
    hosted_pci_write_at(VMK_FALSE, register_at(addr), bytes, value);
    hosted_pass(REGISTER_NS);
}

vmk_uint32 hosted_port_read(vmk_uint16 port, unsigned bytes)
{
    vmk_uint32 value = (vmk_uint32)hosted_pci_read_at(VMK_TRUE, port, bytes);

    hosted_pass(REGISTER_NS);
    return value;
}

void hosted_port_write(vmk_uint16 port, unsigned bytes, vmk_uint32 value)
{
    hosted_pci_write_at(VMK_TRUE, port, bytes, value);
    hosted_pass(REGISTER_NS);
}
