/* SPDX-License-Identifier: GPL-2.0-only */
#include "disks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATIENCE_S 60
#define NAMES      8

static char *next_name(void)
{
    static char names[NAMES][512];
    static unsigned next;
    return names[next++ % NAMES];
}

const char *disks_image(const char *name, uint64_t bytes)
{
    char *path;
    ck_assert_int_ge(asprintf(&path, "%s/%s.img", BOOT_LOG_DIR, name), 0); /* as long as the test */
    unlink(path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ck_assert_msg(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0, "%s cannot be made", path);
    close(fd);
    return path;
}

uint8_t *disks_map(const char *path, size_t *len)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ck_assert_msg(fd >= 0 && fstat(fd, &status) == 0, "%s cannot be opened", path);
    *len = (size_t)status.st_size;
    void *bytes = mmap(NULL, *len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert_msg(bytes != MAP_FAILED, "%s cannot be mapped", path);
    close(fd);
    return bytes;
}

void disks_unmap(uint8_t *bytes, size_t len)
{
    munmap(bytes, len);
}

void disks_wait(struct machine *m, unsigned count)
{
    size_t there = 0;
    for (unsigned i = 0; i < PATIENCE_S * 5; i++) {
        json_t *list = boot_json(m, "storage core device list");
        there = json_array_size(list);
        json_decref(list);
        if (there == count) {
            return;
        }
        machine_run_for(m, 200);
    }
    ck_abort_msg("there are %zu disks, not %u", there, count);
}

static const char *text(json_t *row, const char *key)
{
    const char *value = json_string_value(json_object_get(row, key));
    ck_assert_msg(value != NULL, "there is no %s", key);
    return value;
}

const char *disks_adapter(struct machine *m, const char *driver, unsigned adapter)
{
    json_t *list = boot_json(m, "storage core adapter list"), *row;
    const char *addresses[MACHINE_MAX_DISKS], *found = NULL;
    size_t i;
    unsigned count = 0;
    json_array_foreach(list, i, row)
    {
        if (strcmp(text(row, "Driver"), driver) == 0 && count < MACHINE_MAX_DISKS) {
            addresses[count++] = text(row, "BusAddress");
        }
    }
    for (unsigned a = 0; a < count; a++) {
        unsigned before = 0;
        for (unsigned b = 0; b < count; b++) {
            before += strcmp(addresses[b], addresses[a]) < 0;
        }
        if (before == adapter) {
            found = text(boot_row(list, "BusAddress", addresses[a]), "HBAName");
        }
    }
    ck_assert_msg(found != NULL, "there is no %s adapter %u", driver, adapter);
    char *name = next_name();
    strcpy(name, found);
    json_decref(list);
    return name;
}

const char *disks_path(struct machine *m, const char *driver, unsigned adapter, unsigned number)
{
    const char *hba = disks_adapter(m, driver, adapter);
    json_t *list = boot_json(m, "storage core path list"), *row;
    char *name = next_name();
    size_t i;
    name[0] = '\0';
    json_array_foreach(list, i, row)
    {
        if (strcmp(text(row, "Adapter"), hba) == 0 && number-- == 0) {
            strcpy(name, text(row, "RuntimeName"));
        }
    }
    json_decref(list);
    ck_assert_msg(name[0] != '\0', "%s has not so many paths", hba);
    return name;
}

long long disks_stat(struct machine *m, const char *disk, const char *heading)
{
    char command[256];
    snprintf(command, sizeof command, "storage core device stats get -d %s", disk);
    json_t *json = boot_json(m, command);
    json_t *row = json_is_array(json) ? json_array_get(json, 0) : json;
    json_t *value = json_object_get(row, heading);
    ck_assert_msg(json_is_integer(value), "'%s' tells no %s", command, heading);
    long long number = json_integer_value(value);
    json_decref(json);
    return number;
}

long long disks_event(struct machine *m, const char *adapter, const char *event)
{
    char command[256];
    snprintf(command, sizeof command, "storage core adapter stats get -A %s", adapter);
    json_t *list = boot_json(m, command);
    long long count = json_integer_value(json_object_get(boot_row(list, "Event", event), "Count"));
    json_decref(list);
    return count;
}
