/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify.h"

#include <stdlib.h>
#include <string.h>

static uint64_t number(json_t *record, const char *key)
{
    json_t *value = json_object_get(record, key);
    ck_assert_msg(value != NULL, "verify tells no %s", key);
    return json_is_string(value) ? strtoull(json_string_value(value), NULL, 0)
                                 : (uint64_t)json_integer_value(value);
}

/* The device's own number, from its own name. */
static uint32_t block_size_of(struct machine *m, const char *disk)
{
    char command[256];
    snprintf(command, sizeof command, "storage core device get -d %s", disk);
    json_t *device = boot_json(m, command);
    uint32_t size = (uint32_t)number(device, "BlockSize");
    json_decref(device);
    return size;
}

struct verify_report verify_run(struct machine *m, const char *disk, unsigned timeout_s, const char *options)
{
    char command[512], *output;
    snprintf(command, sizeof command, "storage disk verify -d %s --yes %s --formatter=json", disk, options);
    int status = machine_command(m, command, timeout_s, &output);
    ck_assert_msg(status == 0, "'%s' gave status %d: %s%s", command, status, output != NULL ? output : "",
                  machine_error(m));
    json_t *record = json_loads(output, 0, NULL);
    ck_assert_msg(record != NULL, "'%s' printed no JSON: %s", command, output);
    struct verify_report report = {
        .run = {.device = pattern_device_id(json_string_value(json_object_get(record, "Device"))),
                .block_bytes = block_size_of(m, disk),
                .first_generation = number(record, "FirstGeneration")},
        .last_generation = number(record, "LastGeneration"),
        .writes = number(record, "Writes"),
        .fua_writes = number(record, "FUAWrites"),
        .reads = number(record, "Reads"),
        .flushes = number(record, "Flushes"),
        .bytes_written = number(record, "BytesWritten"),
        .bytes_read = number(record, "BytesRead"),
        .high_pieces = number(record, "PiecesAbove4GiB"),
        .elapsed_ms = number(record, "Elapsed"),
    };
    ck_assert(pattern_plan_init(&report.run.plan, number(record, "Seed"), number(record, "FirstBlock"),
                                number(record, "Blocks"), (uint32_t)number(record, "SmallestRequest"),
                                (uint32_t)number(record, "LargestRequest")));
    json_decref(record);
    free(output);
    return report;
}
