/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - an OpenVMK machine in QEMU, driven from a host program.
 *
 * Three channels join the program and the machine, all socket pairs: the console (COM1, logged to a file
 * and watched for the crash line), the control port (COM2, one console command a line, its output, then
 * one status line) and QMP. Every wait has a deadline; a machine that dies, crashes or hangs makes the
 * waiting call return false, and machine_error() says what happened in one line.
 *
 * With OPENVMK_COVERAGE=FOLDER in the environment, what a kernel of preset `coverage` counted goes to a file
 * there, one a machine, for tools/gcdamerge.c.
 *
 * Not thread-safe: a machine belongs to one thread.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "disk.h"

#define MACHINE_MAX_EXTRA 64

struct machine_options {
    const char *kernel;      /**< The kernel ELF, with `archive`; or NULL when `iso` is given. */
    const char *archive;     /**< The boot module archive. */
    const char *iso;         /**< A GRUB ISO to boot instead. */
    const char *type;        /**< QEMU machine type; NULL: q35. */
    const char *memory;      /**< As QEMU's -m; NULL: 512M. */
    const char *cpu;         /**< As QEMU's -cpu; NULL: max. */
    const char *append;      /**< Kernel options beside those every machine gets; NULL: none. */
    const char *log_path;    /**< Where the console goes; NULL: nowhere. */
    bool echo_console;       /**< Copy the console to standard output too. */
    bool slow_console;       /**< It is read a few bytes at a time, slower than the kernel writes. */
    bool uefi;               /**< OVMF in place of SeaBIOS. */
    bool restarts;           /**< A reset restarts the machine; otherwise it ends QEMU. */
    unsigned smp;            /**< 0: 2. */
    const char *nic;         /**< NIC model on `netdev`; NULL: e1000; "none": no NIC. */
    const char *netdev;      /**< As QEMU's -netdev, id=net0; NULL: user networking. */
    unsigned http_port;      /**< With user networking: host port that reaches the status page; 0: none. */
    unsigned boot_timeout_s; /**< 0: 120. */
    struct machine_disk disks[MACHINE_MAX_DISKS + 1];
    const char *extra[MACHINE_MAX_EXTRA]; /**< More QEMU arguments, NULL-terminated. */
};

struct machine;

/**
 * Start QEMU. It runs until it powers itself off or machine_stop().
 *
 * @return NULL when QEMU cannot be started; the reason is on standard error.
 */
struct machine *machine_start(const struct machine_options *options);

/** Wait until the kernel says that it is up. False: it isn't, machine_error() tells why. */
bool machine_wait_ready(struct machine *m);

/**
 * Run one console command.
 *
 * @param output Receives what the command printed, malloc'ed, the caller's; may be NULL.
 * @return The command's status (0: success, else a VMK_ReturnStatus), or -1 when no answer came in
 *         @p timeout_s seconds, the machine crashed or it is gone.
 */
int machine_command(struct machine *m, const char *command, unsigned timeout_s, char **output);

/** As machine_command(), but nobody reads the answer for the first @p milliseconds. */
int machine_command_unread(struct machine *m, const char *command, unsigned milliseconds, unsigned timeout_s,
                           char **output);

/** Read and log the console for @p milliseconds, or until the machine ends. */
void machine_run_for(struct machine *m, unsigned milliseconds);

/** Type on the console, where Enter is "\r". */
void machine_type(struct machine *m, const char *keys);

/** Wait until @p text has appeared on the console since start. False: it hasn't in @p timeout_s. */
bool machine_wait_console(struct machine *m, const char *text, unsigned timeout_s);

/**
 * Execute a QMP command given as JSON text.
 *
 * @param reply Receives the JSON answer, malloc'ed, the caller's; may be NULL.
 * @return True when QEMU answered with "return".
 */
bool machine_qmp(struct machine *m, const char *json, char **reply);

/** Wait until the machine has ended by itself, after a crash too. False: it hasn't in @p timeout_s. */
bool machine_wait_end(struct machine *m, unsigned timeout_s);

/** Ask the kernel to power off and wait for QEMU to end. False: it had to be killed, or its status is not 0.
 */
bool machine_power_off(struct machine *m, unsigned timeout_s);

/** Ask the kernel to restart the machine, which needs `restarts`, and wait until it is up again. False: it
 * isn't.
 */
bool machine_restart(struct machine *m);

/** True once QEMU has ended. */
bool machine_ended(const struct machine *m);

/** Why the last call failed, in one line; "" when nothing failed. Valid until the next call. */
const char *machine_error(const struct machine *m);

/** All console output so far, NUL-terminated; valid until the next call. */
const char *machine_console(const struct machine *m);

/** Kill QEMU if it still runs, and free @p m. NULL is fine. */
void machine_stop(struct machine *m);

#endif
