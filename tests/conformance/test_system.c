/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_system.c - what the kernel says of itself and does with what it is told: log lines, versions, fault
 * points, holds of the startup, text.
 *
 * The lines it logs under "test-lines" are for the boot test that loads it: it looks which of them are in the
 * log.
 */
#include "ktap.h"

#include <vmkapi/base/command.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/base/system.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/string.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests logging, system state, fault points and text");

#define NORMAL VMK_LOG_URGENCY_NORMAL

int init_module(void);
void cleanup_module(void);

/* Log components. */

static void log_by_list(vmk_LogComponent component, vmk_int32 level, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vmk_vLogNoLevel(VMK_LOG_URGENCY_WARNING, component, fmt, args);
    va_end(args);
    va_start(args, fmt);
    vmk_vLogLevel(NORMAL, component, level, fmt, args);
    va_end(args);
    va_start(args, fmt);
    vmk_vLogNamed(NORMAL, "test-named", fmt, args);
    va_end(args);
}

static vmk_StatusValue speak(vmk_LogComponent component)
{
    KTAP_CHECK(vmk_LogGetCurrentLogLevel(component) == 2);
    vmk_LogNoLevel(NORMAL, component, "line %d without level", 1);
    vmk_LogLevel(NORMAL, component, 2, "line %d at level 2", 2);
    vmk_LogLevel(NORMAL, component, 3, "line %d at level 3", 3);
    vmk_LogSetCurrentLogLevel(component, 3);
    KTAP_CHECK(vmk_LogGetCurrentLogLevel(component) == 3);
    vmk_LogLevel(NORMAL, component, 3, "line %d at level 3", 4);
    log_by_list(component, 4, "line %d by list", 5);
    vmk_LogBacktrace(component);
    vmk_LogBacktraceMessage();
    return VMK_OK;
}

static vmk_StatusValue test_log(void)
{
    vmk_LogProps props = {.moduleID = vmk_ModuleCurrentID, .defaultLevel = 2};
    vmk_LogComponent component, found;

    KTAP_CHECK(vmk_LogRegister(&props, &component) == VMK_BAD_PARAM);
    props.name = (vmk_Name){"test-lines"};
    props.moduleID = VMK_INVALID_MODULE_ID;
    KTAP_CHECK(vmk_LogRegister(&props, &component) == VMK_BAD_PARAM);
    props.moduleID = vmk_ModuleCurrentID;
    KTAP_CHECK(vmk_LogRegister(&props, &component) == VMK_OK);
    KTAP_CHECK(vmk_LogRegister(&props, &found) == VMK_EXISTS);
    KTAP_CHECK(vmk_LogFindLogComponentByName(vmk_ModuleCurrentID, &props.name, &found) == VMK_OK);
    KTAP_CHECK(found == component && vmk_Strcmp(vmk_LogGetName(component), "test-lines") == 0);
    KTAP_CHECK(vmk_LogFindLogComponentByName(VMK_VMKERNEL_MODULE_ID, &props.name, &found) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_LogFindLogComponentByName(VMK_INVALID_MODULE_ID, &(vmk_Name){""}, &found) ==
               VMK_NOT_FOUND);
    KTAP_CHECK(speak(component) == VMK_OK);
    vmk_LogUnregister(component);
    KTAP_CHECK(vmk_LogFindLogComponentByName(vmk_ModuleCurrentID, &props.name, &found) == VMK_NOT_FOUND);
    return VMK_OK;
}

/* The system. */

static vmk_StatusValue test_system(void)
{
    vmk_SystemVersionInfo info;

    KTAP_CHECK(vmk_SystemCheckState(VMK_SYSTEM_STATE_RUNNING));
    KTAP_CHECK(!vmk_SystemCheckState(VMK_SYSTEM_STATE_STOPPING) &&
               !vmk_SystemCheckState(VMK_SYSTEM_STATE_PANIC));
    KTAP_CHECK(vmk_SystemGetVersionInfo(&info) == VMK_OK);
    KTAP_CHECK(vmk_Strcmp(info.productName, "OpenVMK") == 0 && info.productVersion[0] != '\0');
    KTAP_CHECK(vmk_Strcmp(info.buildVersion, "debug") == 0 || vmk_Strcmp(info.buildVersion, "release") == 0);
    return VMK_OK;
}

/* Loaded from the kernel command line it would make boot wait; now it must not do anything. */
static vmk_StatusValue test_startup(void)
{
    vmk_StartupHold("what the tests wait for");
    vmk_StartupRelease();
    return VMK_OK;
}

/* The boot test has set a point to every second pass. In release builds there are none. */
static vmk_StatusValue test_stress(void)
{
    vmk_StressOptionHandle point;
    vmk_Bool first, second;
    vmk_uint32 every;

    KTAP_CHECK(vmk_StressOptionOpen("no such point", &point) == VMK_NOT_FOUND);
#ifdef VMK_DEBUG
    KTAP_CHECK(vmk_StressOptionOpen("poll_lost", &point) == VMK_OK);
    KTAP_CHECK(vmk_StressOptionValue(point, &every) == VMK_OK && every == 2);
    KTAP_CHECK(vmk_StressOptionCounter(point, &first) == VMK_OK);
    KTAP_CHECK(vmk_StressOptionCounter(point, &second) == VMK_OK);
    KTAP_CHECK(first != second);
    KTAP_CHECK(vmk_StressOptionClose(point) == VMK_OK);
#endif
    return VMK_OK;
}

/* Commands. */

struct output {
    char text[256];
    vmk_ByteCount len;
};

static void collect(vmk_AddrCookie data, const char *text, vmk_ByteCount len)
{
    struct output *output = data.ptr;
    vmk_ByteCount room = sizeof(output->text) - 1 - output->len;

    len = len < room ? len : room;
    vmk_Memcpy(output->text + output->len, text, len);
    output->len += len;
}

static vmk_StatusValue test_command(void)
{
    struct output good = {.len = 0}, bad = {.len = 0};

    KTAP_CHECK(vmk_CommandRun("system version get --formatter=json", collect,
                              (vmk_AddrCookie){.ptr = &good}) == VMK_OK);
    KTAP_CHECK(vmk_Strstr(good.text, "\"OpenVMK\"") != NULL);
    KTAP_CHECK(vmk_CommandRun("system nothing", collect, (vmk_AddrCookie){.ptr = &bad}) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_Strstr(bad.text, "nothing") != NULL);
    return VMK_OK;
}

/* Text. */

static VMK_ReturnStatus format(char *text, vmk_ByteCount size, vmk_ByteCount *len, const char *fmt, ...)
{
    VMK_ReturnStatus status;
    va_list args;

    va_start(args, fmt);
    status = vmk_StringVFormat(text, size, len, fmt, args);
    va_end(args);
    return status;
}

static int scan(const char *text, const char *fmt, ...)
{
    va_list args;
    int stored;

    va_start(args, fmt);
    stored = vmk_Vsscanf(text, fmt, args);
    va_end(args);
    return stored;
}

static vmk_StatusValue test_text(void)
{
    vmk_ByteCount len;
    unsigned number;
    char text[8];

    KTAP_CHECK(format(text, sizeof(text), &len, "%d-%s", 12, "ab") == VMK_OK);
    KTAP_CHECK(len == 5 && vmk_Strcmp(text, "12-ab") == 0);
    KTAP_CHECK(format(text, sizeof(text), &len, "%d-%s", 12, "abcdefgh") == VMK_LIMIT_EXCEEDED);
    KTAP_CHECK(len == 11 && vmk_Strcmp(text, "12-abcd") == 0);
    KTAP_CHECK(format(text, 0, &len, "x") == VMK_BAD_PARAM);
    KTAP_CHECK(scan("17 seven", "%u %7s", &number, text) == 2);
    KTAP_CHECK(number == 17 && vmk_Strcmp(text, "seven") == 0);
    KTAP_CHECK(vmk_Memchr(text, 'v', 5) == text + 2 && vmk_Memchr(text, 'x', 5) == NULL);
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"log components and their levels", test_log},       {"state and version of the system", test_system},
    {"a hold after startup does nothing", test_startup}, {"fault points are opened by name", test_stress},
    {"commands are run from a module", test_command},    {"text by argument list", test_text},
};

int init_module(void)
{
    return ktap_run(tests, VMK_ARRAY_SIZE(tests));
}

void cleanup_module(void)
{
}
