/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmcb.h - the virtual machine control block and SVM's exit codes (AMD64 APM vol. 2, appendices B and C).
 */
#ifndef ARCH_VMCB_H
#define ARCH_VMCB_H

#include <vmkapi/base/types.h>

/* Table B-1, offset 00ch: intercept vector 3. */
#define INTERCEPT_INTR     (1u << 0)
#define INTERCEPT_NMI      (1u << 1)
#define INTERCEPT_SMI      (1u << 2)
#define INTERCEPT_INIT     (1u << 3)
#define INTERCEPT_VINTR    (1u << 4)
#define INTERCEPT_RDPMC    (1u << 15)
#define INTERCEPT_CPUID    (1u << 18)
#define INTERCEPT_RSM      (1u << 19)
#define INTERCEPT_IRET     (1u << 20)
#define INTERCEPT_INVD     (1u << 22)
#define INTERCEPT_HLT      (1u << 24)
#define INTERCEPT_INVLPGA  (1u << 26)
#define INTERCEPT_IOIO     (1u << 27)
#define INTERCEPT_MSR      (1u << 28)
#define INTERCEPT_SHUTDOWN (1u << 31)

/* 010h: intercept vector 4. */
#define INTERCEPT_VMRUN   (1u << 0)
#define INTERCEPT_VMMCALL (1u << 1)
#define INTERCEPT_VMLOAD  (1u << 2)
#define INTERCEPT_VMSAVE  (1u << 3)
#define INTERCEPT_STGI    (1u << 4)
#define INTERCEPT_CLGI    (1u << 5)
#define INTERCEPT_SKINIT  (1u << 6)
#define INTERCEPT_WBINVD  (1u << 9)
#define INTERCEPT_MONITOR (1u << 10)
#define INTERCEPT_MWAIT   (1u << 11)
#define INTERCEPT_RDPRU   (1u << 14)

/* 058h: what VMRUN does to the TLB (15.16.1). */
#define TLB_FLUSH_NOTHING 0
#define TLB_FLUSH_ALL     1

/* 060h: virtual interrupts (15.21.4). */
#define VINTR_TPR        0xfful
#define VINTR_IRQ        (1ul << 8)
#define VINTR_IGNORE_TPR (1ul << 20)
#define VINTR_MASKING    (1ul << 24)

/* 068h. */
#define SHADOW_INTERRUPT 0x1ul

/* 088h and 0a8h: EXITINTINFO and EVENTINJ (15.20). */
#define EVENT_VECTOR         0xfful
#define EVENT_TYPE           0x700ul
#define EVENT_TYPE_INTERRUPT 0x000ul
#define EVENT_TYPE_NMI       0x200ul
#define EVENT_TYPE_EXCEPTION 0x300ul
#define EVENT_TYPE_SOFTWARE  0x400ul
#define EVENT_HAS_ERROR_CODE 0x800ul
#define EVENT_VALID          0x80000000ul
#define EVENT_ERROR_SHIFT    32

/* 090h. */
#define NESTED_PAGING 0x1ul

/* EXITINFO1 of port accesses (15.10.2). */
#define IOIO_IN         0x1u
#define IOIO_STRING     0x4u
#define IOIO_REP        0x8u
#define IOIO_SIZE_SHIFT 4
#define IOIO_SIZE_MASK  7u
#define IOIO_PORT_SHIFT 16

/* EXITINFO1 of nested page faults (15.25.6). */
#define NPF_WRITE   (1ul << 1)
#define NPF_FETCH   (1ul << 4)
#define NPF_WALKING (1ul << 33)

/** Table C-1. */
enum svm_exit_code {
    SVM_EXIT_CR0_WRITE = 0x010,
    SVM_EXIT_CR15_WRITE = 0x01f,
    SVM_EXIT_EXCEPTION_FIRST = 0x040,
    SVM_EXIT_EXCEPTION_LAST = 0x05f,
    SVM_EXIT_INTR = 0x060,
    SVM_EXIT_NMI = 0x061,
    SVM_EXIT_SMI = 0x062,
    SVM_EXIT_INIT = 0x063,
    SVM_EXIT_VINTR = 0x064,
    SVM_EXIT_RDPMC = 0x06f,
    SVM_EXIT_CPUID = 0x072,
    SVM_EXIT_RSM = 0x073,
    SVM_EXIT_IRET = 0x074,
    SVM_EXIT_INVD = 0x076,
    SVM_EXIT_HLT = 0x078,
    SVM_EXIT_INVLPGA = 0x07a,
    SVM_EXIT_IOIO = 0x07b,
    SVM_EXIT_MSR = 0x07c,
    SVM_EXIT_SHUTDOWN = 0x07f,
    SVM_EXIT_VMRUN = 0x080,
    SVM_EXIT_VMMCALL = 0x081,
    SVM_EXIT_VMLOAD = 0x082,
    SVM_EXIT_VMSAVE = 0x083,
    SVM_EXIT_STGI = 0x084,
    SVM_EXIT_CLGI = 0x085,
    SVM_EXIT_SKINIT = 0x086,
    SVM_EXIT_WBINVD = 0x089,
    SVM_EXIT_MONITOR = 0x08a,
    SVM_EXIT_MWAIT = 0x08b,
    SVM_EXIT_MWAIT_ARMED = 0x08c,
    SVM_EXIT_RDPRU = 0x08e,
    SVM_EXIT_CODES = 0x090, /**< Codes from here on, but the next, are none we know. */
    SVM_EXIT_NPF = 0x400,
};

/** VMEXIT_INVALID is -1; QEMU 7.2 fills only the lower half of the field. */
#define SVM_EXIT_INVALID 0xffffffffu

/** A segment register in the VMCB. Layout as struct segment_register. */
struct vmcb_segment {
    vmk_uint16 selector;
    vmk_uint16 attributes;
    vmk_uint32 limit;
    vmk_uint64 base;
};

/** In the order of the save area. */
enum vmcb_segment_index {
    VMCB_ES,
    VMCB_CS,
    VMCB_SS,
    VMCB_DS,
    VMCB_FS,
    VMCB_GS,
    VMCB_GDTR,
    VMCB_LDTR,
    VMCB_IDTR,
    VMCB_TR,
    VMCB_SEGMENTS
};

struct vmcb {
    vmk_uint16 intercept_cr_read, intercept_cr_write;
    vmk_uint16 intercept_dr_read, intercept_dr_write;
    vmk_uint32 intercept_exceptions;
    vmk_uint32 intercept3, intercept4, intercept5;
    vmk_uint8 reserved0[0x3c - 0x18];
    vmk_uint16 pause_filter_threshold, pause_filter_count;
    vmk_uint64 iopm_base;
    vmk_uint64 msrpm_base;
    vmk_uint64 tsc_offset;
    vmk_uint32 asid;
    vmk_uint8 tlb_control;
    vmk_uint8 reserved1[3];
    vmk_uint64 virtual_interrupt;
    vmk_uint64 interrupt_shadow;
    vmk_uint64 exit_code;
    vmk_uint64 exit_info1, exit_info2;
    vmk_uint64 exit_interrupt_info;
    vmk_uint64 nested_control;
    vmk_uint8 reserved2[0xa8 - 0x98];
    vmk_uint64 event_injection;
    vmk_uint64 nested_cr3;
    vmk_uint64 lbr_control;
    vmk_uint64 clean;
    vmk_uint64 next_rip;
    vmk_uint8 fetched_count, fetched[15];
    vmk_uint8 reserved3[0x400 - 0xe0];

    /* The state save area. */
    struct vmcb_segment segments[VMCB_SEGMENTS];
    vmk_uint8 reserved4[0x4cb - 0x4a0];
    vmk_uint8 cpl;
    vmk_uint8 reserved5[4];
    vmk_uint64 efer;
    vmk_uint8 reserved6[0x548 - 0x4d8];
    vmk_uint64 cr4, cr3, cr0, dr7, dr6, rflags, rip;
    vmk_uint8 reserved7[0x5d8 - 0x580];
    vmk_uint64 rsp;
    vmk_uint8 reserved8[0x5f8 - 0x5e0];
    vmk_uint64 rax;
    vmk_uint64 star, lstar, cstar, sfmask, kernel_gs_base;
    vmk_uint64 sysenter_cs, sysenter_esp, sysenter_eip;
    vmk_uint64 cr2;
    vmk_uint8 reserved9[0x668 - 0x648];
    vmk_uint64 pat;
    vmk_uint64 debug_control;
    vmk_uint8 reserved10[0x1000 - 0x678];
};

#define VMCB_OFFSET(member, offset)                                                                          \
    VMK_STATIC_ASSERT(__builtin_offsetof(struct vmcb, member) == (offset), "fixed by the processor")

VMCB_OFFSET(intercept_cr_read, 0x000);
VMCB_OFFSET(intercept_cr_write, 0x002);
VMCB_OFFSET(intercept_dr_read, 0x004);
VMCB_OFFSET(intercept_dr_write, 0x006);
VMCB_OFFSET(intercept_exceptions, 0x008);
VMCB_OFFSET(intercept3, 0x00c);
VMCB_OFFSET(intercept4, 0x010);
VMCB_OFFSET(intercept5, 0x014);
VMCB_OFFSET(pause_filter_threshold, 0x03c);
VMCB_OFFSET(pause_filter_count, 0x03e);
VMCB_OFFSET(iopm_base, 0x040);
VMCB_OFFSET(msrpm_base, 0x048);
VMCB_OFFSET(tsc_offset, 0x050);
VMCB_OFFSET(asid, 0x058);
VMCB_OFFSET(tlb_control, 0x05c);
VMCB_OFFSET(virtual_interrupt, 0x060);
VMCB_OFFSET(interrupt_shadow, 0x068);
VMCB_OFFSET(exit_code, 0x070);
VMCB_OFFSET(exit_info1, 0x078);
VMCB_OFFSET(exit_info2, 0x080);
VMCB_OFFSET(exit_interrupt_info, 0x088);
VMCB_OFFSET(nested_control, 0x090);
VMCB_OFFSET(event_injection, 0x0a8);
VMCB_OFFSET(nested_cr3, 0x0b0);
VMCB_OFFSET(lbr_control, 0x0b8);
VMCB_OFFSET(clean, 0x0c0);
VMCB_OFFSET(next_rip, 0x0c8);
VMCB_OFFSET(fetched_count, 0x0d0);
VMCB_OFFSET(fetched, 0x0d1);
VMCB_OFFSET(segments, 0x400);
VMCB_OFFSET(segments[VMCB_GDTR], 0x460);
VMCB_OFFSET(segments[VMCB_LDTR], 0x470);
VMCB_OFFSET(segments[VMCB_IDTR], 0x480);
VMCB_OFFSET(segments[VMCB_TR], 0x490);
VMCB_OFFSET(cpl, 0x4cb);
VMCB_OFFSET(efer, 0x4d0);
VMCB_OFFSET(cr4, 0x548);
VMCB_OFFSET(cr3, 0x550);
VMCB_OFFSET(cr0, 0x558);
VMCB_OFFSET(dr7, 0x560);
VMCB_OFFSET(dr6, 0x568);
VMCB_OFFSET(rflags, 0x570);
VMCB_OFFSET(rip, 0x578);
VMCB_OFFSET(rsp, 0x5d8);
VMCB_OFFSET(rax, 0x5f8);
VMCB_OFFSET(star, 0x600);
VMCB_OFFSET(lstar, 0x608);
VMCB_OFFSET(cstar, 0x610);
VMCB_OFFSET(sfmask, 0x618);
VMCB_OFFSET(kernel_gs_base, 0x620);
VMCB_OFFSET(sysenter_cs, 0x628);
VMCB_OFFSET(sysenter_esp, 0x630);
VMCB_OFFSET(sysenter_eip, 0x638);
VMCB_OFFSET(cr2, 0x640);
VMCB_OFFSET(pat, 0x668);
VMCB_OFFSET(debug_control, 0x670);
VMK_STATIC_ASSERT(sizeof(struct vmcb) == 0x1000, "one page");
VMK_STATIC_ASSERT(sizeof(struct vmcb_segment) == 16, "fixed by the processor");

#undef VMCB_OFFSET

#endif
