/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_limits_guests.S - guests of a few instructions, in flat 32-bit protected mode at 1 MiB, for vm_limits.c.
 */
#define SERIAL      0x3f8
#define SERIAL_LINE 0x3fd
#define PM_TIMER    0x608

.macro guest name
    .globl guest_\name, guest_\name\()_end
guest_\name:
.endm

.macro end name
guest_\name\()_end:
.endm

    .section .rodata
    .code32

/* Loops, and leaves the guest once in so many rounds: an I/O exit is a measure of progress. */
guest counts
0:  movl    $200000, %ecx
1:  decl    %ecx
    jnz     1b
    outb    %al, $0x80
    jmp     0b
end counts

/* Loops without ever leaving. */
guest spins
0:  jmp     0b
end spins

/* Does nothing but leave. */
guest leaves
0:  outb    %al, $0x80
    jmp     0b
end leaves

/* Writes to its console as fast as it can. */
guest babbles
    movl    $SERIAL, %edx
    movb    $'x', %al
0:  outb    %al, %dx
    jmp     0b
end babbles

/* Interrupts itself without end, with a vector that it never takes, and that each makes it leave. */
guest storms
    movl    $0xfee00000, %ebx
    movl    $0x1ff, 0xf0(%ebx)
0:  movl    $0x40040, 0x300(%ebx)
    jmp     0b
end storms

/* Loads the x87's state as fast as it can. */
guest restores
    fnstenv 0x200000
0:  fldenv  0x200000
    jmp     0b
end restores

/* For each key: its TSC and its ACPI timer, as 16 and 8 letters from a on, in brackets. */
guest clocks
0:  movl    $SERIAL_LINE, %edx
    inb     %dx, %al
    testb   $1, %al
    jz      0b
    movl    $SERIAL, %edx
    inb     %dx, %al
    cmpb    $'t', %al
    jne     0b
    movb    $'[', %al
    outb    %al, %dx
    movl    $PM_TIMER, %edx
    inl     %dx, %eax
    movl    %eax, %esi
    rdtsc
    movl    %eax, %edi
    movl    %edx, %ebx
    movl    $3, %ebp
1:  movl    $8, %ecx
2:  roll    $4, %ebx
    movb    %bl, %al
    andb    $15, %al
    addb    $'a', %al
    movl    $SERIAL, %edx
    outb    %al, %dx
    loop    2b
    movl    %edi, %ebx
    movl    %esi, %edi
    decl    %ebp
    jnz     1b
    movb    $']', %al
    outb    %al, %dx
    jmp     0b
end clocks

    .section .note.GNU-stack, "", @progbits
