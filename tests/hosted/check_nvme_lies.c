/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_nvme_lies.c - Linux's nvme, unmodified, with a controller that completes what it was not given, and
 * says impossible things of itself: nothing is touched that should not be, and requests still end once.
 */
#include "logged.h"
#include "nvme_stack.h"

#include <hosted/machine.h>
#include <run.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_TAG 500
#define NO_TAG   0xfffu

static const struct disk_exercise load = {
    .requests = 300, .depth = 16, .blocks_max = 300, .ops = READ_WRITE_FLUSH};
static const struct disk_exercise few = {
    .requests = 40, .depth = 8, .blocks_max = 300, .ops = READ_WRITE_FLUSH, .may_fail = VMK_TRUE};

static void do_load(void)
{
    disk_exercise(&disk, load);
}

/* Completions. */

static const struct {
    enum nvme_lie lie;
    vmk_uint32 argument;
    vmk_Bool noticed;
} lies[] = {
    {NVME_TWICE, 0, VMK_TRUE},
    {NVME_STALE_PHASE, 0, VMK_FALSE},
    {NVME_WRONG_SQ, 0, VMK_FALSE},
    {NVME_WRONG_HEAD, 0, VMK_FALSE},
    {NVME_FOREIGN_ID, IDLE_TAG, VMK_TRUE},
    {NVME_FOREIGN_ID, IDLE_TAG | 1u << 12, VMK_TRUE},
    {NVME_FOREIGN_ID, IDLE_TAG | 15u << 12, VMK_TRUE},
    {NVME_FOREIGN_ID, NO_TAG, VMK_TRUE},
    {NVME_FOREIGN_ID, 0xffff, VMK_TRUE},
};

START_TEST(believes_no_completion_of_nothing)
{
    unsigned noticed;

    subject_start(512);
    nvme_misbehave(&nvme,
                   (struct nvme_rule){
                       .lie = lies[_i].lie, .opcode = NVME_READ, .argument = lies[_i].argument, .skip = 10});
    noticed = logged_lines_with("vmklinux", do_load);
    ck_assert_uint_eq(noticed > 0, lies[_i].noticed);
    ck_assert_uint_eq(disk.failed, 0);
    nvme_behave(&nvme);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

static void send_phantoms(void)
{
    for (unsigned id = 0; id <= 0xffff; id += id % 0x1000 < 40 ? 1 : 97) {
        nvme_phantom(&nvme, 1, (vmk_uint16)id, NVME_OK);
        if (id % 16 == 0) {
            hosted_run_ms(1);
        }
    }
    hosted_run_ms(10);
}

/* Every tag, in every generation, used or not, while none is under way: none of them may be believed. */
START_TEST(believes_no_phantom)
{
    subject_start(512);
    disk_exercise(&disk, load);
    ck_assert_uint_gt(logged_lines_with("vmklinux", send_phantoms), 100);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(disk.failed, 0);
    subject_stop();
}
END_TEST

START_TEST(believes_no_phantom_admin_command)
{
    subject_start(512);
    for (unsigned id = 0; id <= 0xffff; id += id % 0x1000 < 40 ? 1 : 97) {
        if ((id & 0xfff) < 30) { /* Above are asynchronous events, which the driver takes as they come. */
            nvme_phantom(&nvme, 0, (vmk_uint16)id, NVME_INTERNAL);
        }
        if (id % 16 == 0) {
            hosted_run_ms(1);
        }
    }
    hosted_run_ms(1000);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(disk.failed, 0);
    subject_stop();
}
END_TEST

/* Less data than it says: what is missing is missing, nothing else is touched. */
START_TEST(moves_less_than_it_says)
{
    subject_start(512);
    nvme_misbehave(&nvme, (struct nvme_rule){.lie = NVME_SHORT, .opcode = NVME_ANY_OPCODE});
    disk_distrust(&disk);
    disk_exercise(&disk, load);
    ck_assert_uint_eq(disk.failed, 0);
    subject_stop();
}
END_TEST

/* What it says of itself: so many bytes at an offset of an identify page. */

static const struct statement {
    unsigned cns;
    unsigned offset, bytes;
    vmk_uint64 value;
} statements[] = {
    {0, 0, 8, 0},                   /* NSZE: nothing */
    {0, 0, 8, ~0ul},                /* ...everything */
    {0, 0, 8, 1ul << 55},           /* ...more than bytes can be counted */
    {0, 8, 8, 0},                   /* NCAP */
    {0, 25, 1, 255},                /* NLBAF */
    {0, 26, 1, 15},                 /* FLBAS: a format there is not */
    {0, 26, 1, 0x10},               /* ...extended */
    {0, 28, 1, 0xff},               /* DPC */
    {0, 29, 1, 0xff},               /* DPS: protection */
    {0, 46, 2, 0xffff},             /* NOIOB */
    {0, 46, 2, 3},                  /* ...no power of two */
    {0, 64, 2, 0xffff},             /* NPWG */
    {0, 72, 2, 0xffff},             /* NOWS */
    {0, 128, 2, 0xffff},            /* MS: metadata */
    {0, 130, 1, 0},                 /* LBADS: one byte */
    {0, 130, 1, 8},                 /* ...256 */
    {0, 130, 1, 17},                /* ...128 KiB */
    {0, 130, 1, 31},                /* ...more than there is */
    {0, 130, 1, 63},                /* ...absurd */
    {0, 130, 1, 255},               /* ...shifts by more than there are bits */
    {1, 4, 8, ~0ul},                /* Serial number: no text */
    {1, 4, 8, 0},                   /* ...none */
    {1, 24, 8, 0x0a0d1b2500},       /* Model: control characters */
    {1, 64, 8, 0x8080808080808080}, /* Firmware */
    {1, 77, 1, 0},                  /* MDTS: no limit */
    {1, 77, 1, 1},                  /* ...8 KiB */
    {1, 77, 1, 255},                /* ...absurd */
    {1, 78, 2, 0xffff},             /* CNTLID */
    {1, 80, 4, 0},                  /* VER */
    {1, 80, 4, ~0u},                /* ... */
    {1, 92, 4, ~0u},                /* OAES */
    {1, 96, 4, ~0u},                /* CTRATT */
    {1, 111, 1, 3},                 /* CNTRLTYPE: administrative */
    {1, 111, 1, 0xff},              /* ... */
    {1, 240, 4, ~0u},               /* CRDT, and what is beside it */
    {1, 258, 1, 255},               /* ACL */
    {1, 259, 1, 255},               /* AERL */
    {1, 262, 1, 255},               /* ELPE */
    {1, 263, 1, 255},               /* NPSS */
    {1, 265, 1, 255},               /* APSTA: with states that are not described */
    {1, 272, 4, 1024},              /* HMPRE: it would like memory */
    {1, 272, 4, ~0u},               /* ...all of it */
    {1, 276, 4, ~0u},               /* HMMIN */
    {1, 320, 2, 0xffff},            /* KAS */
    {1, 512, 2, 0},                 /* SQES, CQES */
    {1, 512, 2, 0xffff},            /* ... */
    {1, 514, 2, 0},                 /* MAXCMD */
    {1, 516, 4, 0},                 /* NN: no namespaces */
    {1, 516, 4, ~0u},               /* ...four milliards */
    {1, 520, 2, 0xffff},            /* ONCS: reservations, timestamps... */
    {1, 525, 1, 255},               /* VWC */
    {1, 531, 1, 255},               /* NWPC */
    {1, 768, 8, ~0ul},              /* SUBNQN */
    {1, 2048, 8, ~0ul},             /* A power state */
    {2, 0, 8, 0},                   /* Active list: empty */
    {2, 0, 8, 0x200000001},         /* ...with one that is not there */
    {2, 0, 8, 0x100000001},         /* ...twice the same */
    {2, 0, 8, 0x0000000700000009},  /* ...falling */
    {3, 0, 2, 0xff01},              /* A descriptor longer than it can be */
    {3, 0, 2, 0x0001},              /* ...of no length */
    {3, 0, 2, 0x1002},              /* ...of another kind */
    {3, 0, 2, 0x1003},              /* ... */
    {3, 0, 2, 0x10fe},              /* ...of none */
};

static const struct statement *statement;

static void state(struct nvme *controller, unsigned cns, vmk_uint32 nsid, vmk_uint8 *data)
{
    if (cns == statement->cns) {
        memcpy(data + statement->offset, &statement->value, statement->bytes);
    }
}

/* There may be a disk or none; whatever is done with it, nothing is left in the end. */
static void live_with_it(void)
{
    ck_assert(stack_load());
    hosted_run_ms(3000);
    if (disk_open(&disk, test_id, DISK_PATH) == VMK_OK) {
        disk_distrust(&disk);
        disk_exercise(&disk, few);
        disk_close(&disk);
    }
    ck_assert(stack_unload());
}

START_TEST(survives_what_it_says)
{
    subject.machine_start(512);
    statement = &statements[_i];
    nvme.tamper = state;
    live_with_it();
    nvme.tamper = NULL;
    storage_load();
    subject_stop();
}
END_TEST

/* The same by chance: some bytes of every page are others. But of the list of namespaces: for one that is far
 * beyond the last, nvme looks for each number between the two, for minutes. */
#define SEEDS 25

static unsigned seed;

static void scramble(struct nvme *controller, unsigned cns, vmk_uint32 nsid, vmk_uint8 *data)
{
    unsigned extent = cns == 0 ? 192 : cns == 1 ? 1024 : 64;

    for (unsigned i = 0; i < 4 && cns != 2; i++) {
        data[(unsigned)rand_r(&seed) % extent] = (vmk_uint8)rand_r(&seed);
    }
}

START_TEST(survives_whatever_it_says)
{
    subject.machine_start(512);
    for (unsigned i = 0; i < SEEDS; i++) {
        seed = i;
        nvme.tamper = scramble;
        live_with_it();
    }
    nvme.tamper = NULL;
    storage_load();
    subject_stop();
}
END_TEST

/* Capabilities: bits that are others. */
static const vmk_uint64 capabilities[] = {
    0xffff,       /* MQES: one entry */
    0x03ff,       /* ... */
    1ul << 16,    /* CQR */
    0xfful << 24, /* TO */
    0x14ul << 24, /* ...none */
    0xful << 32,  /* DSTRD: doorbells beyond the registers */
    1ul << 37,    /* CSS: no command set */
    1ul << 48,    /* MPSMIN: 8 KiB pages */
    0xful << 48,  /* ...absurd */
    ~0ul,
};

START_TEST(survives_its_capabilities)
{
    subject.machine_start(512);
    nvme.cap_flips = capabilities[_i];
    live_with_it();
    nvme.cap_flips = 0;
    storage_load();
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {believes_no_phantom, believes_no_phantom_admin_command, moves_less_than_it_says,
                            survives_whatever_it_says};
    Suite *suite = suite_create("nvme-lies");
    TCase *tcase = run_add(suite, "tests", tests, VMK_ARRAY_SIZE(tests), 0);

    tcase_add_loop_test(tcase, believes_no_completion_of_nothing, 0, VMK_ARRAY_SIZE(lies));
    tcase_add_loop_test(tcase, survives_what_it_says, 0, VMK_ARRAY_SIZE(statements));
    tcase_add_loop_test(tcase, survives_its_capabilities, 0, VMK_ARRAY_SIZE(capabilities));
    return run_suite(suite);
}
