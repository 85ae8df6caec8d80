/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_parts.c - from a description to memory, processors and devices; and their state at power-on.
 */
#include "vm_internal.h"

#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>
#include <core/vmm/tables.h>
#include <core/vmm/vendor.h>
#include <core/vmm/virtio.h>
#include <core/vmm/vm_config.h>
#include <core/vmm/vm_console.h>
#include <vmkapi/lib/hash.h>
#include <vmkapi/lib/libc.h>

#include "cpu_limit.h"
#include "load/load.h"
#include "vm_timer.h"

#define PORTS_LIMIT 0x10000ul
#define MMIO_LIMIT  (1ul << 52)

#define CR0_PE      0x1u
#define CR0_ET      0x10u
#define FLAT_CODE   0xc9bu /* Present, code, readable, accessed; 32 bits, in pages (APM vol. 2, 4.7.2). */
#define FLAT_DATA   0xc93u
#define GDT_BYTES   32u

/* Making. */

static VMK_ReturnStatus create_processors(struct vm *vm)
{
    vmk_StatusValue status = VMK_OK;

    for (vmk_uint32 i = 0; i < vm->config->vcpus; i++) {
        vm->lapics[i] = vmk_HeapZalloc(vm->heap, sizeof(*vm->lapics[i]));
        if (vm->lapics[i] == NULL) {
            return VMK_NO_MEMORY;
        }
        lapic_init(vm->lapics[i], vm, i, i == 0);
    }
    for (vmk_uint32 i = 0; i < vm->config->vcpus && status == VMK_OK; i++) {
        status = vcpu_create(vm, i, &vm->vcpus[i]);
        vm->vcpu_count += status == VMK_OK;
    }
    return status;
}

static unsigned next_slot(const struct vm *vm)
{
    return vm->device_count + 1;
}

static VMK_ReturnStatus create_disks(struct vm *vm, struct diagnosis *why)
{
    for (unsigned i = 0; i < VM_DISKS_MAX; i++) {
        const struct vm_disk_config *disk = &vm->config->disks[i];
        struct virtio_block_options options = {
            .device = disk->device,
            .serial = disk->serial[0] != '\0' ? disk->serial : NULL,
            .read_only = disk->read_only,
            .rates = disk->rates,
            .queues = vm->vcpu_count < VIRTIO_QUEUES_MAX ? vm->vcpu_count : VIRTIO_QUEUES_MAX};
        vmk_StatusValue status;

        if (disk->device[0] == '\0') {
            continue;
        }
        status = virtio_block_create(vm, next_slot(vm), &options, &vm->devices[vm->device_count]);
        if (status != VMK_OK) {
            return diagnose(why, status, "%s: disk%u, '%s': %s", vm->name.string, i, disk->device,
                            status == VMK_BUSY ? "another VM or command writes to it, or to what overlaps it"
                                               : vmk_StatusToString(status));
        }
        vm->device_count++;
    }
    return VMK_OK;
}

static VMK_ReturnStatus create_nics(struct vm *vm, struct diagnosis *why)
{
    for (unsigned i = 0; i < VM_NICS_MAX; i++) {
        const struct vm_nic_config *nic = &vm->config->nics[i];
        struct virtio_net_options options = {
            .port_group = nic->port_group, .pairs = vm->vcpu_count, .rates = nic->rates};
        vmk_StatusValue status;

        if (nic->port_group[0] == '\0') {
            continue;
        }
        vmk_Memcpy(options.mac, nic->mac, sizeof(options.mac));
        status = virtio_net_create(vm, next_slot(vm), &options, &vm->devices[vm->device_count]);
        if (status != VMK_OK) {
            return diagnose(why, status, "%s: ethernet%u on '%s': %s", vm->name.string, i, nic->port_group,
                            vmk_StatusToString(status));
        }
        vm->device_count++;
    }
    return VMK_OK;
}

static VMK_ReturnStatus create_others(struct vm *vm)
{
    struct virtio_console_options console = {.output = vm_console_output, .data = vm->console};
    vmk_StatusValue status = VMK_OK;

    if (vm->config->console) {
        status = virtio_console_create(vm, next_slot(vm), &console, &vm->devices[vm->device_count]);
        vm->device_count += status == VMK_OK;
    }
    if (vm->config->rng && status == VMK_OK) {
        status = virtio_rng_create(vm, next_slot(vm), &vm->devices[vm->device_count]);
        vm->device_count += status == VMK_OK;
    }
    return status;
}

VMK_STATIC_ASSERT(VM_DISKS_MAX + VM_NICS_MAX + 2 <= VM_DEVICES_MAX, "each device has a place");

static VMK_ReturnStatus create_all(struct vm *vm, struct diagnosis *why)
{
    struct platform_console line;
    vmk_StatusValue status = vm_console_create(vm, &vm->console);

    vm->cpu_limit = vmk_HeapZalloc(vm->heap, sizeof(*vm->cpu_limit));
    if (status == VMK_OK && vm->cpu_limit == NULL) {
        status = VMK_NO_MEMORY;
    }
    if (status == VMK_OK) {
        status = guest_memory_create(vm->config->memory_bytes, vmm_vendor->npt, &vm->memory);
    }
    if (status == VMK_OK) {
        status = create_processors(vm);
    }
    if (status == VMK_OK) {
        vm_console_line(vm->console, &line);
        status = platform_create(vm, vm->heap, &line, &vm->platform);
    }
    if (status != VMK_OK) {
        return diagnose(why, status, "%s: %s", vm->name.string, vmk_StatusToString(status));
    }
    status = create_disks(vm, why);
    if (status == VMK_OK) {
        status = create_nics(vm, why);
    }
    if (status != VMK_OK) {
        return status;
    }
    status = create_others(vm);
    return status == VMK_OK ? VMK_OK
                            : diagnose(why, status, "%s: %s", vm->name.string, vmk_StatusToString(status));
}

VMK_ReturnStatus vm_parts_create(struct vm *vm, struct diagnosis *why)
{
    vmk_StatusValue status;

    io_bus_init(&vm->ports, PORTS_LIMIT);
    io_bus_init(&vm->mmio, MMIO_LIMIT);
    vmk_SpinlockInit(&vm->device_lock, "vm devices", VMK_RANK_VM_DEVICE);
    vm_clock_init(vm);
    status = create_all(vm, why);
    if (status != VMK_OK) {
        vm_parts_destroy(vm);
    }
    return status;
}

void vm_parts_destroy(struct vm *vm)
{
    while (vm->device_count > 0) {
        virtio_device_destroy(vm->devices[--vm->device_count]);
    }
    if (vm->platform != NULL) {
        platform_destroy(vm->platform);
    }
    while (vm->vcpu_count > 0) {
        vcpu_destroy(vm->vcpus[--vm->vcpu_count]);
    }
    for (unsigned i = 0; i < VM_VCPUS_MAX; i++) {
        vmk_HeapFree(vm->heap, vm->lapics[i]);
    }
    if (vm->memory != NULL) {
        guest_memory_destroy(vm->memory);
    }
    if (vm->console != NULL) {
        vm_console_destroy(vm->console);
    }
    vmk_HeapFree(vm->heap, vm->cpu_limit);
    vm_timers_free(vm);
}

/* Power-on. */

/** Find a file whose bytes stay where they are. The file is closed again by the caller: contents of boot
 * archives stay for ever. */
static VMK_ReturnStatus open_image(const char *path, struct vm_image *image, struct diagnosis *why)
{
    struct vfs_file *file;
    vmk_StatusValue status = vfs_open(path, 0, &file);

    if (status != VMK_OK) {
        return diagnose(why, status, "%s: %s", path, vmk_StatusToString(status));
    }
    *image = (struct vm_image){.name = path, .bytes = vfs_boot_contents(file), .len = vfs_len(file)};
    vfs_close(file);
    if (image->bytes == NULL) {
        return diagnose(why, VMK_NOT_SUPPORTED,
                        "%s is not in a boot archive, where a VM's files are read from", path);
    }
    return VMK_OK;
}

static VMK_ReturnStatus load_kernel(struct vm *vm, gpa_t rsdp, struct vm_entry *entry, struct diagnosis *why)
{
    const struct vm_config *config = vm->config;
    struct vm_image modules[VM_MODULES_MAX];
    struct vm_load load = {.vm = vm,
                           .memory_bytes = config->memory_bytes,
                           .rsdp = rsdp,
                           .command_line = config->command_line,
                           .modules = modules};
    vmk_StatusValue status = open_image(config->kernel, &load.kernel, why);

    while (status == VMK_OK && load.num_modules < VM_MODULES_MAX &&
           config->modules[load.num_modules][0] != '\0') {
        status = open_image(config->modules[load.num_modules], &modules[load.num_modules], why);
        load.num_modules++;
    }
    return status == VMK_OK ? vm_load(&load, entry, why) : status;
}

static VMK_ReturnStatus build_tables(struct vm *vm, gpa_t *rsdp, struct diagnosis *why)
{
    struct vm_tables_config tables = {
        .name = vm->name.string, .cpus = vm->vcpu_count, .memory_bytes = vm->config->memory_bytes};
    vmk_uint64 halves[2] = {vmk_HashString(vm->name.string),
                            vmk_HashBytes(vm->name.string, vmk_Strlen(vm->name.string), 1)};
    vmk_StatusValue status;

    vmk_Memcpy(tables.uuid, halves, sizeof(tables.uuid));
    status = vm_tables_build(vm, vm->heap, &tables, rsdp);
    return status == VMK_OK ? VMK_OK
                            : diagnose(why, status, "%s: firmware tables: %s", vm->name.string,
                                       vmk_StatusToString(status));
}

/** Flat 32-bit protected mode, as all boot protocols want it. */
static void set_registers(struct vcpu *vcpu, const struct vm_entry *entry)
{
    struct system_registers s;

    vmm_vendor->system_get(vcpu, &s);
    s.cr0 = CR0_PE | CR0_ET;
    for (unsigned i = SEGMENT_ES; i <= SEGMENT_GS; i++) {
        s.segments[i] =
            (struct segment_register){.selector = i == SEGMENT_CS ? LOAD_CODE_SELECTOR : LOAD_DATA_SELECTOR,
                                      .attributes = i == SEGMENT_CS ? FLAT_CODE : FLAT_DATA,
                                      .limit = ~0u};
    }
    s.gdtr.base = LOAD_GDT;
    s.gdtr.limit = GDT_BYTES - 1;
    s.idtr.limit = 0;
    vmm_vendor->system_set(vcpu, &s);
    vcpu->rip = entry->eip;
    vcpu->gpr[GPR_RAX] = entry->eax;
    vcpu->gpr[GPR_RBX] = entry->ebx;
    vcpu->gpr[GPR_RSI] = entry->esi;
    vcpu->gpr[GPR_RDX] = 0;
}

VMK_ReturnStatus vm_parts_power_on(struct vm *vm, struct diagnosis *why)
{
    struct vm_entry entry;
    vmk_StatusValue status;
    gpa_t rsdp;

    vm_clock_start(vm);
    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        lapic_power_on(vm->lapics[i]);
        vcpu_reset(vm->vcpus[i]);
    }
    platform_reset(vm->platform);
    status = build_tables(vm, &rsdp, why);
    if (status == VMK_OK) {
        status = load_kernel(vm, rsdp, &entry, why);
    }
    if (status != VMK_OK) {
        vm_clock_stop(vm);
        return status;
    }
    set_registers(vm->vcpus[0], &entry);
    return VMK_OK;
}

void vm_parts_quiesce(struct vm *vm)
{
    vm_clock_stop(vm);
    for (vmk_uint32 i = 0; i < vm->device_count; i++) {
        virtio_device_reset(vm->devices[i]);
    }
}
