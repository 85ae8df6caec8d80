/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exit.h - why a vCPU left its guest, in the hypervisor's own words; the vendor's code translates.
 */
#ifndef CORE_VMM_EXIT_H
#define CORE_VMM_EXIT_H

#include <stdbool.h>

#include <core/vmm/gpa.h>

/* name, text: the order is that of the counters. */
#define VCPU_EXITS(X)                                                                                        \
    X(INTERRUPT, "interrupt") /* One of the host's; it has been served. */                                   \
    X(NMI, "nmi")             /* The host's; it has been served. */                                          \
    X(IO, "io")               /* IN, OUT, INS, OUTS. */                                                      \
    X(MEMORY, "memory")       /* Nested page fault. */                                                       \
    X(CPUID, "cpuid")                                                                                        \
    X(MSR_READ, "rdmsr")                                                                                     \
    X(MSR_WRITE, "wrmsr")                                                                                    \
    X(HALT, "hlt")                                                                                           \
    X(HYPERCALL, "hypercall")   /* VMMCALL, VMCALL. */                                                       \
    X(IRQ_WINDOW, "irq_window") /* Interrupts can be injected now. */                                        \
    X(NMI_WINDOW, "nmi_window") /* The NMI handler has ended. */                                             \
    X(EXCEPTION, "exception")   /* One we intercept. */                                                      \
    X(SHUTDOWN, "shutdown")     /* Triple fault. */                                                          \
    X(CR_WRITE, "cr_write")     /* A bit that we hold, or CR8. */                                            \
    X(WBINVD, "wbinvd")         /* And INVD. */                                                              \
    X(VIRTUALIZATION,                                                                                        \
      "virtualization")   /* SVM's or VMX's own instructions, MONITOR, MWAIT, RDPRU...: #UD. */              \
    X(INVALID, "invalid") /* The processor refused the guest's state. */                                     \
    X(UNKNOWN, "unknown") /* Nothing we know: the VM is stopped and the code told. */

enum vcpu_exit_reason {
#define X(name, text) VCPU_EXIT_##name,
    VCPU_EXITS(X)
#undef X
        VCPU_EXIT_COUNT
};

/** One exit. Which members count, the reason says. */
struct vcpu_exit {
    enum vcpu_exit_reason reason;
    vmk_uint64 code;     /**< As the processor gave it, for messages. */
    vmk_uint64 next_rip; /**< Behind the instruction; 0: the processor does not tell, so decode. */
    union {
        struct {
            vmk_uint16 port;
            vmk_uint8 size; /**< 1, 2, 4 bytes. */
            bool in, string, rep;
        } io;
        struct {
            gpa_t at;
            bool write, fetch;
            bool walking; /**< The fault was in reading or writing the guest's own page tables. */
        } memory;
        struct {
            vmk_uint8 vector;
            vmk_uint32 error_code;
        } exception;
        struct {
            vmk_uint8 number;
        } cr;
    };
};

#endif
