/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_vm.c - a virtual machine on KVM by Debian's QEMU, set up by one who knows both and wants few
 * instructions:
 *
 * - neither KVM nor QEMU polls; the interrupt controllers and the timer are KVM's, there is no HPET and no
 *   display;
 * - the disk is virtio-blk with an I/O thread, past the host's page cache, on an NVMe disk without scheduler
 *   and accounting;
 * - the NIC is virtio-net with vhost-net, so that QEMU has no part in a frame, on a tap device that a bridge
 *   joins to e1000.
 *
 * Both devices are virtio 1 alone, with one queue, as OpenVMK's. What else was tried: Linux's own AIO in
 * place of io_uring, and polling for a while, are no better; a disk whose kicks the vCPU's thread handles
 * itself takes half as much again for one read at a time, a tenth less for 32; macvtap in place of tap and
 * bridge takes 8% less to send, but is no switch.
 */
#include "linux_init.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmkapi/base/mark.h>

#define WORDS_MAX 64
#define CONSOLE   "/console"
#define QEMU      "/usr/bin/qemu-system-x86_64"

static const char *const nic_modules[] = {"llc",         "stp",   "bridge",    "tun", "tap",
                                          "vhost_iotlb", "vhost", "vhost_net", NULL};

/* What QEMU is called with. */
static const char *words[WORDS_MAX + 1];
static unsigned count;

static void add_word(const char *word)
{
    if (count == WORDS_MAX) {
        die("too many words");
    }
    words[count++] = word;
}

/* Words with a space between each two; they stay where they are. */
static void add_words(char *line)
{
    char *rest;

    for (char *word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        add_word(word);
    }
}

static void add_pair(const char *option, const char *value)
{
    add_word(option);
    add_word(value);
}

static void add_disk(const char *disk)
{
    static char thread[] = "-object iothread,id=io0,poll-max-ns=0", backend[128];

    load_nvme();
    wait_for_disk(disk);
    snprintf(backend, sizeof backend,
             "driver=host_device,node-name=disk0,filename=/dev/%s,cache.direct=on,aio=io_uring", disk);
    add_words(thread);
    add_pair("-blockdev", backend);
    add_pair("-device", "virtio-blk-pci,drive=disk0,iothread=io0,disable-legacy=on");
}

/* A bridge of e1000 and a tap device, which QEMU will open. */
static void make_bridge(void)
{
    static const char *const members[] = {"eth0", "tap0"};
    struct ifreq tap = {.ifr_name = "tap0", .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    struct ifreq member = {.ifr_name = "br0"};
    int tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC), s = socket(AF_INET, SOCK_DGRAM, 0);

    if (ioctl(tun, TUNSETIFF, &tap) != 0 || ioctl(tun, TUNSETPERSIST, 1) != 0 ||
        ioctl(s, SIOCBRADDBR, "br0") != 0) {
        die("bridge");
    }
    close(tun);
    bring_up("br0");
    for (unsigned i = 0; i < sizeof members / sizeof members[0]; i++) {
        member.ifr_ifindex = (int)if_nametoindex(members[i]);
        if (ioctl(s, SIOCBRADDIF, &member) != 0) {
            die(members[i]);
        }
        bring_up(members[i]);
    }
    close(s);
}

static void add_nic(const char *mac)
{
    static char device[128];

    load_modules(nic_modules);
    wait_for_link();
    make_bridge();
    snprintf(device, sizeof device, "virtio-net-pci,netdev=net0,mac=%s,disable-legacy=on,romfile=", mac);
    add_pair("-netdev", "tap,id=net0,ifname=tap0,script=no,downscript=no,vhost=on");
    add_pair("-device", device);
}

/*
 * /GUEST.elf is a test kernel, whose serial line goes to the console, as somebody may wait for what it says;
 * without one the guest is Linux, whose line goes to a file, as OpenVMK keeps it in memory.
 */
static void add_kernel(const char *guest)
{
    static char test_machine[] = "-m 64 -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1";
    static char linux_machine[] = "-m 256 -serial file:" CONSOLE;
    static char kernel[64], initrd[64];

    snprintf(kernel, sizeof kernel, "/%s.elf", guest);
    if (access(kernel, F_OK) == 0) {
        add_words(test_machine);
    } else {
        snprintf(kernel, sizeof kernel, "/%s.kernel", guest);
        snprintf(initrd, sizeof initrd, "/%s.initrd", guest);
        add_pair("-initrd", initrd);
        add_words(linux_machine);
    }
    add_pair("-kernel", kernel);
}

static void run_qemu(void)
{
    pid_t child = fork();

    if (child == 0) {
        vmk_Mark(VMK_MARK_WINDOW_START);
        execv(words[0], (char *const *)words);
        die(words[0]);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        die("QEMU");
    }
}

static void copy_console(void)
{
    char text[4096];
    int fd = open(CONSOLE, O_RDONLY | O_CLOEXEC);

    for (ssize_t len; fd >= 0 && (len = read(fd, text, sizeof text)) > 0;) {
        fwrite(text, 1, (size_t)len, stdout);
    }
    close(fd);
}

void run_vm(const char *guest)
{
    static char machine[] = QEMU " -accel kvm -cpu host -machine q35,hpet=off -nodefaults -no-user-config "
                                 "-display none";

    load_module("/irqbypass.ko", "");
    load_module("/ccp.ko", "");
    load_module("/kvm.ko", "halt_poll_ns=0");
    load_module("/kvm-amd.ko", "");
    add_words(machine);
    add_kernel(guest);
    if (getenv("options") != NULL) {
        add_pair("-append", getenv("options"));
    }
    if (getenv("disk") != NULL) {
        add_disk(getenv("disk"));
    }
    if (getenv("mac") != NULL) {
        add_nic(getenv("mac"));
    }
    run_qemu();
    copy_console();
}
