/* SPDX-License-Identifier: GPL-2.0-only */
#include "disk_args.h"

#include <stdio.h>
#include <string.h>

#define AHCI_CD_PORT 2 /* Where QEMU puts -cdrom. */

/* A pile of block nodes, each on top of the one before; the last one is `diskN`. */
struct pile {
    unsigned disk;
    char top[32];
};

static void open_node(struct qemu_args *args, struct pile *pile, const char *name)
{
    snprintf(pile->top, sizeof pile->top, "disk%u%s", pile->disk, name);
    qemu_args_add(args, "-blockdev");
}

static void add_backend(struct qemu_args *args, const struct machine_disk *disk, struct pile *pile)
{
    open_node(args, pile, "-image");
    const char *mode = disk->read_only || disk->kind == MACHINE_DISK_CDROM ? ",read-only=on" : "";
    if (disk->backend != NULL) {
        qemu_args_add(args, "node-name=%s,%s%s", pile->top, disk->backend, mode);
    } else {
        qemu_args_add(args, "driver=file,node-name=%s,discard=unmap,filename=%s%s", pile->top, disk->file,
                      mode);
    }
}

static void add_throttle(struct qemu_args *args, struct pile *pile)
{
    char below[sizeof pile->top];
    strcpy(below, pile->top);
    qemu_args_add(args, "-object");
    qemu_args_add(args, "throttle-group,id=disk%u-throttle", pile->disk);
    open_node(args, pile, "-throttled");
    qemu_args_add(args, "driver=throttle,node-name=%s,discard=unmap,throttle-group=disk%u-throttle,file=%s",
                  pile->top, pile->disk, below);
}

static void add_faults(struct qemu_args *args, const struct machine_disk *disk, struct pile *pile)
{
    char below[sizeof pile->top];
    strcpy(below, pile->top);
    open_node(args, pile, "-faults");
    qemu_args_add(args, "driver=blkdebug,node-name=%s,discard=unmap,image=%s,%s", pile->top, below,
                  disk->faults);
}

static void add_log(struct qemu_args *args, const struct machine_disk *disk, struct pile *pile)
{
    char below[sizeof pile->top];
    strcpy(below, pile->top);
    qemu_args_add(args, "-blockdev");
    qemu_args_add(args, "driver=file,node-name=disk%u-log,filename=%s", pile->disk, disk->log);
    open_node(args, pile, "-logged");
    qemu_args_add(args,
                  "driver=blklogwrites,node-name=%s,discard=unmap,file=%s,log=disk%u-log,log-sector-size=512",
                  pile->top, below, pile->disk);
}

static void add_nodes(struct qemu_args *args, const struct machine_disk *disk, unsigned number)
{
    struct pile pile = {.disk = number};
    add_backend(args, disk, &pile);
    if (disk->throttled) {
        add_throttle(args, &pile);
    }
    if (disk->faults != NULL) {
        add_faults(args, disk, &pile);
    }
    if (disk->log != NULL) {
        add_log(args, disk, &pile);
    }
    char below[sizeof pile.top];
    strcpy(below, pile.top);
    open_node(args, &pile, "");
    qemu_args_add(args, "driver=raw,node-name=%s,discard=unmap,file=%s%s", pile.top, below,
                  disk->read_only || disk->kind == MACHINE_DISK_CDROM ? ",read-only=on" : "");
}

static bool is_ahci(const struct machine_disk *disk)
{
    return disk->kind == MACHINE_DISK_AHCI || disk->kind == MACHINE_DISK_CDROM;
}

static bool same_adapter(const struct machine_disk *a, const struct machine_disk *b)
{
    return is_ahci(a) == is_ahci(b) && a->adapter == b->adapter;
}

/* How many disks before @disk share its adapter. */
static unsigned place_of(const struct machine_options *o, const struct machine_disk *disk)
{
    unsigned place = 0;
    for (const struct machine_disk *other = o->disks; other < disk; other++) {
        place += same_adapter(other, disk);
    }
    return place;
}

static bool is_q35(const struct machine_options *o)
{
    return o->type == NULL || strncmp(o->type, "q35", 3) == 0;
}

static bool is_built_in(const struct machine_options *o, const struct machine_disk *disk)
{
    return is_ahci(disk) && disk->adapter == 0 && is_q35(o);
}

/* On q35 an NVMe controller has a PCI Express port to itself, as on real machines: it comes after the chip
 * set's AHCI. */
static void add_adapter(struct qemu_args *args, const struct machine_options *o,
                        const struct machine_disk *disk)
{
    if (is_ahci(disk)) {
        qemu_args_add(args, "-device");
        qemu_args_add(args, "ich9-ahci,id=ahci%u%s%s", disk->adapter, disk->adapter_more != NULL ? "," : "",
                      disk->adapter_more != NULL ? disk->adapter_more : "");
        return;
    }
    char serial[32], bus[32] = "";
    snprintf(serial, sizeof serial, "nvme%u", disk->adapter);
    if (is_q35(o)) {
        qemu_args_add(args, "-device");
        qemu_args_add(args, "pcie-root-port,id=port%u,chassis=%u", disk->adapter, disk->adapter + 1);
        snprintf(bus, sizeof bus, ",bus=port%u", disk->adapter);
    }
    qemu_args_add(args, "-device");
    qemu_args_add(args, "nvme,id=nvme%u%s,serial=%s%s%s", disk->adapter, bus,
                  disk->serial != NULL ? disk->serial : serial, disk->adapter_more != NULL ? "," : "",
                  disk->adapter_more != NULL ? disk->adapter_more : "");
}

static void add_ahci_device(struct qemu_args *args, const struct machine_options *o,
                            const struct machine_disk *disk, unsigned number)
{
    unsigned port = place_of(o, disk);
    bool built_in = is_built_in(o, disk);
    char serial[32], bus[32];
    if (built_in && o->iso != NULL && port >= AHCI_CD_PORT) {
        port++;
    }
    snprintf(serial, sizeof serial, "disk%u", number);
    if (built_in) {
        snprintf(bus, sizeof bus, "ide.%u", port);
    } else {
        snprintf(bus, sizeof bus, "ahci%u.%u", disk->adapter, port);
    }
    qemu_args_add(args, "-device");
    qemu_args_add(args, "%s,id=disk%u-dev,drive=disk%u,bus=%s,serial=%s%s%s",
                  disk->kind == MACHINE_DISK_CDROM ? "ide-cd" : "ide-hd", number, number, bus,
                  disk->serial != NULL ? disk->serial : serial, disk->device_more != NULL ? "," : "",
                  disk->device_more != NULL ? disk->device_more : "");
}

static void add_namespace(struct qemu_args *args, const struct machine_options *o,
                          const struct machine_disk *disk, unsigned number)
{
    unsigned block = disk->block_size != 0 ? disk->block_size : 512;
    qemu_args_add(args, "-device");
    qemu_args_add(args,
                  "nvme-ns,id=disk%u-dev,drive=disk%u,bus=nvme%u,nsid=%u,logical_block_size=%u,"
                  "physical_block_size=%u",
                  number, number, disk->adapter, place_of(o, disk) + 1, block, block);
}

void disk_args_add(struct qemu_args *args, const struct machine_options *o)
{
    for (unsigned i = 0; i < MACHINE_MAX_DISKS && o->disks[i].kind != MACHINE_DISK_NONE; i++) {
        const struct machine_disk *disk = &o->disks[i];
        add_nodes(args, disk, i);
        if (place_of(o, disk) == 0 && !is_built_in(o, disk)) {
            add_adapter(args, o, disk);
        }
        if (is_ahci(disk)) {
            add_ahci_device(args, o, disk, i);
        } else {
            add_namespace(args, o, disk, i);
        }
    }
}
