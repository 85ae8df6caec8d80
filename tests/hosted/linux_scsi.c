/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_scsi.c - a low-level SCSI driver whose disk answers as it is told: what the SCSI layer does about
 * each answer, and about none.
 */
#include "../unit/vmklinux/linux_test.h"

#include <linux/libata.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <vmkapi/storage/block_device.h>

MODULE_LICENSE("GPL v2");

#define PATH       "vmhba0:C0:T0:L0"
#define BLOCKS     1024
#define BLOCK_SIZE 512
#define DEPTH      4
#define TARGETS    3 /* Only the first has a unit. */
#define SCRIPTED                                                                                             \
    77 /* The block that is answered by script: others are read by whoever looks for partitions. */

/* What becomes of the next commands for that block. */
enum answer {
    ANSWER_GOOD,
    ANSWER_BUSY,
    ANSWER_MEDIUM_ERROR,
    ANSWER_ABORTED,
    ANSWER_UNIT_ATTENTION,
    ANSWER_SOFT_ERROR,
    ANSWER_HOST_BUSY, /* refused by queuecommand */
    ANSWER_NONE,      /* the command is lost */
};

static struct Scsi_Host *shost;
static u8 *medium;
static enum answer answers[64];
static unsigned int asked, answered; /* commands for it that came; answers given so far */
static struct scsi_cmnd *lost;
static unsigned int tested; /* whether it is ready */
static unsigned int looked, without_queue;

/* The steps of error handling, as letters, in their order; those in `works` succeed, and find the command. */
static char steps[64];
static const char *works = "";
static bool deaf;       /* no command at all is answered, */
static char cure;       /* until this step, which is one that works */
static bool comes_late; /* the answer to the lost command, while that is aborted */
static unsigned int never;

static void sense(struct scsi_cmnd *cmd, u8 key, u8 asc, u8 ascq)
{
    scsi_build_sense(cmd, 0, key, asc, ascq);
}

static void send(struct scsi_cmnd *cmd, const u8 *data, size_t len)
{
    scsi_sg_copy_from_buffer(cmd, data, (int)len);
    scsi_set_resid(cmd, scsi_bufflen(cmd) - min((unsigned int)len, scsi_bufflen(cmd)));
}

static void read_or_write(struct scsi_cmnd *cmd)
{
    size_t at = get_unaligned_be32(&cmd->cmnd[2]) * BLOCK_SIZE;

    EXPECT(at + scsi_bufflen(cmd) <= BLOCKS * BLOCK_SIZE);
    EXPECT(get_unaligned_be16(&cmd->cmnd[7]) * BLOCK_SIZE == scsi_bufflen(cmd));
    if (cmd->cmnd[0] == READ_10)
        scsi_sg_copy_from_buffer(cmd, medium + at, (int)scsi_bufflen(cmd));
    else
        scsi_sg_copy_to_buffer(cmd, medium + at, (int)scsi_bufflen(cmd));
}

static int answer_io(struct scsi_cmnd *cmd)
{
    if (get_unaligned_be32(&cmd->cmnd[2]) != SCRIPTED) {
        read_or_write(cmd);
        scsi_done(cmd);
        return 0;
    }
    asked++;
    switch (answers[answered] ? answers[answered++] : ANSWER_GOOD) {
    case ANSWER_GOOD:
        read_or_write(cmd);
        break;
    case ANSWER_BUSY:
        cmd->result = SAM_STAT_BUSY;
        break;
    case ANSWER_MEDIUM_ERROR:
        sense(cmd, MEDIUM_ERROR, 0x11, 0);
        break;
    case ANSWER_ABORTED:
        sense(cmd, ABORTED_COMMAND, 0, 0);
        break;
    case ANSWER_UNIT_ATTENTION:
        sense(cmd, UNIT_ATTENTION, 0x29, 0);
        break;
    case ANSWER_SOFT_ERROR:
        cmd->result = DID_SOFT_ERROR << 16;
        break;
    case ANSWER_HOST_BUSY:
        return SCSI_MLQUEUE_HOST_BUSY;
    case ANSWER_NONE:
        lost = cmd;
        return 0;
    }
    scsi_done(cmd);
    return 0;
}

static int queuecommand(struct Scsi_Host *host, struct scsi_cmnd *cmd)
{
    static const u8 inquiry[36] = {[2] = 4, [4] = 31, [8] = 'T', 'E', 'S', 'T', [16] = 'D', 'I', 'S', 'K'};
    static const u8 nothing[36] = {0x7f, [4] = 31};
    u8 capacity[8];

    EXPECT(host == shost && in_interrupt());
    if (deaf)
        return 0;
    switch (cmd->cmnd[0]) {
    case READ_10:
    case WRITE_10:
        return answer_io(cmd);
    case INQUIRY:
        if (cmd->cmnd[1] & 1)
            sense(cmd, ILLEGAL_REQUEST, 0x24, 0);
        else
            send(cmd, cmd->device->id == 0 ? inquiry : nothing, sizeof(inquiry));
        break;
    case READ_CAPACITY:
        put_unaligned_be32(BLOCKS - 1, &capacity[0]);
        put_unaligned_be32(BLOCK_SIZE, &capacity[4]);
        send(cmd, capacity, sizeof(capacity));
        break;
    case TEST_UNIT_READY:
        tested++;
        break;
    case SYNCHRONIZE_CACHE:
        break;
    default:
        sense(cmd, ILLEGAL_REQUEST, 0x20, 0);
    }
    scsi_done(cmd);
    return 0;
}

/* When the commands of the host are made, its first unit is about to have its queue. */
static int look_at_units(struct Scsi_Host *host, struct scsi_cmnd *cmd)
{
    struct scsi_device *sdev;

    list_for_each_entry (sdev, &host->__devices, siblings)
        without_queue += !sdev->request_queue;
    looked++;
    return 0;
}

static int step(char letter)
{
    bool success = strchr(works, letter) != NULL;

    EXPECT(strlen(steps) + 1 < sizeof(steps));
    steps[strlen(steps)] = letter;
    deaf &= letter != cure;
    return success ? SUCCESS : FAILED;
}

static int abort_command(struct scsi_cmnd *cmd)
{
    if (comes_late)
        scsi_done(cmd);
    return step('a');
}

static int reset_device(struct scsi_cmnd *cmd)
{
    return step('d');
}

static int reset_target(struct scsi_cmnd *cmd)
{
    return step('t');
}

static int reset_bus(struct scsi_cmnd *cmd)
{
    return step('b');
}

static int reset_host(struct scsi_cmnd *cmd)
{
    return step('h');
}

/* DEVIATION-031 */
static int never_ioctl(struct scsi_device *dev, unsigned int cmd, void __user *arg)
{
    return (int)++never;
}

static int never_geometry(struct scsi_device *sdev, struct block_device *bdev, sector_t capacity,
                          int geometry[])
{
    return (int)++never;
}

static void never_unlock(struct scsi_device *sdev)
{
    never++;
}

/* DEVIATION-033 */
static umode_t never_visible(struct kobject *kobj, struct bin_attribute *attr, int n)
{
    never++;
    return 0;
}

static const struct attribute_group uncalled_group = {.is_bin_visible = never_visible};
static const struct attribute_group *uncalled_groups[] = {&uncalled_group, NULL};

static struct scsi_host_template sht = {
    .module = THIS_MODULE,
    .name = "test",
    .queuecommand = queuecommand,
    .init_cmd_priv = look_at_units,
    .eh_abort_handler = abort_command,
    .eh_device_reset_handler = reset_device,
    .eh_target_reset_handler = reset_target,
    .eh_bus_reset_handler = reset_bus,
    .eh_host_reset_handler = reset_host,
    .skip_settle_delay = 1,
    .ioctl = never_ioctl,
    .bios_param = never_geometry,
    .unlock_native_capacity = never_unlock,
    .shost_groups = uncalled_groups,
    .can_queue = DEPTH,
    .cmd_per_lun = DEPTH,
    .this_id = -1,
    .sg_tablesize = 8,
    .max_sectors = 64,
};

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
    int err = pci_enable_device(pdev);

    if (err || shost)
        return err ? err : -ENODEV;
    shost = scsi_host_alloc(&sht, 0);
    if (!shost)
        return -ENOMEM;
    shost->max_id = TARGETS;
    medium = kzalloc(BLOCKS * BLOCK_SIZE, GFP_KERNEL);
    err = medium ? scsi_add_host(shost, &pdev->dev) : -ENOMEM;
    if (!err)
        scsi_scan_host(shost);
    return err;
}

static void remove(struct pci_dev *pdev)
{
    scsi_remove_host(shost);
    scsi_host_put(shost);
    kfree(medium);
    pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID)}, {}};
static struct pci_driver driver = {.name = "scsi_test", .id_table = ids, .probe = probe, .remove = remove};

static int start(void)
{
    return pci_register_driver(&driver);
}
module_init(start);

static void stop(void)
{
    pci_unregister_driver(&driver);
}
module_exit(stop);

/* The user's side. */

static vmk_BlockHandle handle;
static u8 buffer[8 * BLOCK_SIZE];

static void open_disk(void)
{
    EXPECT(vmk_BlockOpen(THIS_MODULE->id, PATH, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE, &handle) ==
           VMK_OK);
}

/* As the driver is told: the status of a read of one block. */
static vmk_StatusValue read_one(const enum answer *script, size_t count)
{
    memset(answers, 0, sizeof(answers));
    memcpy(answers, script, count * sizeof(*script));
    asked = answered = 0;
    memset(steps, 0, sizeof(steps));
    return vmk_BlockRead(handle, SCRIPTED, 1, buffer);
}
#define READ_ONE(...)                                                                                        \
    read_one((const enum answer[]){__VA_ARGS__}, ARRAY_SIZE(((const enum answer[]){__VA_ARGS__})))

static struct scsi_device *disk(void)
{
    return list_first_entry(&shost->__devices, struct scsi_device, siblings);
}

static void a_disk_is_found(void)
{
    vmk_BlockGeometry geometry;

    open_disk();
    EXPECT(vmk_BlockGeometryGet(handle, &geometry) == VMK_OK);
    EXPECT(geometry.blockSize == BLOCK_SIZE && geometry.numBlocks == BLOCKS && geometry.queueDepth == DEPTH);
    EXPECT(strncmp(disk()->model, "DISK", 4) == 0 && disk()->type == TYPE_DISK);
    EXPECT(scsi_device_lookup(shost, 0, 0, 1) == NULL);
    vmk_BlockClose(handle);
}

static void a_unit_is_seen_with_its_queue(void)
{
    EXPECT(looked == DEPTH && without_queue == 0);
}

static void a_target_without_unit_goes(void)
{
    EXPECT(list_is_singular(&shost->__targets));
    for (unsigned int id = 1; id < TARGETS; id++)
        EXPECT(scsi_add_device(shost, 0, id, 0) == -ENODEV);
    EXPECT(list_is_singular(&shost->__targets));
    stop();
}

static void what_is_written_is_read(void)
{
    open_disk();
    for (size_t i = 0; i < sizeof(buffer); i++)
        buffer[i] = (u8)(i * 7 + i / 512);
    EXPECT(vmk_BlockWrite(handle, 100, 8, buffer, 0) == VMK_OK);
    EXPECT(memcmp(medium + 100 * BLOCK_SIZE, buffer, sizeof(buffer)) == 0);
    memset(buffer, 0, sizeof(buffer));
    EXPECT(vmk_BlockRead(handle, 100, 8, buffer) == VMK_OK);
    EXPECT(memcmp(medium + 100 * BLOCK_SIZE, buffer, sizeof(buffer)) == 0);
    EXPECT(vmk_BlockFlush(handle) == VMK_OK);
    vmk_BlockClose(handle);
}

static void a_disk_without_time_is_asked_again(void)
{
    open_disk();
    EXPECT(READ_ONE(ANSWER_BUSY, ANSWER_BUSY, ANSWER_GOOD) == VMK_OK && asked == 3);
    EXPECT(READ_ONE(ANSWER_HOST_BUSY, ANSWER_HOST_BUSY, ANSWER_GOOD) == VMK_OK && asked == 3);
    EXPECT(READ_ONE(ANSWER_UNIT_ATTENTION, ANSWER_SOFT_ERROR, ANSWER_ABORTED, ANSWER_GOOD) == VMK_OK &&
           asked == 4);
    EXPECT(steps[0] == '\0' && scsi_host_busy(shost) == 0);
    vmk_BlockClose(handle);
}

static void test_unit(struct work_struct *work)
{
    struct scsi_sense_hdr sshdr;

    EXPECT(scsi_test_unit_ready(disk(), HZ, 1, &sshdr) == 0);
}

static void end_lost(struct work_struct *work)
{
    EXPECT(tested == 0 && scsi_device_busy(disk()) == 1);
    scsi_done(lost);
}

/* One of the SCSI layer's own waits for one of the storage core's. */
static void a_unit_has_as_many_commands_as_its_depth(void)
{
    static struct delayed_work tester, ender;

    INIT_DELAYED_WORK(&tester, test_unit);
    INIT_DELAYED_WORK(&ender, end_lost);
    open_disk();
    EXPECT(scsi_change_queue_depth(disk(), 1) == 1);
    tested = 0;
    schedule_delayed_work(&tester, 1);
    schedule_delayed_work(&ender, HZ / 10);
    EXPECT(READ_ONE(ANSWER_NONE) == VMK_OK && asked == 1);
    flush_delayed_work(&tester);
    EXPECT(tested == 1 && scsi_device_busy(disk()) == 0 && steps[0] == '\0');
    vmk_BlockClose(handle);
}

static void what_is_lost_is_said_to_be_lost(void)
{
    open_disk();
    EXPECT(READ_ONE(ANSWER_MEDIUM_ERROR) == VMK_READ_ERROR && asked == 1);
    memset(answers, 0, sizeof(answers));
    answers[0] = ANSWER_MEDIUM_ERROR;
    answered = asked = 0;
    EXPECT(vmk_BlockWrite(handle, SCRIPTED, 1, buffer, 0) == VMK_WRITE_ERROR && asked == 1);
    EXPECT(scsi_host_busy(shost) == 0);
    vmk_BlockClose(handle);
}

static void tries_end(void)
{
    enum answer aborts[32];

    for (size_t i = 0; i < ARRAY_SIZE(aborts); i++)
        aborts[i] = ANSWER_ABORTED;
    open_disk();
    EXPECT(read_one(aborts, ARRAY_SIZE(aborts)) == VMK_IO_ERROR);
    EXPECT(asked == 6); /* one, and five more */
    EXPECT(READ_ONE(ANSWER_GOOD) == VMK_OK);
    vmk_BlockClose(handle);
}

static void a_lost_command_is_aborted_and_repeated(void)
{
    open_disk();
    works = "a";
    EXPECT(READ_ONE(ANSWER_NONE, ANSWER_GOOD) == VMK_OK);
    EXPECT(strcmp(steps, "a") == 0 && asked == 2);
    /* An answer that comes late is nobody's. */
    scsi_done(lost);
    EXPECT(READ_ONE(ANSWER_GOOD) == VMK_OK && scsi_host_busy(shost) == 0);
    comes_late = true;
    EXPECT(READ_ONE(ANSWER_NONE, ANSWER_GOOD) == VMK_OK);
    EXPECT(strcmp(steps, "a") == 0 && asked == 2 && scsi_host_busy(shost) == 0);
    vmk_BlockClose(handle);
}

static void the_ladder_is_climbed_as_far_as_needed(void)
{
    static const char *const ladders[] = {"ad", "adt", "adtb", "adtbh"};

    open_disk();
    for (size_t i = 0; i < ARRAY_SIZE(ladders); i++) {
        works = ladders[i] + strlen(ladders[i]) - 1;
        EXPECT(READ_ONE(ANSWER_NONE, ANSWER_GOOD) == VMK_OK);
        EXPECT(strcmp(steps, ladders[i]) == 0);
        EXPECT(asked == 2 && scsi_host_busy(shost) == 0 && shost->shost_state == SHOST_RUNNING);
    }
    vmk_BlockClose(handle);
}

static void a_unit_that_nothing_mends_is_given_up(void)
{
    open_disk();
    works = "";
    EXPECT(READ_ONE(ANSWER_NONE) != VMK_OK);
    EXPECT(strcmp(steps, "adtbh") == 0);
    EXPECT(disk()->sdev_state == SDEV_OFFLINE && shost->shost_state == SHOST_RUNNING);
    EXPECT(READ_ONE(ANSWER_GOOD) != VMK_OK && asked == 0);
    vmk_BlockClose(handle);
}

static void a_reset_must_make_the_unit_answer(void)
{
    open_disk();
    /* The device's and the target's are said to have worked, but the unit answers only after the bus's. */
    works = "dtbh";
    cure = 'b';
    deaf = true;
    memset(answers, 0, sizeof(answers));
    memset(steps, 0, sizeof(steps));
    EXPECT(vmk_BlockRead(handle, SCRIPTED, 1, buffer) == VMK_OK);
    EXPECT(strchr(steps, 'd') && strchr(steps, 'd') < strchr(steps, 't') &&
           strchr(steps, 't') < strchr(steps, 'b'));
    EXPECT(!strchr(steps, 'h') && disk()->sdev_state == SDEV_RUNNING);
    vmk_BlockClose(handle);
}

/* DEVIATION-030, DEVIATION-032 */
static void some_things_are_not_as_in_linux(void)
{
    struct device *dev = &shost->shost_gendev;

    EXPECT(!pm_runtime_suspended(dev) && pm_runtime_get_sync(dev) == 1 && pm_runtime_put(dev) == 0);
    EXPECT(pm_runtime_resume(dev) == 1);
    /* What libata clears lies behind the device in its structures, however large that is. */
    EXPECT(ATA_DEVICE_CLEAR_BEGIN >= offsetof(struct ata_device, tdev) + sizeof(struct device));
    EXPECT(ATA_LINK_CLEAR_BEGIN >= offsetof(struct ata_link, tdev) + sizeof(struct device));
    EXPECT(never == 0);
}

static void nothing_is_left(void)
{
    open_disk();
    EXPECT(READ_ONE(ANSWER_GOOD) == VMK_OK);
    vmk_BlockClose(handle);
    stop();
    EXPECT(never == 0);
}

const struct linux_case linux_cases[] = {
    {"a disk is found", a_disk_is_found},
    {"a unit is seen with its queue", a_unit_is_seen_with_its_queue},
    {"a target without unit goes", a_target_without_unit_goes},
    {"what is written is read", what_is_written_is_read},
    {"a disk without time is asked again", a_disk_without_time_is_asked_again},
    {"a unit has as many commands as its depth", a_unit_has_as_many_commands_as_its_depth},
    {"what is lost is said to be lost", what_is_lost_is_said_to_be_lost},
    {"tries end", tries_end},
    {"a lost command is aborted and repeated", a_lost_command_is_aborted_and_repeated},
    {"the ladder is climbed as far as needed", the_ladder_is_climbed_as_far_as_needed},
    {"a unit that nothing mends is given up", a_unit_that_nothing_mends_is_given_up},
    {"a reset must make the unit answer", a_reset_must_make_the_unit_answer},
    {"some things are not as in Linux", some_things_are_not_as_in_linux},
    {"nothing is left", nothing_is_left},
    {NULL, NULL}};
