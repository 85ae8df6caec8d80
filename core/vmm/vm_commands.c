/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_commands.c - vm list, create, destroy, start, stop, reset, pause, resume, get, stats; its console is
 * vm_console_commands.c's.
 */
#include <core/clock.h>
#include <core/command.h>
#include <core/stats.h>
#include <core/vmm/vm.h>
#include <core/vmm/vm_config.h>
#include <core/heap.h>
#include <vmkapi/lib/libc.h>

#include "cpu_limit.h"
#include "vm_commands.h"
#include "vm_files.h"

bool vm_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct vm *vm = vm_get_nth(n);

    if (vm == NULL) {
        return false;
    }
    (void)vmk_Strlcpy(text, vm->name.string, len);
    vm_put(vm);
    return true;
}

struct vm *vm_of_call(struct command_call *call)
{
    const char *name = command_string(call, "name");
    struct vm *vm = vm_get(name);

    if (vm == NULL) {
        (void)command_fail(call, VMK_NOT_FOUND, "there is no VM '%s'; 'vm list' shows them", name);
    }
    return vm;
}

static const struct command_arg name_args[] = {VM_NAME_ARG, {0}};

/* vm list, get */

static vmk_uint64 exits_of(const struct vm *vm)
{
    vmk_uint64 exits = 0;

    for (vmk_uint32 cpu = 0; cpu < vm->vcpu_count; cpu++) {
        for (unsigned i = 0; i < VCPU_EXIT_COUNT; i++) {
            exits += vm->vcpus[cpu]->exits[i];
        }
    }
    return exits;
}

static void format_end_of(struct format *f, const struct vm *vm)
{
    if (vm->stop_reason == VM_STOP_NONE || vm->state == VM_RUNNING) {
        format_none(f);
    } else if (vm->stop_reason == VM_STOP_FAILED) {
        format_stringf(f, "%s: %s", vm_stop_text(vm->stop_reason), vm->stop_text);
    } else if (vm->stop_reason == VM_STOP_DEBUG_EXIT) {
        format_stringf(f, "%s, code %u", vm_stop_text(vm->stop_reason), vm->stop_code);
    } else {
        format_string(f, vm_stop_text(vm->stop_reason));
    }
}

static VMK_ReturnStatus list(struct command_call *call)
{
    struct format *f = &call->format;
    struct vm *vm;

    for (unsigned n = 0; (vm = vm_get_nth(n)) != NULL; n++) {
        format_row(f);
        format_string(f, vm->name.string);
        format_string(f, vm_state_text(vm));
        format_uint(f, vm->vcpu_count);
        format_uint(f, vm->config->memory_bytes >> 20);
        format_end_of(f, vm);
        vm_put(vm);
    }
    return VMK_OK;
}

static const struct format_column list_columns[] = {
    {"Name", FORMAT_STRING},        {"State", FORMAT_STRING},      {"CPUs", FORMAT_UINT},
    {"Memory", FORMAT_UINT, "MiB"}, {"Stopped By", FORMAT_STRING}, {0}};
COMMAND(vm_list, .path = "vm list", .help = "Show the virtual machines", .handler = list,
        .columns = list_columns);

/* "disk0: 100 requests/s, 1000000 bytes/s"; what has no limit is not mentioned. */
static void add_rates(char *text, vmk_ByteCount size, const char *kind, unsigned n,
                      const struct virtio_rates *rates, const char *what)
{
    vmk_ByteCount len = vmk_Strlen(text);

    if (rates->requests != 0) {
        len += (vmk_ByteCount)vmk_Scnprintf(text + len, size - len, "%s%s%u: %lu %s/s", len > 0 ? ", " : "",
                                            kind, n, rates->requests, what);
    }
    if (rates->bytes != 0) {
        (void)vmk_Scnprintf(text + len, size - len, "%s%s%u: %lu bytes/s", len > 0 ? ", " : "", kind, n,
                            rates->bytes);
    }
}

static void format_limits_of(struct format *f, const struct vm_config *config)
{
    char text[1024] = "";

    if (config->cpu_max_percent != 0) {
        (void)vmk_Scnprintf(text, sizeof(text), "CPU: %u %%", config->cpu_max_percent);
    }
    for (unsigned i = 0; i < VM_DISKS_MAX; i++) {
        add_rates(text, sizeof(text), "disk", i, &config->disks[i].rates, "requests");
    }
    for (unsigned i = 0; i < VM_NICS_MAX; i++) {
        add_rates(text, sizeof(text), "ethernet", i, &config->nics[i].rates, "packets");
    }
    if (text[0] != '\0') {
        format_string(f, text);
    } else {
        format_none(f);
    }
}

/** How often one of its limits was reached. */
static vmk_uint64 limit_waits_of(const struct vm *vm)
{
    vmk_uint64 waits = vm->cpu_limit->waits;

    for (vmk_uint32 i = 0; i < vm->device_count; i++) {
        waits += virtio_device_limit_waits(vm->devices[i]);
    }
    return waits;
}

static vmk_uint64 run_ms_of(const struct vm *vm)
{
    vmk_uint64 ran = 0;

    for (vmk_uint32 i = 0; i < vm->vcpu_count; i++) {
        ran += vcpu_ran_ns(vm->vcpus[i]);
    }
    return ran / CLOCK_NS_PER_MS;
}

static VMK_ReturnStatus get(struct command_call *call)
{
    struct vm *vm = vm_of_call(call);
    struct guest_memory_stats memory;
    struct format *f = &call->format;
    vmk_HeapGetProps heap = {0};

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    guest_memory_stats_get(vm->memory, &memory);
    (void)!vmk_HeapGetProperties(vm->heap, &heap);
    format_row(f);
    format_string(f, vm->name.string);
    format_string(f, vm_state_text(vm));
    format_end_of(f, vm);
    format_string(f, vm->config->kernel);
    format_string(f, vm->config->command_line);
    format_uint(f, vm->vcpu_count);
    format_uint(f, memory.bytes >> 20);
    format_uint(f, memory.populated >> 10);
    format_uint(f, memory.table_pages * (VMK_PAGE_SIZE >> 10));
    format_uint(f, heap.cur >> 10);
    format_uint(f, vm->starts);
    format_uint(f, vm->resets);
    format_uint(f, exits_of(vm));
    format_uint(f, vm->config->cpu_shares);
    format_uint(f, run_ms_of(vm));
    format_limits_of(f, vm->config);
    format_uint(f, limit_waits_of(vm));
    format_uint(f, vm->pauses);
    vm_put(vm);
    return VMK_OK;
}

static const struct format_column get_columns[] = {{"Name", FORMAT_STRING},
                                                   {"State", FORMAT_STRING},
                                                   {"Stopped By", FORMAT_STRING},
                                                   {"Kernel", FORMAT_STRING},
                                                   {"Command Line", FORMAT_STRING},
                                                   {"CPUs", FORMAT_UINT},
                                                   {"Memory", FORMAT_UINT, "MiB"},
                                                   {"Populated", FORMAT_UINT, "KiB"},
                                                   {"Nested Tables", FORMAT_UINT, "KiB"},
                                                   {"Heap", FORMAT_UINT, "KiB"},
                                                   {"Starts", FORMAT_UINT},
                                                   {"Resets", FORMAT_UINT},
                                                   {"Exits", FORMAT_UINT},
                                                   {"CPU Shares", FORMAT_UINT},
                                                   {"CPU Time", FORMAT_UINT, "ms"},
                                                   {"Limits", FORMAT_STRING},
                                                   {"Limit Waits", FORMAT_UINT},
                                                   {"Pauses", FORMAT_UINT},
                                                   {0}};
COMMAND(vm_get, .path = "vm get", .help = "Show one virtual machine", .handler = get, .args = name_args,
        .columns = get_columns, .shape = FORMAT_RECORD);

/* vm stats */

struct stats_rows {
    struct format *format;
    vmk_ByteCount prefix;
};

static void add_counter(void *arg, const char *path, vmk_uint64 value)
{
    struct stats_rows *rows = arg;

    format_row(rows->format);
    format_string(rows->format, path + rows->prefix);
    format_uint(rows->format, value);
}

static VMK_ReturnStatus stats(struct command_call *call)
{
    struct vm *vm = vm_of_call(call);
    struct stats_rows rows = {.format = &call->format};
    char prefix[STATS_PATH_MAX];
    vmk_StatusValue status;

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    rows.prefix = (vmk_ByteCount)vmk_Scnprintf(prefix, sizeof(prefix), "vm/%s", vm->name.string) + 1;
    status = stats_walk(prefix, add_counter, &rows);
    vm_put(vm);
    return status;
}

static const struct format_column stats_columns[] = {{"Counter", FORMAT_STRING}, {"Value", FORMAT_UINT}, {0}};
COMMAND(vm_stats, .path = "vm stats", .help = "Show a virtual machine's counters", .handler = stats,
        .args = name_args, .columns = stats_columns);

/* vm create, destroy */

static VMK_ReturnStatus create(struct command_call *call)
{
    struct vm_config *config = vmk_HeapAlloc(heap_kernel, sizeof(*config));
    struct diagnosis why;
    vmk_StatusValue status;

    if (config == NULL) {
        return VMK_NO_MEMORY;
    }
    status = vm_file_read(command_string(call, "file"), config, &why);
    if (status == VMK_OK) {
        status = vm_create(config, &why);
    }
    vmk_HeapFree(heap_kernel, config);
    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

static const struct command_arg create_args[] = {{.name = "file",
                                                  .letter = 'f',
                                                  .type = COMMAND_STRING,
                                                  .flags = COMMAND_REQUIRED,
                                                  .help = "Its description, as in /vm/debian.vmx"},
                                                 {0}};
COMMAND(vm_create, .path = "vm create", .help = "Make a virtual machine as a file describes it",
        .handler = create, .args = create_args);

static VMK_ReturnStatus destroy(struct command_call *call)
{
    struct diagnosis why;
    vmk_StatusValue status = vm_destroy(command_string(call, "name"), &why);

    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

COMMAND(vm_destroy, .path = "vm destroy", .help = "Remove a virtual machine that does not run",
        .handler = destroy, .args = name_args);

/* vm start, stop, reset, pause, resume, wait */

static VMK_ReturnStatus start(struct command_call *call)
{
    struct vm *vm = vm_of_call(call);
    struct diagnosis why;
    vmk_StatusValue status;

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    status = vm_start(vm, &why);
    vm_put(vm);
    return status == VMK_OK ? VMK_OK : command_fail(call, status, "%s", why.text);
}

COMMAND(vm_start, .path = "vm start", .help = "Start a virtual machine", .handler = start, .args = name_args);

static VMK_ReturnStatus with_running(struct command_call *call, VMK_ReturnStatus (*what)(struct vm *vm))
{
    struct vm *vm = vm_of_call(call);
    vmk_StatusValue status;

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    status = what(vm);
    if (status == VMK_IS_DISABLED) {
        status = command_fail(call, status, "%s is not running", vm->name.string);
    }
    vm_put(vm);
    return status;
}

static VMK_ReturnStatus stop(struct command_call *call)
{
    return with_running(call, vm_stop);
}

COMMAND(vm_stop, .path = "vm stop", .help = "Switch a virtual machine off at once", .handler = stop,
        .args = name_args);

static VMK_ReturnStatus reset(struct command_call *call)
{
    return with_running(call, vm_reset);
}

COMMAND(vm_reset, .path = "vm reset", .help = "Reset a virtual machine", .handler = reset, .args = name_args);

static VMK_ReturnStatus pause(struct command_call *call)
{
    vmk_StatusValue status = with_running(call, vm_pause);

    return status == VMK_BUSY
               ? command_fail(call, status, "%s is paused already", command_string(call, "name"))
               : status;
}

COMMAND(vm_pause, .path = "vm pause", .help = "Have a virtual machine stand still", .handler = pause,
        .args = name_args);

static VMK_ReturnStatus resume(struct command_call *call)
{
    struct vm *vm = vm_of_call(call);
    vmk_StatusValue status;

    if (vm == NULL) {
        return VMK_NOT_FOUND;
    }
    status = vm_resume(vm);
    if (status == VMK_IS_DISABLED) {
        status = command_fail(call, status, "%s is not paused", vm->name.string);
    }
    vm_put(vm);
    return status;
}

COMMAND(vm_resume, .path = "vm resume", .help = "Have a paused virtual machine go on", .handler = resume,
        .args = name_args);

static VMK_ReturnStatus wait(struct command_call *call)
{
    return with_running(call, vm_wait);
}

COMMAND(vm_wait, .path = "vm wait", .help = "Wait until a virtual machine stops by itself", .handler = wait,
        .args = name_args, .stoppable = true);
