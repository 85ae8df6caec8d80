/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <string.h>

#include <core/clock.h>
#include <core/vmm/guest_memory.h>
#include <core/vmm/vm.h>

#include "guest_clock.h"

#define SYSTEM_TIME 0x4b564d01u
#define WALL_CLOCK  0x4b564d00u
#define AT          0x1234540ul
#define RAM         0x2000000ul

struct clock_scale clock_scale;

static struct vm vm;
static struct vcpu vcpu = {.vm = &vm};
static struct {
    vmk_uint64 at, len;
    vmk_uint8 bytes[64];
    unsigned writes;
} memory;

VMK_ReturnStatus guest_memory_write(struct guest_memory *m, gpa_t at, const void *from, vmk_ByteCount len)
{
    if (at.value + len > RAM) {
        return VMK_BAD_ADDR_RANGE;
    }
    memory.at = at.value;
    memory.len = len;
    memory.writes++;
    memcpy(memory.bytes, from, len);
    return VMK_OK;
}

vmk_uint64 vdev_now_ns(struct vm *of)
{
    return 5000000000;
}

vmk_uint64 vdev_unix_time(struct vm *of)
{
    return 1795371578;
}

static void set_hz(vmk_uint64 hz)
{
    clock_scale.hz = hz;
    clock_scale.mult = (vmk_uint64)(((unsigned __int128)1000000000 << 32) / hz);
}

static void setup(void)
{
    set_hz(2499996000);
}

static vmk_uint64 number(unsigned at, unsigned len)
{
    vmk_uint64 value = 0;

    memcpy(&value, memory.bytes + at, len);
    return value;
}

/** The time as a guest computes it of what it was told. */
static vmk_uint64 guest_ns(vmk_uint64 tsc)
{
    vmk_uint64 delta = tsc - number(8, 8);
    vmk_int8 shift = (vmk_int8)number(28, 1);

    delta = shift < 0 ? delta >> -shift : delta << shift;
    return number(16, 8) + (vmk_uint64)(((unsigned __int128)delta * number(24, 4)) >> 32);
}

START_TEST(is_found_by_cpuid)
{
    struct cpuid_result r = guest_clock_cpuid(GUEST_CLOCK_LEAF);

    ck_assert_int_eq(memcmp(&r.ebx, "KVMK", 4) | memcmp(&r.ecx, "VMKV", 4) | memcmp(&r.edx, "M\0\0\0", 4), 0);
    ck_assert_uint_eq(r.eax, GUEST_CLOCK_LEAF + 1);
    ck_assert_uint_eq(guest_clock_cpuid(GUEST_CLOCK_LEAF + 1).eax, 1u << 1 | 1u << 3 | 1u << 6 | 1u << 24);
    ck_assert_uint_eq(guest_clock_cpuid(GUEST_CLOCK_LEAF + 2).eax, 0);
}
END_TEST

START_TEST(tells_nanoseconds)
{
    static const vmk_uint64 hz[] = {100000000, 999999999, 1000000000, 1000000001, 2499996000, 5100000000};

    for (unsigned i = 0; i < sizeof(hz) / sizeof(hz[0]); i++) {
        set_hz(hz[i]);
        ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, AT | 1), VMK_OK);
        ck_assert_uint_eq(memory.at, AT);
        ck_assert_uint_eq(memory.len, 32);
        ck_assert_uint_eq(number(0, 4) % 2, 0);
        ck_assert_uint_eq(number(29, 1), 1);
        /* An hour later it is right to a microsecond. */
        ck_assert_uint_le(guest_ns(hz[i] * 3600), 3600000000000);
        ck_assert_uint_ge(guest_ns(hz[i] * 3600), 3600000000000 - 3000);
    }
}
END_TEST

START_TEST(follows_a_tsc_that_is_moved)
{
    vcpu.tsc_offset = vm.tsc_offset = 1000;
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, AT | 1), VMK_OK);
    ck_assert_uint_eq(number(8, 8), 0);
    vcpu.tsc_offset += 777;
    guest_clock_update(&vcpu);
    ck_assert_uint_eq(number(8, 8), 777);
    ck_assert_uint_eq(guest_ns(777), 0);
}
END_TEST

START_TEST(is_off_until_asked_for)
{
    vmk_uint64 value = 1;

    ck_assert_int_eq(guest_clock_msr_get(&vcpu, SYSTEM_TIME, &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
    guest_clock_update(&vcpu);
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, AT), VMK_OK);
    ck_assert_uint_eq(memory.writes, 0);
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, AT | 1), VMK_OK);
    ck_assert_int_eq(guest_clock_msr_get(&vcpu, SYSTEM_TIME, &value), VMK_OK);
    ck_assert_uint_eq(value, AT | 1);
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, 0), VMK_OK);
    guest_clock_update(&vcpu);
    ck_assert_uint_eq(memory.writes, 1);
}
END_TEST

START_TEST(memory_that_is_not_there_is_refused)
{
    vmk_uint64 value;

    ck_assert_int_eq(guest_clock_msr_set(&vcpu, SYSTEM_TIME, RAM | 1), VMK_BAD_PARAM);
    ck_assert_int_eq(guest_clock_msr_get(&vcpu, SYSTEM_TIME, &value), VMK_OK);
    ck_assert_uint_eq(value, 0);
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, WALL_CLOCK, RAM), VMK_BAD_PARAM);
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, 0x4b564d02, 0), VMK_NOT_FOUND);
    ck_assert_int_eq(guest_clock_msr_get(&vcpu, 0x11, &value), VMK_NOT_FOUND);
}
END_TEST

START_TEST(real_time_at_the_beginning)
{
    ck_assert_int_eq(guest_clock_msr_set(&vcpu, WALL_CLOCK, AT), VMK_OK);
    ck_assert_uint_eq(memory.len, 12);
    ck_assert_uint_eq(number(4, 4), 1795371578 - 5);
    ck_assert_uint_eq(number(8, 4), 0);
}
END_TEST

RUN_TESTS_AFTER(setup, is_found_by_cpuid, tells_nanoseconds, follows_a_tsc_that_is_moved,
                is_off_until_asked_for, memory_that_is_not_there_is_refused, real_time_at_the_beginning)
