/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_guest - Debian's Linux in a virtual machine, its disk on Linux's nvme driver and its NIC on e1000: it
 * boots, reaches the host, keeps what it writes, restarts itself and switches itself off.
 *
 *   vm_guest VCPUS
 */
#include "boot.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER        BOOT_LOG_DIR "/vm_guest"
#define GUEST_BOOT_S  400
#define GUEST_SHELL_S 120
#define FETCHED_BYTES 300000

static unsigned vcpus;
static struct machine *machine;
static int server;
static unsigned server_port;

/* A server of one answer, as long as the test runs: what the guest fetches. */
static void *serve(void *arg)
{
    static char body[FETCHED_BYTES];
    char header[128], request[1024];
    int fd;

    for (size_t i = 0; i < sizeof body; i++) {
        body[i] = (char)('a' + i * 7 % 26);
    }
    snprintf(header, sizeof header, "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n", sizeof body);
    while ((fd = accept(server, NULL, NULL)) >= 0) {
        if (read(fd, request, sizeof request) > 0 && write(fd, header, strlen(header)) > 0) {
            for (size_t done = 0; done < sizeof body;) {
                ssize_t sent = write(fd, body + done, sizeof body - done);
                if (sent <= 0) {
                    break;
                }
                done += (size_t)sent;
            }
        }
        close(fd);
    }
    return arg;
}

static void start_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    pthread_t thread;

    server = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(server, 4), 0);
    ck_assert_int_eq(getsockname(server, (struct sockaddr *)&address, &len), 0);
    server_port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
}

/* The guest's own description, but for the number of processors. */
static const char *make_archive(void)
{
    static char path[512];
    char folder[512], command[4096];

    snprintf(folder, sizeof folder, "%s/%u", FOLDER, vcpus);
    snprintf(path, sizeof path, "%s/%u/archive", FOLDER, vcpus);
    snprintf(command, sizeof command,
             "mkdir -p %s && cd %s && sed 's/^numvcpus.*/numvcpus = \"%u\"/' " GUEST_DIR
             "/debian.vmx >debian.vmx && " MKARCHIVE " own vm/debian.vmx=debian.vmx && cat " BOOT_ARCHIVE
             " " GUEST_DIR "/guest.archive own >archive",
             folder, folder, vcpus);
    ck_assert_int_eq(system(command), 0);
    return path;
}

/* A disk as it was made: nobody's writes of before. */
static const char *make_disk(void)
{
    static char path[512];
    char command[1024];

    snprintf(path, sizeof path, "%s/%u/nvme.img", FOLDER, vcpus);
    snprintf(command, sizeof command, "rm -f %s && MKARCHIVE=" MKARCHIVE " %s %s/%u", path, GUEST_SCRIPT,
             FOLDER, vcpus);
    ck_assert_int_eq(system(command), 0);
    return path;
}

static void wait_for(const char *text, unsigned timeout_s)
{
    char command[512], *output;

    snprintf(command, sizeof command, "vm console debian --until '%s' --timeout %u", text, timeout_s);
    int status = machine_command(machine, command, timeout_s + BOOT_COMMAND_TIMEOUT_S, &output);
    ck_assert_msg(status == 0, "the guest has not written '%s' but: %s", text,
                  output != NULL ? output : "nothing");
    free(output);
}

/* Have the guest's shell run a command; it must succeed. The mark is put together by the shell, for the line
 * that is typed is on the console too. */
static void guest_run(const char *shell)
{
    static unsigned mark;
    char command[512], end[64];

    mark++;
    snprintf(command, sizeof command,
             "vm console debian --type \"%s && echo done''-%u- || echo failed''-%u-\"", shell, mark, mark);
    free(boot_run(machine, command));
    snprintf(end, sizeof end, "done-%u-", mark);
    wait_for(end, GUEST_SHELL_S);
}

static void expect_end(const char *end)
{
    (void)machine_command(machine, "vm wait debian", GUEST_SHELL_S, NULL);
    json_t *list = boot_json(machine, "vm list"), *row = boot_row(list, "Name", "debian");
    ck_assert_str_eq(json_string_value(json_object_get(row, "State")), "stopped");
    ck_assert_str_eq(json_string_value(json_object_get(row, "StoppedBy")), end);
    json_decref(list);
}

static void start_machine(void)
{
    static char name[64];
    struct machine_options options;

    snprintf(name, sizeof name, "vm_guest.%u", vcpus);
    options = boot_options(name);
    start_server();
    options.archive = make_archive();
    options.memory = "1G";
    options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = make_disk()};
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

START_TEST(the_guest_boots_works_and_ends)
{
    char command[256];

    free(boot_run(machine, "vm create /vm/debian.vmx"));
    free(boot_run(machine, "vm start debian"));
    wait_for("guest: ready, boot 1", GUEST_BOOT_S);
    snprintf(command, sizeof command, "test $(nproc) = %u", vcpus);
    guest_run(command);
    guest_run("ping -c 3 10.0.2.2");
    snprintf(command, sizeof command, "wget -q -O /fetched http://10.0.2.2:%u/", server_port);
    guest_run(command);
    snprintf(command, sizeof command, "test $(wc -c </fetched) = %u", FETCHED_BYTES);
    guest_run(command);
    guest_run("dd if=/dev/urandom of=/file bs=64k count=100 && md5sum /file >/sum && sync");
    ck_assert_int_gt(boot_stat(machine, "vm/debian/vcpu0/entries"), 1000);

    /* It restarts itself, and finds what it wrote. */
    free(boot_run(machine, "vm console debian --type 'reboot -f'"));
    wait_for("guest: ready, boot 2", GUEST_BOOT_S);
    ck_assert_int_eq(boot_stat(machine, "vm/debian/resets"), 1);
    guest_run("md5sum -c /sum");
    free(boot_run(machine, "vm console debian --type 'poweroff -f'"));
    expect_end("power-off");
    free(boot_run(machine, "vm destroy debian"));
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_guest");
    TCase *tests = tcase_create("vm_guest");

    vcpus = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, the_guest_boots_works_and_ends);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
