/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash_report.c - the crash screen and its JSON line.
 */
#include "crash_report.h"

#include <core/ksyms.h>
#include <core/version.h>

#define NS_PER_MS 1000000ul
#define RULE      "-------------------------------------------------------------------------------\n"

/** The registers by name, in the order they are shown. */
static const struct {
    const char *name;
    unsigned offset;
    bool always; /**< Known even when no trap saved the others. */
} registers[] = {
#define REGISTER(name, always)                                                                               \
    {                                                                                                        \
#name, __builtin_offsetof(struct trap_frame, name), always                                           \
    }
    REGISTER(rip, true),  REGISTER(rsp, true),  REGISTER(rbp, true),  REGISTER(rflags, false),
    REGISTER(rax, false), REGISTER(rbx, false), REGISTER(rcx, false), REGISTER(rdx, false),
    REGISTER(rsi, false), REGISTER(rdi, false), REGISTER(r8, false),  REGISTER(r9, false),
    REGISTER(r10, false), REGISTER(r11, false), REGISTER(r12, false), REGISTER(r13, false),
    REGISTER(r14, false), REGISTER(r15, false), REGISTER(cs, false),  REGISTER(ss, false),
#undef REGISTER
};

/** The next register to show from the @p i-th on; their number past the last. */
static unsigned next_register(const struct crash_report *report, unsigned i)
{
    while (i < VMK_ARRAY_SIZE(registers) && !report->trapped && !registers[i].always) {
        i++;
    }
    return i;
}

static vmk_uint64 register_value(const struct crash_report *report, unsigned i)
{
    return *(const vmk_uint64 *)((const char *)&report->frame + registers[i].offset);
}

static void screen_registers(const struct crash_report *report, struct format_sink *sink)
{
    unsigned i, shown = 0;

    for (i = next_register(report, 0); i < VMK_ARRAY_SIZE(registers); i = next_register(report, i + 1)) {
        format_print(sink, "%s%6s %016lx", shown++ % 3 == 0 ? "\n" : "  ", registers[i].name,
                     register_value(report, i));
    }
    format_print(sink, "\n");
}

/** All frames but that of a trap are return addresses. */
static const char *frame_text(const struct crash_report *report, unsigned i, char text[KSYMS_TEXT_MAX])
{
    return i == 0 && report->trapped ? ksyms_format(report->frames[i], text)
                                     : ksyms_format_return(report->frames[i], text);
}

static void screen_backtrace(const struct crash_report *report, struct format_sink *sink)
{
    char text[KSYMS_TEXT_MAX];
    unsigned i;

    for (i = 0; i < report->nframes; i++) {
        format_print(sink, "  #%-2u %016lx %s\n", i, report->frames[i], frame_text(report, i, text));
    }
}

void crash_report_screen(const struct crash_report *report, struct format_sink *sink)
{
    vmk_uint64 ms = report->uptime_ns / NS_PER_MS;

    format_print(sink, "\n" RULE "%s has crashed\n\n  %s\n\n", version_text, report->reason);
    format_print(sink, "  module to blame: %s; CPU %u, world %d (%s), after %lu.%03lu s\n", report->module,
                 report->cpu, report->world, report->world_name, ms / 1000, ms % 1000);
    screen_registers(report, sink);
    screen_backtrace(report, sink);
    if (report->silent_cpus != 0) {
        format_print(sink, "  CPUs that would not stop (mask): 0x%lx\n", report->silent_cpus);
    }
    format_print(sink, RULE);
}

static void json_text(struct format_sink *sink, const char *key, const char *text)
{
    format_print(sink, "\"%s\":\"", key);
    format_json_escape(sink, text);
    format_print(sink, "\",");
}

static void json_registers(const struct crash_report *report, struct format_sink *sink)
{
    const char *comma = "";
    unsigned i;

    format_print(sink, "\"registers\":{");
    for (i = next_register(report, 0); i < VMK_ARRAY_SIZE(registers); i = next_register(report, i + 1)) {
        format_print(sink, "%s\"%s\":\"0x%lx\"", comma, registers[i].name, register_value(report, i));
        comma = ",";
    }
    format_print(sink, "},");
}

static void json_backtrace(const struct crash_report *report, struct format_sink *sink)
{
    char text[KSYMS_TEXT_MAX];
    unsigned i;

    format_print(sink, "\"backtrace\":[");
    for (i = 0; i < report->nframes; i++) {
        format_print(sink, "%s\"%s\"", i == 0 ? "" : ",", frame_text(report, i, text));
    }
    format_print(sink, "]");
}

void crash_report_json(const struct crash_report *report, struct format_sink *sink)
{
    format_print(sink, "@@vmk crash={");
    json_text(sink, "reason", report->reason);
    json_text(sink, "module", report->module);
    json_text(sink, "version", version_text);
    json_text(sink, "worldName", report->world_name);
    format_print(sink, "\"world\":%d,\"cpu\":%u,\"uptimeMs\":%lu,\"silentCpus\":%lu,", report->world,
                 report->cpu, report->uptime_ns / NS_PER_MS, report->silent_cpus);
    json_registers(report, sink);
    json_backtrace(report, sink);
    format_print(sink, "}\n");
}
