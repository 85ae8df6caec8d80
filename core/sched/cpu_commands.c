/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu_commands.c - hardware cpu list.
 */
#include <core/command.h>
#include <core/pcpu.h>
#include <vmkapi/base/pcpu.h>

#define HZ_PER_MHZ 1000000ul

static VMK_ReturnStatus cpu_list(struct command_call *call)
{
    vmk_uint32 cpu;

    for (cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        const struct cpu_info *info = cpu_info_get(cpu);

        format_row(&call->format);
        format_uint(&call->format, cpu);
        format_uint(&call->format, info->apic_id);
        format_string(&call->format, info->vendor);
        format_string(&call->format, info->brand);
        format_uint(&call->format, info->family);
        format_uint(&call->format, info->model);
        format_uint(&call->format, info->stepping);
        format_uint(&call->format, info->tsc_hz / HZ_PER_MHZ);
        format_bool(&call->format, info->x2apic);
    }
    return VMK_OK;
}

static const struct format_column cpu_columns[] = {{"CPU", FORMAT_UINT},      {"APIC ID", FORMAT_UINT},
                                                   {"Vendor", FORMAT_STRING}, {"Brand", FORMAT_STRING},
                                                   {"Family", FORMAT_UINT},   {"Model", FORMAT_UINT},
                                                   {"Stepping", FORMAT_UINT}, {"Clock", FORMAT_UINT, "MHz"},
                                                   {"x2APIC", FORMAT_BOOL},   {0}};
COMMAND(hardware_cpu_list, .path = "hardware cpu list", .help = "Show the processors", .handler = cpu_list,
        .columns = cpu_columns);
