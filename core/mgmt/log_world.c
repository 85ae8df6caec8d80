/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_world.c - lines out of the ring, to console and file.
 */
#define VMK_LOG_MODULE "Log"
#include "log_world.h"

#include <core/clock.h>
#include <core/config.h>
#include <core/console.h>
#include <core/console_dev.h>
#include <core/vfs.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/libc.h>

#define LOG_FILE     "/var/log/vmkernel.log"
#define LOG_FILE_OLD "/var/log/vmkernel.0.log"
/** A file that has grown this far becomes the old one. */
#define LOG_FILE_BYTES (256ul << 10)

CONFIG_UINT(log_console, "/Log/Console", 1, 0, 1, "Show log lines on the console");

static vmk_BottomHalf wake_bh = VMK_INVALID_BOTTOM_HALF;
static vmk_SemaphoreObject wanted;
/** A wake-up is on its way: set by the first line, cleared by the log world. */
static vmk_uint8 kicked;

static vmk_SpinlockObject done_lock = VMK_SPINLOCK_INITIALIZER("log done", VMK_RANK_COMMAND);
/** Lines below this are out; who flushes waits on its address. The log world alone changes it. */
static vmk_uint64 done VMK_GUARDED_BY(done_lock);

static struct vfs_file *file;

static void write_console(const struct log_record *record)
{
    char line[LOG_LINE_MAX];

    if (config_log_console.value != 0 || record->urgency == VMK_LOG_URGENCY_ALERT) {
        console_log_line(line, log_format(record, line));
    }
}

/** Start a new file when this one is full. A log that cannot be written to is no reason to stop anything. */
static void rotate_file(void)
{
    if (file != NULL && vfs_len(file) < LOG_FILE_BYTES) {
        return;
    }
    if (file != NULL) {
        vfs_close(file);
        file = NULL;
        if (vfs_rename(LOG_FILE, LOG_FILE_OLD) != VMK_OK) {
            (void)!vfs_unlink(LOG_FILE);
        }
    }
    if (vfs_open(LOG_FILE, VFS_CREATE | VFS_TRUNCATE, &file) != VMK_OK) {
        file = NULL;
    }
}

static void write_file(const struct log_record *record)
{
    char line[LOG_LINE_MAX + 1];
    vmk_ByteCount len = log_format(record, line);

    rotate_file();
    line[len] = '\n';
    if (file != NULL && vfs_append(file, line, len + 1) != VMK_OK) {
        vfs_close(file);
        file = NULL;
    }
}

static void note_lost(vmk_uint64 lost)
{
    struct log_record record = {
        .time_ns = clock_now_ns(), .module = "Log", .urgency = VMK_LOG_URGENCY_WARNING};

    vmk_Snprintf(record.text, sizeof(record.text), "%lu lines came too fast and are lost", lost);
    write_console(&record);
    write_file(&record);
}

static vmk_uint64 lines_out(void)
{
    vmk_uint64 out;

    vmk_SpinlockLock(&done_lock);
    out = done;
    vmk_SpinlockUnlock(&done_lock);
    return out;
}

/** @param on_console lines below this were written to the console directly. */
static void drain(vmk_uint64 on_console)
{
    vmk_uint64 next = lines_out(), expected = next;
    struct log_record record;

    for (; log_read(&next, &record); expected = next) {
        if (record.sequence > expected) {
            note_lost(record.sequence - expected);
        }
        if (record.sequence >= on_console) {
            write_console(&record);
        }
        write_file(&record);
        vmk_SpinlockLock(&done_lock);
        done = next;
        vmk_SpinlockUnlock(&done_lock);
    }
    vmk_WorldWakeup((vmk_WorldEventID)&done);
}

static vmk_StatusValue log_main(void *data)
{
    vmk_uint64 on_console = *(const vmk_uint64 *)data;
    vmk_Semaphore sema = &wanted;
    vmk_StatusValue status = VMK_OK;

    while (status != VMK_DEATH_PENDING) {
        __atomic_store_n(&kicked, 0, __ATOMIC_SEQ_CST);
        drain(on_console);
        status = vmk_SemaLockTimed(&sema, VMK_TIMEOUT_UNLIMITED_MS);
    }
    return VMK_OK;
}

static void wake(vmk_AddrCookie data)
{
    vmk_Semaphore sema = data.ptr;

    vmk_SemaUnlock(&sema);
}

void log_world_kick(const struct log_record *record)
{
    char line[LOG_LINE_MAX + 1];
    vmk_ByteCount len;

    if (wake_bh == VMK_INVALID_BOTTOM_HALF) {
        len = log_format(record, line);
        line[len] = '\n';
        console_write(line, len + 1);
    } else if ((VMK_THIS_PCPU->preempt_count & VMK_NMI_ONE) == 0 &&
               !__atomic_exchange_n(&kicked, 1, __ATOMIC_SEQ_CST)) {
        vmk_BottomHalfSchedule(wake_bh, VMK_PCPU_THIS);
    }
}

static void register_stats(void)
{
    static const vmk_StatField fields[] = {VMK_STAT_FIELD(struct log_stats, lines),
                                           VMK_STAT_FIELD(struct log_stats, suppressed),
                                           VMK_STAT_FIELD(struct log_stats, lost)};
    static vmk_StatGroup group;

    vmk_StatGroupInit(&group, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "log");
    group.base = &log_stats;
    VMK_VERIFY(vmk_StatGroupRegister(&group) == VMK_OK);
}

void log_start(void)
{
    static vmk_uint64 on_console;
    vmk_BottomHalfProps bh = {
        .moduleID = VMK_VMKERNEL_MODULE_ID, .name = {"log"}, .callback = wake, .data = {.ptr = &wanted}};
    vmk_WorldProps world = {
        .name = "log", .moduleID = VMK_VMKERNEL_MODULE_ID, .startFunction = log_main, .data = &on_console};
    vmk_WorldID id;

    register_stats();
    vmk_SemaInit(&wanted, "log", 0);
    on_console = log_next();
    VMK_VERIFY(vmk_BottomHalfRegister(&bh, &wake_bh) == VMK_OK);
    VMK_VERIFY(vmk_WorldCreate(&world, &id) == VMK_OK);
}

void log_flush(vmk_uint32 timeout_ms)
{
    vmk_uint64 target = log_next();
    vmk_uint64 deadline = clock_now_ns() + timeout_ms * CLOCK_NS_PER_MS;
    vmk_StatusValue status = VMK_OK;

    while (status == VMK_OK && clock_now_ns() < deadline) {
        vmk_SpinlockLock(&done_lock);
        if (done >= target) {
            vmk_SpinlockUnlock(&done_lock);
            return;
        }
        status = vmk_WorldWait((vmk_WorldEventID)&done, &done_lock, timeout_ms, "log flush");
    }
}

void log_crash_flush(void) VMK_NO_THREAD_SAFETY_ANALYSIS("the other CPUs have stopped, perhaps in the lock")
{
    vmk_uint64 next = wake_bh != VMK_INVALID_BOTTOM_HALF ? done : log_next();
    char line[LOG_LINE_MAX + 1];
    struct log_record record;

    while (log_read(&next, &record)) {
        vmk_ByteCount len = log_format(&record, line);

        line[len] = '\n';
        console_write(line, len + 1);
    }
}
