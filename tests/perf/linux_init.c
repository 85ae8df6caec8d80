/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_init - the first and only process of the Linux that OpenVMK is compared with.
 *
 * Does what the environment says: `blocks` is linux_disk.c's, `vm` linux_vm.c's, everything else
 * linux_net.c's. Unlike a general init it runs nothing else, so that nothing else is counted.
 */
#include "linux_init.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

void die(const char *what)
{
    perror(what);
    reboot(RB_POWER_OFF);
}

void load_module(const char *path, const char *parameters)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0) != 0) {
        die(path);
    }
    close(fd);
}

void load_modules(const char *const *names)
{
    char path[64];

    for (; *names != NULL; names++) {
        snprintf(path, sizeof path, "/%s.ko", *names);
        load_module(path, "");
    }
}

void unload_module(const char *name)
{
    if (syscall(SYS_delete_module, name, 0) != 0) {
        die(name);
    }
}

unsigned long read_number(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, text, sizeof text - 1) < 0) {
        text[0] = '\0';
    }
    close(fd);
    return strtoul(text, NULL, 10);
}

void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        die(path);
    }
    close(fd);
}

static void set_up(void)
{
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mkdir("/dev", 0755);
    if (mount("proc", "/proc", "proc", 0, "") != 0 || mount("sysfs", "/sys", "sysfs", 0, "") != 0 ||
        mount("devtmpfs", "/dev", "devtmpfs", 0, "") != 0) {
        die("mount");
    }
    int console = open("/dev/console", O_RDWR);
    for (int fd = 0; fd < 3; fd++) {
        dup2(console, fd);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
}

int main(void)
{
    set_up();
    if (getenv("blocks") != NULL) {
        run_disk_windows(getenv("blocks"));
    } else if (getenv("vm") != NULL) {
        run_vm(getenv("vm"));
    } else {
        run_net_windows();
    }
    printf("@@bench done\n");
    reboot(RB_POWER_OFF);
    return 1;
}
