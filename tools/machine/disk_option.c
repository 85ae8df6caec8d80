/* SPDX-License-Identifier: GPL-2.0-only */
#include "disk_option.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE_MIN 512
#define BLOCK_SIZE_MAX 4096

struct reason {
    char *text;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static bool refuse(struct reason why, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(why.text, why.len, format, values);
    va_end(values);
    return false;
}

static bool parse_kind(const char *kind, struct machine_disk *disk, struct reason why)
{
    if (strcmp(kind, "ahci") == 0) {
        disk->kind = MACHINE_DISK_AHCI;
    } else if (strcmp(kind, "nvme") == 0) {
        disk->kind = MACHINE_DISK_NVME;
    } else {
        return refuse(why, "'%s' is no kind of disk: ahci:FILE or nvme:FILE[,blocksize=4096]", kind);
    }
    return true;
}

static bool parse_block_size(const char *option, struct machine_disk *disk, struct reason why)
{
    static const char name[] = "blocksize=";
    if (strncmp(option, name, sizeof name - 1) != 0) {
        return refuse(why, "'%s' is no option of a disk; there is blocksize=BYTES", option);
    }
    char *end;
    unsigned long size = strtoul(option + sizeof name - 1, &end, 10);
    if (*end != '\0' || size < BLOCK_SIZE_MIN || size > BLOCK_SIZE_MAX || (size & (size - 1)) != 0) {
        return refuse(why, "'%s': a block has 512, 1024, 2048 or 4096 bytes", option);
    }
    if (disk->kind == MACHINE_DISK_AHCI && size != BLOCK_SIZE_MIN) {
        return refuse(why, "'%s': QEMU's AHCI disks have blocks of 512 bytes; nvme: takes others", option);
    }
    disk->block_size = (unsigned)size;
    return true;
}

static bool check_file(const struct machine_disk *disk, struct reason why)
{
    struct stat status;
    int fd = open(disk->file, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        return refuse(why, "%s: %s", disk->file, strerror(error));
    }
    close(fd);
    unsigned block = disk->block_size != 0 ? disk->block_size : BLOCK_SIZE_MIN;
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
        return refuse(why, "%s is neither a file nor a disk", disk->file);
    }
    if (S_ISREG(status.st_mode) && (status.st_size == 0 || status.st_size % block != 0)) {
        return refuse(why, "%s has %lld bytes, which is no number of blocks of %u", disk->file,
                      (long long)status.st_size, block);
    }
    return true;
}

bool disk_option_parse(char *text, struct machine_disk *disk, char *why, size_t why_len)
{
    struct reason reason = {why, why_len};
    char *file = strchr(text, ':'), *option = strchr(text, ',');

    *disk = (struct machine_disk){.kind = MACHINE_DISK_NONE};
    if (file == NULL || file[1] == '\0' || (option != NULL && option <= file + 1)) {
        return refuse(reason, "'%s' is no disk: ahci:FILE or nvme:FILE[,blocksize=4096]", text);
    }
    *file++ = '\0';
    if (option != NULL) {
        *option++ = '\0';
    }
    disk->file = file;
    return parse_kind(text, disk, reason) && (option == NULL || parse_block_size(option, disk, reason)) &&
           check_file(disk, reason);
}
