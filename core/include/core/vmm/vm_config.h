/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_config.h - what a virtual machine's description file says.
 *
 * A line is empty, a comment (#), or  key = "value", in the manner of .vmx files. Keys are told apart without
 * regard to case; a key stands once. In a value |HH is the byte of that hexadecimal value, so that a
 * quotation mark is |22.
 *
 *   displayName              the VM's name: letters, digits, - _ .            required
 *   memSize                  MiB of memory, from 1                            required
 *   numvcpus                 processors; 1 unless said
 *   sched.cpu.shares         of each vCPU, when there are not processors enough: low (500), normal (1000;
 *                            unless said), high (2000), or a number from 1 to 100000
 *   sched.cpu.max            percent of one processor, from 1 to 6400, that all vCPUs together get at most;
 *                            unlimited unless said
 *   kernel.file              path of a bzImage, PVH ELF64 or multiboot ELF32  required
 *   kernel.cmdline           its command line
 *   kernel.module0 … 3       paths of what is loaded beside it; the first is Linux's initrd
 *   disk0.device … disk7     block device or partition, by any of its names
 *   diskN.serial             serial number the guest reads, up to 20 characters
 *   diskN.readOnly           TRUE, FALSE
 *   diskN.requestLimit       requests a second, at most, from 1 to 10000000000; unlimited unless said
 *   diskN.bandwidthLimit     bytes a second, read and written; likewise
 *   ethernet0.networkName …  port group of the virtual switch (ethernet0 to ethernet3)
 *   ethernetN.address        MAC address; made from the VM's name unless said
 *   ethernetN.packetLimit    packets sent a second, at most; unlimited unless said
 *   ethernetN.bandwidthLimit bytes a second, sent; likewise
 *   console.present          a virtio console beside the serial port; FALSE unless said
 *   rng.present              a virtio source of entropy; TRUE unless said
 *   onReset                  restart (unless said otherwise), stop
 *   autostart                TRUE: the VM is started at boot; FALSE unless said
 */
#ifndef CORE_VMM_VM_CONFIG_H
#define CORE_VMM_VM_CONFIG_H

#include <stdbool.h>

#include <core/diagnosis.h>
#include <core/share.h>
#include <core/vfs.h>
#include <core/vmm/virtio.h>
#include <core/vmm/vm.h>
#include <vmkapi/net/net_eth.h>

#define VM_DISKS_MAX        8
#define VM_NICS_MAX         4
#define VM_DISK_NAME_MAX    128
#define VM_MODULES_MAX      4
#define VM_COMMAND_LINE_MAX 2048 /**< NUL included; Linux's own limit. */
#define VM_MEMORY_MIB_MAX   (1024u * 1024)
#define VM_CONFIG_BYTES_MAX 65536 /**< Of a description file. */
#define VM_CPU_PERCENT_MAX  6400
#define VM_RATE_MAX         10000000000ul /**< Requests, packets or bytes a second. */

struct vm_disk_config {
    char device[VM_DISK_NAME_MAX]; /**< "": there is no such disk. */
    char serial[21];
    bool read_only;
    struct virtio_rates rates;
};

struct vm_nic_config {
    char port_group[VMK_MISC_NAME_MAX]; /**< "": there is no such NIC. */
    vmk_EthAddress mac;
    struct virtio_rates rates;
};

struct vm_config {
    char name[VMK_MISC_NAME_MAX];
    vmk_uint64 memory_bytes;
    vmk_uint32 vcpus;
    vmk_uint32 cpu_shares;      /**< Of each vCPU. */
    vmk_uint32 cpu_max_percent; /**< 0: no limit. */
    char kernel[VFS_PATH_MAX];
    char command_line[VM_COMMAND_LINE_MAX];
    char modules[VM_MODULES_MAX][VFS_PATH_MAX]; /**< "": none. */
    struct vm_disk_config disks[VM_DISKS_MAX];
    struct vm_nic_config nics[VM_NICS_MAX];
    bool console, rng, restart, autostart;
};

/**
 * Read a description.
 *
 * @param file    its name, for *why.
 * @param text    @p len bytes; anything may be in them.
 * @param[out] config  complete on VMK_OK.
 * @param[out] why     file, line and key, what is wrong, what is right.
 * @return VMK_OK; VMK_BAD_FORMAT: not as above; VMK_BAD_PARAM: a key is missing or its value no good.
 * Context: any.
 */
VMK_ReturnStatus vm_config_parse(const char *file, const char *text, vmk_ByteCount len,
                                 struct vm_config *config, struct diagnosis *why);

#endif
