/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control port's protocol (core/mgmt/control.h): "@@vmk ready" once the kernel is up; then for each
 * line written to it, the command's output and "@@vmk status=<n>".
 */
#include "machine.h"

#include "buffer.h"
#include "qemu_args.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLOW_BYTES  16
#define SLOW_NS     1000000
#define READY_LINE  "@@vmk ready"
#define STATUS_LINE "@@vmk status="
#define CRASH_LINE  "@@vmk crash="

enum channel { CONSOLE, CONTROL, QMP, CHANNELS };

struct machine {
    pid_t pid;
    int exit_status; /* of waitpid(); valid once pid is 0 */
    int fd[CHANNELS];
    struct buffer in[CHANNELS];
    int log_fd;
    bool echo;
    bool slow; /* The console's reader. */
    bool deaf; /* Nobody reads the control port. */
    bool crashed;
    bool ending; /* Its end is waited for, and a crash is one way there. */
    unsigned boot_timeout_s;
    char error[512];
};

typedef bool condition_fn(struct machine *m, const void *arg);

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool fail(struct machine *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(m->error, sizeof m->error, format, args);
    va_end(args);
    return false;
}

/* Note QEMU's end, when it has come. */
static void reap(struct machine *m, int flags)
{
    if (m->pid != 0 && waitpid(m->pid, &m->exit_status, flags) == m->pid) {
        m->pid = 0;
    }
}

static void write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0) {
            return; /* a log that cannot be written is no reason to fail the machine */
        }
        data += n;
        len -= (size_t)n;
    }
}

static void receive(struct machine *m, enum channel channel)
{
    char chunk[4096];
    bool slow = m->slow && channel == CONSOLE;
    ssize_t n = read(m->fd[channel], chunk, slow ? SLOW_BYTES : sizeof chunk);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            close(m->fd[channel]);
            m->fd[channel] = -1;
        }
        return;
    }
    if (slow) {
        nanosleep(&(struct timespec){.tv_nsec = SLOW_NS}, NULL);
    }
    buffer_append(&m->in[channel], chunk, (size_t)n);
    if (channel != CONSOLE) {
        return;
    }
    if (m->log_fd >= 0) {
        write_all(m->log_fd, chunk, (size_t)n);
    }
    if (m->echo) {
        write_all(STDOUT_FILENO, chunk, (size_t)n);
    }
    /* The crash report is whole once its line has ended. */
    const char *crash = strstr(buffer_text(&m->in[CONSOLE]), CRASH_LINE);
    m->crashed = crash != NULL && strchr(crash, '\n') != NULL;
}

static bool fail_crashed(struct machine *m)
{
    const char *line = strstr(buffer_text(&m->in[CONSOLE]), CRASH_LINE);
    return fail(m, "the kernel crashed: %.*s", (int)strcspn(line, "\r\n"), line);
}

/* Take in what the machine sends until @p condition holds, the deadline passes, or the machine ends. */
static bool pump_until(struct machine *m, long deadline_ms, condition_fn *condition, const void *arg)
{
    for (;;) {
        if (condition != NULL && condition(m, arg)) {
            return true;
        }
        long left = deadline_ms - now_ms();
        if (left <= 0) {
            return fail(m, "time ran out");
        }
        struct pollfd fds[CHANNELS];
        bool open = false;
        for (int i = 0; i < CHANNELS; i++) {
            bool unread = m->deaf && i == CONTROL;
            fds[i] = (struct pollfd){.fd = unread ? -1 : m->fd[i], .events = POLLIN};
            open = open || m->fd[i] >= 0;
        }
        if (!open) {
            reap(m, 0);
            return fail(m, "the machine ended (status %d)", WEXITSTATUS(m->exit_status));
        }
        if (poll(fds, CHANNELS, (int)left) <= 0) {
            continue;
        }
        for (int i = 0; i < CHANNELS; i++) {
            if (fds[i].revents != 0) {
                receive(m, (enum channel)i);
            }
        }
        if (m->crashed && !m->ending) {
            return fail_crashed(m);
        }
    }
}

static bool start_process(struct machine *m, const struct machine_options *options)
{
    int theirs[CHANNELS];
    for (int i = 0; i < CHANNELS; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
            perror("socketpair");
            return false;
        }
        m->fd[i] = pair[0];
        theirs[i] = pair[1];
        if (options->slow_console && i == CONSOLE) {
            setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &(int){1}, sizeof(int)); /* The least there is. */
        }
        fcntl(pair[0], F_SETFD, FD_CLOEXEC);
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
    }
    m->pid = fork();
    if (m->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        struct qemu_args args;
        qemu_args_build(&args, options, theirs[CONSOLE], theirs[CONTROL], theirs[QMP]);
        execvp(args.argv[0], args.argv);
        fprintf(stderr, "cannot run %s: %s; ./vmk setup boot installs it\n", args.argv[0], strerror(errno));
        _exit(127);
    }
    for (int i = 0; i < CHANNELS; i++) {
        close(theirs[i]);
    }
    return m->pid > 0;
}

struct machine *machine_start(const struct machine_options *options)
{
    struct machine *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return NULL;
    }
    m->log_fd = -1;
    if (options->log_path != NULL) {
        m->log_fd = open(options->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (m->log_fd < 0) {
            fprintf(stderr, "%s: %s\n", options->log_path, strerror(errno));
            free(m);
            return NULL;
        }
    }
    m->echo = options->echo_console;
    m->slow = options->slow_console;
    m->boot_timeout_s = options->boot_timeout_s != 0 ? options->boot_timeout_s : 120;
    signal(SIGPIPE, SIG_IGN);
    if (!start_process(m, options)) {
        machine_stop(m);
        return NULL;
    }
    return m;
}

static bool control_has(struct machine *m, const void *text)
{
    return strstr(buffer_text(&m->in[CONTROL]), text) != NULL;
}

static bool console_has(struct machine *m, const void *text)
{
    return strstr(buffer_text(&m->in[CONSOLE]), text) != NULL;
}

bool machine_wait_ready(struct machine *m)
{
    if (!pump_until(m, now_ms() + m->boot_timeout_s * 1000l, control_has, READY_LINE "\n")) {
        char why[sizeof m->error];
        snprintf(why, sizeof why, "%.400s", m->error);
        return fail(m, "the kernel did not come up in %u s: %s", m->boot_timeout_s, why);
    }
    buffer_free(&m->in[CONTROL]);
    return true;
}

/* A status line has come in whole. */
static bool control_answered(struct machine *m, const void *arg)
{
    (void)arg;
    const char *status = strstr(buffer_text(&m->in[CONTROL]), STATUS_LINE);
    return status != NULL && strchr(status, '\n') != NULL;
}

int machine_command_unread(struct machine *m, const char *command, unsigned milliseconds, unsigned timeout_s,
                           char **output)
{
    if (output != NULL) {
        *output = NULL;
    }
    m->error[0] = '\0';
    buffer_free(&m->in[CONTROL]);
    if (m->fd[CONTROL] < 0 || dprintf(m->fd[CONTROL], "%s\n", command) < 0) {
        fail(m, "'%s': the machine is gone", command);
        return -1;
    }
    m->deaf = true;
    pump_until(m, now_ms() + milliseconds, NULL, NULL);
    m->deaf = false;
    m->error[0] = '\0';
    if (!pump_until(m, now_ms() + timeout_s * 1000l, control_answered, NULL)) {
        char why[sizeof m->error];
        snprintf(why, sizeof why, "%.300s", m->error);
        fail(m, "'%.150s': %s", command, why);
        return -1;
    }
    const char *text = buffer_text(&m->in[CONTROL]);
    const char *status = strstr(text, STATUS_LINE);
    if (output != NULL) {
        *output = strndup(text, (size_t)(status - text));
    }
    return atoi(status + strlen(STATUS_LINE));
}

int machine_command(struct machine *m, const char *command, unsigned timeout_s, char **output)
{
    return machine_command_unread(m, command, 0, timeout_s, output);
}

void machine_run_for(struct machine *m, unsigned milliseconds)
{
    pump_until(m, now_ms() + milliseconds, NULL, NULL);
}

void machine_type(struct machine *m, const char *keys)
{
    write_all(m->fd[CONSOLE], keys, strlen(keys));
}

bool machine_wait_console(struct machine *m, const char *text, unsigned timeout_s)
{
    return pump_until(m, now_ms() + timeout_s * 1000l, console_has, text);
}

/* A QMP answer is one line with "return" or "error"; events are other lines. */
static const char *qmp_answer(struct machine *m)
{
    for (const char *line = buffer_text(&m->in[QMP]); *line != '\0'; line = strchr(line, '\n') + 1) {
        if (strchr(line, '\n') == NULL) {
            return NULL;
        }
        if (strncmp(line, "{\"return\"", 9) == 0 || strncmp(line, "{\"error\"", 8) == 0) {
            return line;
        }
    }
    return NULL;
}

static bool qmp_answered(struct machine *m, const void *arg)
{
    (void)arg;
    return qmp_answer(m) != NULL;
}

static bool qmp_execute(struct machine *m, const char *json, char **reply)
{
    buffer_free(&m->in[QMP]);
    if (m->fd[QMP] < 0 || dprintf(m->fd[QMP], "%s\n", json) < 0) {
        return fail(m, "QMP: the machine is gone");
    }
    if (!pump_until(m, now_ms() + 30000, qmp_answered, NULL)) {
        return false;
    }
    const char *answer = qmp_answer(m);
    size_t len = strcspn(answer, "\r\n");
    if (reply != NULL) {
        *reply = strndup(answer, len);
    }
    if (strncmp(answer, "{\"error\"", 8) == 0) {
        return fail(m, "QMP: %.*s", (int)len, answer);
    }
    return true;
}

bool machine_qmp(struct machine *m, const char *json, char **reply)
{
    m->error[0] = '\0';
    if (reply != NULL) {
        *reply = NULL;
    }
    /* Negotiating again is refused with CommandNotFound, and harmless. */
    qmp_execute(m, "{\"execute\": \"qmp_capabilities\"}", NULL);
    m->error[0] = '\0';
    return qmp_execute(m, json, reply);
}

bool machine_wait_end(struct machine *m, unsigned timeout_s)
{
    m->ending = true;
    pump_until(m, now_ms() + timeout_s * 1000l, NULL, NULL);
    return m->pid == 0;
}

bool machine_power_off(struct machine *m, unsigned timeout_s)
{
    if (m->fd[CONTROL] >= 0) {
        dprintf(m->fd[CONTROL], "system shutdown\n");
    }
    if (!machine_wait_end(m, timeout_s)) {
        return fail(m, "the machine did not power off in %u s", timeout_s);
    }
    if (m->crashed) {
        return fail_crashed(m);
    }
    if (!WIFEXITED(m->exit_status) || WEXITSTATUS(m->exit_status) != 0) {
        return fail(m, "QEMU ended with status %d", m->exit_status);
    }
    m->error[0] = '\0';
    return true;
}

bool machine_restart(struct machine *m)
{
    buffer_free(&m->in[CONTROL]);
    if (m->fd[CONTROL] < 0 || dprintf(m->fd[CONTROL], "system shutdown reboot\n") < 0) {
        return fail(m, "the machine is gone");
    }
    return machine_wait_ready(m);
}

bool machine_ended(const struct machine *m)
{
    return m->pid == 0;
}

const char *machine_error(const struct machine *m)
{
    return m->error;
}

const char *machine_console(const struct machine *m)
{
    return buffer_text(&m->in[CONSOLE]);
}

void machine_stop(struct machine *m)
{
    if (m == NULL) {
        return;
    }
    if (m->pid > 0) {
        kill(m->pid, SIGKILL);
        reap(m, 0);
    }
    for (int i = 0; i < CHANNELS; i++) {
        if (m->fd[i] >= 0) {
            close(m->fd[i]);
        }
        buffer_free(&m->in[i]);
    }
    if (m->log_fd >= 0) {
        close(m->log_fd);
    }
    free(m);
}
