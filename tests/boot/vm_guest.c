/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_guest - Debian's Linux in a virtual machine, its disk on Linux's nvme driver and its NIC on e1000: it
 * boots, reaches the host, keeps what it writes, restarts itself and switches itself off.
 *
 *   vm_guest VCPUS
 */
#include "guest.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOLDER        BOOT_LOG_DIR "/vm_guest"
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

static void start_machine(void)
{
    static char name[64], folder[512];
    struct machine_options options;

    snprintf(name, sizeof name, "vm_guest.%u", vcpus);
    options = boot_options(name);
    snprintf(folder, sizeof folder, FOLDER "/%u", vcpus);
    guest_make_folder(folder);
    guest_describe(folder, &(struct guest_description){.name = "debian", .memory_mib = 256, .vcpus = vcpus});
    start_server();
    options.archive = guest_make_archive(folder);
    options.memory = "1G";
    options.smp = guest_machine_cpus(2);
    options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = guest_make_disk(folder, 1)};
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
    guest_wait(machine, "debian", "guest: ready, boot 1", GUEST_BOOT_S);
    snprintf(command, sizeof command, "test $(nproc) = %u", vcpus);
    guest_run(machine, "debian", command);
    /* A pair of the NIC's queues for each processor. */
    snprintf(command, sizeof command, "test $(ls -d /sys/class/net/eth0/queues/rx-* | wc -l) = %u", vcpus);
    guest_run(machine, "debian", command);
    guest_run(machine, "debian", "ping -c 3 10.0.2.2");
    snprintf(command, sizeof command, "wget -q -O /fetched http://10.0.2.2:%u/", server_port);
    guest_run(machine, "debian", command);
    snprintf(command, sizeof command, "test $(wc -c </fetched) = %u", FETCHED_BYTES);
    guest_run(machine, "debian", command);
    guest_run(machine, "debian",
              "dd if=/dev/urandom of=/file bs=64k count=100 && md5sum /file >/sum && sync");
    ck_assert_int_gt(boot_stat(machine, "vm/debian/vcpu0/entries"), 1000);

    /* It restarts itself, and finds what it wrote. */
    guest_type(machine, "debian", "reboot -f");
    guest_wait(machine, "debian", "guest: ready, boot 2", GUEST_BOOT_S);
    ck_assert_int_eq(boot_stat(machine, "vm/debian/resets"), 1);
    guest_run(machine, "debian", "md5sum -c /sum");
    guest_type(machine, "debian", "poweroff -f");
    guest_expect_end(machine, "debian", "power-off");
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
