/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic.c - the local APIC of the running CPU, in xAPIC or x2APIC mode (Intel SDM vol. 3A, chapter 11).
 */
#define VMK_LOG_MODULE "LAPIC"

#include "lapic.h"
#include "pic.h"
#include "regs.h"
#include "vector.h"

#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/core/mapping.h>

/* Table 11-1. In x2APIC mode register r is MSR 0x800 + r / 16 (11.12.1.2). */
enum lapic_register {
    REG_ID = 0x020,
    REG_TPR = 0x080,
    REG_EOI = 0x0b0,
    REG_SPURIOUS = 0x0f0,
    REG_ICR_LOW = 0x300,
    REG_ICR_HIGH = 0x310,
    REG_LVT_TIMER = 0x320,
    REG_LVT_LINT0 = 0x350,
    REG_LVT_LINT1 = 0x360,
    REG_LVT_ERROR = 0x370,
    REG_TIMER_INITIAL = 0x380,
    REG_TIMER_CURRENT = 0x390,
    REG_TIMER_DIVIDE = 0x3e0,
};

#define APIC_BASE_X2APIC     0x400ul
#define APIC_BASE_ENABLE     0x800ul

#define CPUID_1_ECX_X2APIC   (1u << 21)

#define SPURIOUS_APIC_ENABLE 0x100u
#define LVT_MASKED           0x10000u
#define LVT_NMI              0x400u
#define TIMER_DIVIDE_BY_16   0x3u

#define ICR_NMI              0x0400u
#define ICR_INIT             0x0500u
#define ICR_STARTUP          0x0600u
#define ICR_PENDING          0x1000u
#define ICR_ASSERT           0x4000u

static volatile vmk_uint32 *registers;
static vmk_Bool x2apic;

static vmk_uint32 read_register(enum lapic_register reg)
{
    return x2apic ? (vmk_uint32)rdmsr(MSR_X2APIC_FIRST + reg / 16) : registers[reg / 4];
}

static void write_register(enum lapic_register reg, vmk_uint32 value)
{
    if (x2apic) {
        wrmsr(MSR_X2APIC_FIRST + reg / 16, value);
    } else {
        registers[reg / 4] = value;
    }
}

void lapic_start(vmk_MA ma)
{
    /* Firmware that has switched to x2APIC mode may not be switched back (11.12.5). */
    x2apic = (cpuid(1, 0).ecx & CPUID_1_ECX_X2APIC) != 0 || (rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0;
    if (!x2apic) {
        vmk_VA va;

        VMK_VERIFY(vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, ma, VMK_PAGE_SIZE, &va) == VMK_OK);
        registers = (volatile vmk_uint32 *)va;
    }
    pic_disable();
    lapic_enable();
    vmk_LogMessage("local APICs in %s mode", x2apic ? "x2APIC" : "xAPIC");
}

void lapic_enable(void)
{
    wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE | (x2apic ? APIC_BASE_X2APIC : 0));
    /* First of all: until it is enabled here, an APIC keeps its local vectors masked whatever is written
     * (11.4.7.2). */
    write_register(REG_SPURIOUS, SPURIOUS_APIC_ENABLE | VECTOR_SPURIOUS);
    write_register(REG_TPR, 0);
    write_register(REG_LVT_LINT0, LVT_MASKED);
    write_register(REG_LVT_LINT1, LVT_NMI);
    write_register(REG_LVT_ERROR, LVT_MASKED);
    write_register(REG_TIMER_DIVIDE, TIMER_DIVIDE_BY_16);
    write_register(REG_LVT_TIMER, VECTOR_TIMER);
    /* Whatever the firmware left in service would block every vector below it. */
    lapic_eoi();
}

vmk_uint32 lapic_id(void)
{
    return x2apic ? read_register(REG_ID) : read_register(REG_ID) >> 24;
}

vmk_Bool lapic_is_x2apic(void)
{
    return x2apic;
}

void lapic_eoi(void)
{
    write_register(REG_EOI, 0);
}

/* In xAPIC mode the command takes two writes, which an interrupt that sends one too must not come between. */
static void send_command(vmk_uint32 apic_id, vmk_uint32 command)
{
    vmk_uint64 flags;

    if (x2apic) {
        /* An x2APIC write is not ordered after earlier stores by itself (11.12.3). */
        vmk_CPUMemFenceReadWrite();
        wrmsr(MSR_X2APIC_FIRST + REG_ICR_LOW / 16, (vmk_uint64)apic_id << 32 | command);
        return;
    }
    flags = vmk_CPUSaveInterrupts();
    while (read_register(REG_ICR_LOW) & ICR_PENDING) {
        vmk_CPURelax();
    }
    write_register(REG_ICR_HIGH, apic_id << 24);
    write_register(REG_ICR_LOW, command);
    vmk_CPURestoreInterrupts(flags);
}

void lapic_send_vector(vmk_uint32 apic_id, vmk_uint8 vector)
{
    send_command(apic_id, ICR_ASSERT | vector);
}

void lapic_send_nmi(vmk_uint32 apic_id)
{
    send_command(apic_id, ICR_ASSERT | ICR_NMI);
}

void lapic_send_init(vmk_uint32 apic_id)
{
    send_command(apic_id, ICR_ASSERT | ICR_INIT);
}

void lapic_send_startup(vmk_uint32 apic_id, vmk_MA page)
{
    send_command(apic_id, ICR_ASSERT | ICR_STARTUP | (vmk_uint32)(page / VMK_PAGE_SIZE));
}

void lapic_timer_start(vmk_uint32 ticks)
{
    write_register(REG_TIMER_INITIAL, ticks);
}

vmk_uint32 lapic_timer_left(void)
{
    return read_register(REG_TIMER_CURRENT);
}
