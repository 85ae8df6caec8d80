/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_use.c - opening a disk for a command, with the guards of those that write.
 */
#include "disk_commands.h"

#include <vmkapi/base/pcpu.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define DEPTH_DEFAULT 32u

static vmk_StatusValue tell_why_not(struct command_call *call, const char *name, vmk_StatusValue status)
{
    switch (status) {
    case VMK_NOT_FOUND:
        return command_fail(
            call, status,
            "there is no device or partition '%s'; 'storage core device list' and 'storage core "
            "device partition list' show them",
            name);
    case VMK_BUSY:
        return command_fail(call, status, "%s is in use; stop who uses it before you overwrite it", name);
    case VMK_READ_ONLY:
        return command_fail(call, status, "%s cannot be written: it is read-only", name);
    default:
        return command_fail(call, status, "%s cannot be opened: %s", name, vmk_StatusToString(status));
    }
}

static VMK_ReturnStatus open_disk(struct command_call *call, vmk_uint32 flags, struct disk_use *disk)
{
    const char *name = command_string(call, "device");
    vmk_StatusValue status = vmk_BlockOpen(VMK_VMKERNEL_MODULE_ID, name, flags, &disk->handle);

    if (status != VMK_OK) {
        return tell_why_not(call, name, status);
    }
    status = vmk_BlockGeometryGet(disk->handle, &disk->geometry);
    if (status == VMK_OK && disk->geometry.numBlocks == 0) {
        status = VMK_NO_MEDIUM;
    }
    if (status != VMK_OK) {
        vmk_BlockClose(disk->handle);
        return tell_why_not(call, name, status);
    }
    (void)vmk_Strlcpy(disk->identity, disk->handle->device->name, sizeof(disk->identity));
    return VMK_OK;
}

VMK_ReturnStatus disk_open(struct command_call *call, struct disk_use *disk)
{
    return open_disk(call, VMK_BLOCK_OPEN_READ, disk);
}

VMK_ReturnStatus disk_open_to_write(struct command_call *call, struct disk_use *disk)
{
    vmk_StatusValue status =
        open_disk(call, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE | VMK_BLOCK_OPEN_EXCLUSIVE, disk);

    if (status == VMK_OK && !command_bool(call, "yes", false)) {
        vmk_BlockClose(disk->handle);
        return command_fail(call, VMK_NO_PERMISSION, "this overwrites what is on %s; say --yes if it may",
                            command_string(call, "device"));
    }
    return status;
}

void disk_close(struct disk_use *disk)
{
    vmk_BlockClose(disk->handle);
}

bool disk_size_parse(const char *text, char end, vmk_uint64 *bytes)
{
    static const char units[] = "KMGT";
    vmk_uint64 value;
    const char *unit;
    char *rest;

    value = vmk_Strtoul(text, &rest, 0);
    if (!vmk_IsDigit(text[0])) {
        return false;
    }
    unit = *rest != '\0' ? vmk_Strchr(units, vmk_ToUpper(*rest)) : NULL;
    if (unit) {
        vmk_uint32 shift = 10 * (vmk_uint32)(unit - units + 1);

        if (value > ~0ul >> shift) {
            return false;
        }
        value <<= shift;
        rest++;
    }
    *bytes = value;
    return *rest == end;
}

VMK_ReturnStatus disk_size_argument(struct command_call *call, const char *name, vmk_uint64 otherwise,
                                    vmk_uint64 *bytes)
{
    const char *text = command_string(call, name);

    *bytes = otherwise;
    if (text && (!disk_size_parse(text, '\0', bytes) || *bytes == 0)) {
        return command_fail(call, VMK_BAD_PARAM,
                            "--%s takes a number of bytes, as in 64K, 1M or 2G, not '%s'", name, text);
    }
    return VMK_OK;
}

VMK_ReturnStatus disk_range(struct command_call *call, const struct disk_use *disk, vmk_uint64 bytes,
                            vmk_uint64 *first, vmk_uint64 *count)
{
    vmk_uint64 all = disk->geometry.numBlocks;

    *first = command_uint(call, "block", 0);
    if (*first >= all) {
        return command_fail(call, VMK_BAD_ADDR_RANGE, "block %lu is not one of %s, which has %lu", *first,
                            command_string(call, "device"), all);
    }
    *count = bytes == ~0ul ? all - *first : bytes / disk->geometry.blockSize;
    if (bytes != ~0ul && bytes % disk->geometry.blockSize != 0) {
        return command_fail(call, VMK_BAD_PARAM, "%lu bytes are no whole number of blocks of %u bytes", bytes,
                            disk->geometry.blockSize);
    }
    if (*count > all - *first) {
        return command_fail(call, VMK_BAD_ADDR_RANGE,
                            "%lu blocks from block %lu are not within %s, which has %lu", *count, *first,
                            command_string(call, "device"), all);
    }
    return VMK_OK;
}

VMK_ReturnStatus disk_count(struct command_call *call, const struct disk_use *disk, vmk_uint64 max,
                            vmk_uint64 *first, vmk_uint64 *count)
{
    vmk_uint64 blocks = command_uint(call, "count", 1);

    if (blocks == 0 || blocks > max) {
        return command_fail(call, VMK_BAD_PARAM, "--count takes from 1 to %lu blocks of %u bytes, not %lu",
                            max, disk->geometry.blockSize, blocks);
    }
    return disk_range(call, disk, blocks * disk->geometry.blockSize, first, count);
}

VMK_ReturnStatus disk_load_argument(struct command_call *call, vmk_uint32 cpus, struct disk_load *load)
{
    load->depth = (vmk_uint32)command_uint(call, "depth", DEPTH_DEFAULT);
    load->num_cpus = (vmk_uint32)command_uint(call, "cpus", VMK_MIN(cpus, load->depth));
    if (load->num_cpus > vmk_NumPCPUs() || load->num_cpus > load->depth) {
        return command_fail(call, VMK_BAD_PARAM,
                            "--cpus takes no more than there are (%u) and than --depth (%u)", vmk_NumPCPUs(),
                            load->depth);
    }
    return VMK_OK;
}
