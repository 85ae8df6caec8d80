/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest_clock.h"

#include <core/clock.h>
#include <core/vmm/guest_memory.h>
#include <core/vmm/vdev.h>
#include <core/vmm/vm.h>

#define LEAF_FEATURES       (GUEST_CLOCK_LEAF + 1)
#define FEATURE_NO_IO_DELAY (1u << 1)  /* No port needs a pause behind it. */
#define FEATURE_CLOCK       (1u << 3)  /* The MSRs below. */
#define FEATURE_EOI         (1u << 6)  /* dev/lapic_eoi.h. */
#define FEATURE_STABLE      (1u << 24) /* All vCPUs' are the same. */

/* "KVMKVMKVM" in EBX, ECX, EDX. */
#define SIGNATURE_EBX   0x4b4d564bu
#define SIGNATURE_ECX   0x564b4d56u
#define SIGNATURE_EDX   0x0000004du

#define MSR_WALL_CLOCK  0x4b564d00u
#define MSR_SYSTEM_TIME 0x4b564d01u
#define SYSTEM_TIME_ON  1ul
#define ALIGNMENT       3ul

#define TIME_STABLE     1u

/** What the second MSR's page holds: ns = system_time + ((tsc - tsc_timestamp) << shift) * mul / 2^32. */
struct system_time {
    vmk_uint32 version; /**< Even: it is not being changed. */
    vmk_uint32 reserved;
    vmk_uint64 tsc_timestamp, system_time;
    vmk_uint32 mul;
    vmk_int8 shift;
    vmk_uint8 flags;
    vmk_uint8 reserved_end[2];
};
VMK_STATIC_ASSERT(sizeof(struct system_time) == 32, "as guests have it");

/** And the first's: real time at system_time 0. */
struct wall_clock {
    vmk_uint32 version, seconds, nanoseconds;
};

struct cpuid_result guest_clock_cpuid(vmk_uint32 leaf)
{
    if (leaf == GUEST_CLOCK_LEAF) {
        return (struct cpuid_result){LEAF_FEATURES, SIGNATURE_EBX, SIGNATURE_ECX, SIGNATURE_EDX};
    }
    return (struct cpuid_result){.eax = leaf == LEAF_FEATURES ? FEATURE_NO_IO_DELAY | FEATURE_CLOCK |
                                                                    FEATURE_EOI | FEATURE_STABLE
                                                              : 0};
}

static VMK_ReturnStatus publish(const struct vcpu *vcpu)
{
    struct system_time time = {.version = 2, .flags = TIME_STABLE};
    vmk_uint64 mul = clock_scale.mult;

    /* Both clocks were 0 when the VM was started, but a guest may have moved its TSC since. */
    time.tsc_timestamp = vcpu->tsc_offset - vcpu->vm->tsc_offset;
    for (; mul >> 32 != 0; mul >>= 1) {
        time.shift++;
    }
    for (; mul >> 31 == 0; mul <<= 1) {
        time.shift--;
    }
    time.mul = (vmk_uint32)mul;
    return guest_memory_write(vcpu->vm->memory, gpa(vcpu->clock_msr & ~SYSTEM_TIME_ON), &time, sizeof(time));
}

void guest_clock_update(struct vcpu *vcpu)
{
    if ((vcpu->clock_msr & SYSTEM_TIME_ON) != 0 && publish(vcpu) != VMK_OK) {
        vcpu->clock_msr = 0; /* It named memory that it does not have. */
    }
}

static VMK_ReturnStatus publish_wall_clock(const struct vcpu *vcpu, gpa_t at)
{
    vmk_uint64 ran_ns = vdev_now_ns(vcpu->vm);
    struct wall_clock wall = {.version = 2};

    wall.seconds = (vmk_uint32)(vdev_unix_time(vcpu->vm) - ran_ns / CLOCK_NS_PER_S);
    return guest_memory_write(vcpu->vm->memory, at, &wall, sizeof(wall));
}

VMK_ReturnStatus guest_clock_msr_get(const struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value)
{
    if (msr != MSR_SYSTEM_TIME && msr != MSR_WALL_CLOCK) {
        return VMK_NOT_FOUND;
    }
    *value = msr == MSR_SYSTEM_TIME ? vcpu->clock_msr : 0;
    return VMK_OK;
}

VMK_ReturnStatus guest_clock_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value)
{
    if (msr == MSR_WALL_CLOCK) {
        return publish_wall_clock(vcpu, gpa(value & ~ALIGNMENT)) == VMK_OK ? VMK_OK : VMK_BAD_PARAM;
    }
    if (msr != MSR_SYSTEM_TIME) {
        return VMK_NOT_FOUND;
    }
    vcpu->clock_msr = value & ~(ALIGNMENT ^ SYSTEM_TIME_ON);
    guest_clock_update(vcpu);
    return vcpu->clock_msr == 0 && value != 0 ? VMK_BAD_PARAM : VMK_OK;
}
