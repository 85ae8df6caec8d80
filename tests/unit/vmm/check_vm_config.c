/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_vm_config.c - descriptions of virtual machines: what is read, and that each mistake is told by file,
 * line and key.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/vmm/vm_config.h>

#define NEEDED "displayName = \"a\"\nmemSize = \"64\"\nkernel.file = \"/k\"\n"

static struct vm_config config;
static struct diagnosis why;

static vmk_StatusValue parse(const char *text)
{
    /* No byte behind: the sanitizer sees who reads on. */
    size_t len = strlen(text);
    char *copy = malloc(len);
    vmk_StatusValue status;

    memcpy(copy, text, len);
    status = vm_config_parse("f.vmx", copy, len, &config, &why);
    free(copy);
    return status;
}

START_TEST(all_keys_are_read)
{
    static const vmk_EthAddress mac = {0x02, 0, 0, 0xaB, 0xcd, 0xef};

    ck_assert_int_eq(parse("# a comment\n"
                           "\n"
                           "displayName = \"debian-12\"\r\n"
                           "  MEMSIZE=\"4096\"  \n"
                           "numvcpus = \"4\"\n"
                           "kernel.file = \"/vm/vmlinuz\"\n"
                           "kernel.cmdline = \"console=ttyS0 x=|22y z|22\"\n"
                           "kernel.module0 = \"/vm/initrd\"\n"
                           "kernel.module1 = \"/vm/more\"\n"
                           "disk0.device = \"vmhba0:1\"\n"
                           "disk0.serial = \"S-1\"\n"
                           "disk3.device = \"d3\"\n"
                           "disk3.readonly = \"true\"\n"
                           "ethernet0.networkName = \"VM Network\"\n"
                           "ethernet0.address = \"02:00:00:aB:cd:EF\"\n"
                           "console.present = \"TRUE\"\n"
                           "rng.present = \"FALSE\"\n"
                           "onReset = \"stop\"\n"
                           "autostart = \"TRUE\""),
                     VMK_OK);
    ck_assert_str_eq(config.name, "debian-12");
    ck_assert_uint_eq(config.memory_bytes, 4096ul << 20);
    ck_assert_uint_eq(config.vcpus, 4);
    ck_assert_str_eq(config.kernel, "/vm/vmlinuz");
    ck_assert_str_eq(config.command_line, "console=ttyS0 x=\"y z\"");
    ck_assert_str_eq(config.modules[0], "/vm/initrd");
    ck_assert_str_eq(config.modules[1], "/vm/more");
    ck_assert_str_eq(config.disks[0].device, "vmhba0:1");
    ck_assert_str_eq(config.disks[0].serial, "S-1");
    ck_assert(!config.disks[0].read_only);
    ck_assert_str_eq(config.disks[1].device, "");
    ck_assert_str_eq(config.disks[3].device, "d3");
    ck_assert(config.disks[3].read_only);
    ck_assert_str_eq(config.nics[0].port_group, "VM Network");
    ck_assert(memcmp(config.nics[0].mac, mac, sizeof(mac)) == 0);
    ck_assert(config.console);
    ck_assert(!config.rng);
    ck_assert(!config.restart);
    ck_assert(config.autostart);
}
END_TEST

START_TEST(little_is_needed)
{
    ck_assert_int_eq(parse(NEEDED), VMK_OK);
    ck_assert_uint_eq(config.vcpus, 1);
    ck_assert(config.rng);
    ck_assert(config.restart);
    ck_assert(!config.console);
    ck_assert(!config.autostart);
    ck_assert_str_eq(config.command_line, "");
}
END_TEST

START_TEST(a_nic_has_an_address_of_its_own)
{
    vmk_EthAddress first;

    ck_assert_int_eq(parse(NEEDED "ethernet0.networkName = \"n\"\nethernet1.networkName = \"n\"\n"), VMK_OK);
    ck_assert_uint_eq(config.nics[0].mac[0], 0x02);
    ck_assert(memcmp(config.nics[0].mac, config.nics[1].mac, sizeof(first)) != 0);
    memcpy(first, config.nics[0].mac, sizeof(first));
    ck_assert_int_eq(parse(NEEDED "ethernet0.networkName = \"n\"\n"), VMK_OK);
    ck_assert(memcmp(config.nics[0].mac, first, sizeof(first)) == 0);
}
END_TEST

START_TEST(limits_are_read)
{
    ck_assert_int_eq(parse(NEEDED), VMK_OK);
    ck_assert_uint_eq(config.cpu_shares, 1000);
    ck_assert_uint_eq(config.cpu_max_percent, 0);
    ck_assert_int_eq(parse(NEEDED "sched.cpu.shares = \"HIGH\"\nsched.cpu.max = \"150\"\n"
                                  "disk2.device = \"d\"\ndisk2.requestLimit = \"100\"\n"
                                  "disk2.bandwidthLimit = \"10000000000\"\n"
                                  "ethernet1.networkName = \"n\"\nethernet1.packetLimit = \"1\"\n"
                                  "ethernet1.bandwidthLimit = \"unlimited\"\n"),
                     VMK_OK);
    ck_assert_uint_eq(config.cpu_shares, 2000);
    ck_assert_uint_eq(config.cpu_max_percent, 150);
    ck_assert_uint_eq(config.disks[2].rates.requests, 100);
    ck_assert_uint_eq(config.disks[2].rates.bytes, 10000000000);
    ck_assert_uint_eq(config.nics[1].rates.requests, 1);
    ck_assert_uint_eq(config.nics[1].rates.bytes, 0);
    ck_assert_int_eq(parse(NEEDED "sched.cpu.shares = \"low\"\nsched.cpu.max = \"Unlimited\"\n"), VMK_OK);
    ck_assert_uint_eq(config.cpu_shares, 500);
    ck_assert_uint_eq(config.cpu_max_percent, 0);
    ck_assert_int_eq(parse(NEEDED "sched.cpu.shares = \"100000\"\n"), VMK_OK);
    ck_assert_uint_eq(config.cpu_shares, 100000);
}
END_TEST

/** What is wrong, what the message has of it. */
static const struct {
    const char *text;
    vmk_StatusValue status;
    const char *said;
} mistakes[] = {
    {NEEDED "firmware = \"efi\"\n", VMK_BAD_PARAM, ":4: firmware = \"efi\": a VM has no firmware yet"},
    {NEEDED "sched.cpu.shares = \"0\"\n", VMK_BAD_PARAM, ":4: sched.cpu.shares = \"0\": wants low, normal"},
    {NEEDED "sched.cpu.shares = \"100001\"\n", VMK_BAD_PARAM, ":4: sched.cpu.shares"},
    {NEEDED "sched.cpu.max = \"0\"\n", VMK_BAD_PARAM, ":4: sched.cpu.max = \"0\": wants percent"},
    {NEEDED "sched.cpu.max = \"6401\"\n", VMK_BAD_PARAM, ":4: sched.cpu.max"},
    {NEEDED "disk0.device = \"d\"\ndisk0.requestLimit = \"-1\"\n", VMK_BAD_PARAM, ":5: disk0.requestLimit"},
    {NEEDED "disk0.device = \"d\"\ndisk0.bandwidthLimit = \"10000000001\"\n", VMK_BAD_PARAM,
     ":5: disk0.bandwidthLimit"},
    {NEEDED "disk3.requestLimit = \"5\"\n", VMK_BAD_PARAM, "disk3.device is missing"},
    {NEEDED "ethernet0.networkName = \"n\"\nethernet0.packetLimit = \"many\"\n", VMK_BAD_PARAM,
     ":5: ethernet0.packetLimit"},
    {NEEDED "ethernet2.bandwidthLimit = \"5\"\n", VMK_BAD_PARAM, "ethernet2.networkName is missing"},
    {"", VMK_BAD_PARAM, "f.vmx: the key displayName is missing"},
    {"displayName = \"a\"\n", VMK_BAD_PARAM, "memSize is missing"},
    {"displayName = \"a\"\nmemSize = \"1\"", VMK_BAD_PARAM, "kernel.file is missing"},
    {NEEDED "colour = \"red\"", VMK_BAD_FORMAT, "f.vmx:4: there is no key 'colour'"},
    {NEEDED "memsize = \"65\"", VMK_BAD_FORMAT, "f.vmx:4: memsize stands there a second time"},
    {"memSize = \"0\"", VMK_BAD_PARAM, "f.vmx:1: memSize = \"0\""},
    {"memSize = \"1048577\"", VMK_BAD_PARAM, "memSize"},
    {"memSize = \"64M\"", VMK_BAD_PARAM, "MiB"},
    {"memSize = \"-1\"", VMK_BAD_PARAM, "memSize"},
    {"memSize = \"99999999999999999999999\"", VMK_BAD_PARAM, "memSize"},
    {"numvcpus = \"17\"", VMK_BAD_PARAM, "1 to 16"},
    {"numvcpus = \"\"", VMK_BAD_PARAM, "numvcpus"},
    {"displayName = \"a/b\"", VMK_BAD_PARAM, "letters"},
    {"displayName = \"\"", VMK_BAD_PARAM, "empty"},
    {"displayName = \"0123456789012345678901234567890123456789\"", VMK_BAD_PARAM, "31 fit"},
    {"kernel.file = \"vmlinuz\"", VMK_BAD_PARAM, "begins with /"},
    {"kernel.module4 = \"/x\"", VMK_BAD_FORMAT, "no key 'kernel.module4'"},
    {NEEDED "kernel.module1 = \"/x\"", VMK_BAD_PARAM, "without kernel.module0"},
    {"disk8.device = \"x\"", VMK_BAD_FORMAT, "no key"},
    {"disk.device = \"x\"", VMK_BAD_FORMAT, "no key"},
    {"disk0 = \"x\"", VMK_BAD_FORMAT, "no key"},
    {NEEDED "disk1.readOnly = \"TRUE\"", VMK_BAD_PARAM, "disk1.device is missing"},
    {NEEDED "ethernet2.address = \"02:00:00:00:00:01\"", VMK_BAD_PARAM, "ethernet2.networkName is missing"},
    {NEEDED "ethernet2.address = \"00:0c:29:00:00:01\"", VMK_BAD_PARAM, "ethernet2.networkName is missing"},
    {"disk0.readOnly = \"maybe\"", VMK_BAD_PARAM, "TRUE or FALSE"},
    {"ethernet0.address = \"01:00:00:00:00:01\"", VMK_BAD_PARAM, "unicast"},
    {"ethernet0.address = \"00:00:00:00:00:00\"", VMK_BAD_PARAM, "unicast"},
    {"ethernet0.address = \"02:00:00:00:00\"", VMK_BAD_PARAM, "unicast"},
    {"ethernet0.address = \"02:00:00:00:00:0g\"", VMK_BAD_PARAM, "unicast"},
    {"ethernet0.address = \"02-00-00-00-00-01\"", VMK_BAD_PARAM, "unicast"},
    {"onReset = \"explode\"", VMK_BAD_PARAM, "restart or stop"},
    {"\n\nmemSize", VMK_BAD_FORMAT, "f.vmx:3: no ="},
    {"memSize = 64", VMK_BAD_FORMAT, "not in quotation marks"},
    {"memSize = \"64", VMK_BAD_FORMAT, "no quotation mark at its end"},
    {"memSize = \"64\" x", VMK_BAD_FORMAT, "something follows"},
    {"= \"64\"", VMK_BAD_FORMAT, "no key"},
    {"kernel.cmdline = \"a|2\"", VMK_BAD_FORMAT, "hexadecimal"},
    {"kernel.cmdline = \"a|0a\"", VMK_BAD_FORMAT, "printable"},
    {"kernel.cmdline = \"a\tb\"", VMK_BAD_FORMAT, "printable"},
    {"abcdefghijklmnopqrstuvwxyzabcdefghijklm = \"1\"", VMK_BAD_FORMAT, "too long"},
};

START_TEST(a_mistake_is_told)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(mistakes); i++) {
        why.text[0] = '\0';
        ck_assert_msg(parse(mistakes[i].text) == mistakes[i].status, "%s", mistakes[i].text);
        ck_assert_msg(strstr(why.text, mistakes[i].said) != NULL, "'%s' lacks '%s'", why.text,
                      mistakes[i].said);
    }
}
END_TEST

START_TEST(a_value_has_a_limit)
{
    static char text[2 * VM_COMMAND_LINE_MAX + 64];

    for (unsigned len = VM_COMMAND_LINE_MAX - 2; len <= VM_COMMAND_LINE_MAX; len++) {
        strcpy(text, NEEDED "kernel.cmdline = \"");
        memset(text + strlen(text), 'x', len);
        text[strlen(NEEDED "kernel.cmdline = \"") + len] = '\0';
        strcat(text, "\"\n");
        ck_assert_int_eq(parse(text), len < VM_COMMAND_LINE_MAX ? VMK_OK : VMK_BAD_FORMAT);
        memset(text, 0, sizeof(text));
    }
}
END_TEST

RUN_TESTS(all_keys_are_read, limits_are_read, little_is_needed, a_nic_has_an_address_of_its_own,
          a_mistake_is_told, a_value_has_a_limit)
