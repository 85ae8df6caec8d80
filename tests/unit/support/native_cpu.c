/* SPDX-License-Identifier: GPL-2.0-only */
#include "native_cpu.h"

#include <check.h>
#include <string.h>
#include <sys/mman.h>

/* What the assembly below works on. */
struct native_registers native_now;
uint64_t native_own_rsp;
const void *native_code;

/** Load all registers, go to native_code, which comes back to native_back, store all registers. */
void native_go(void);
extern const char native_back[];

#define EACH_GPR(X)                                                                                          \
    X("rax", 0)                                                                                              \
    X("rcx", 1)                                                                                              \
    X("rdx", 2)                                                                                              \
    X("rbx", 3)                                                                                              \
    X("rsp", 4)                                                                                              \
    X("rbp", 5)                                                                                              \
    X("rsi", 6)                                                                                              \
    X("rdi", 7)                                                                                              \
    X("r8", 8)                                                                                               \
    X("r9", 9)                                                                                               \
    X("r10", 10)                                                                                             \
    X("r11", 11)                                                                                             \
    X("r12", 12)                                                                                             \
    X("r13", 13)                                                                                             \
    X("r14", 14)                                                                                             \
    X("r15", 15)

#define LOAD(name, n)  "mov native_now+8*" #n "(%rip), %" name "\n"
#define STORE(name, n) "mov %" name ", native_now+8*" #n "(%rip)\n"

#define EACH_YMM(X)    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define LOAD_YMM(n)    "vmovdqu native_now+136+32*" #n "(%rip), %ymm" #n "\n"
#define STORE_YMM(n)   "vmovdqu %ymm" #n ", native_now+136+32*" #n "(%rip)\n"

/* clang-format off */
__asm__(
    ".text\n"
    ".globl native_go\n"
    ".type native_go, @function\n"
    "native_go:\n"
    "push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
    EACH_YMM(LOAD_YMM)
    "mov %rsp, native_own_rsp(%rip)\n"
    "push native_now+128(%rip)\n popfq\n"
    EACH_GPR(LOAD)
    "jmp *native_code(%rip)\n"
    ".globl native_back\n"
    "native_back:\n"
    EACH_GPR(STORE)
    "mov native_own_rsp(%rip), %rsp\n"
    "pushfq\n pop native_now+128(%rip)\n cld\n"
    EACH_YMM(STORE_YMM)
    "vzeroupper\n"
    "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
    "ret\n");
/* clang-format on */

static void *map(size_t len, int protection)
{
    void *at = mmap(NULL, len, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    ck_assert(at != MAP_FAILED);
    return at;
}

void native_map(struct native_memory *memory)
{
    memory->code = map(4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    memory->data = map(NATIVE_DATA_LEN, PROT_READ | PROT_WRITE);
}

void native_run(const struct native_memory *memory, const uint8_t *instruction, size_t len,
                struct native_registers *registers)
{
    static const uint8_t jump[] = {0xff, 0x25, 0, 0, 0, 0}; /* To the address that follows. */
    const void *back = native_back;

    memcpy(memory->code, instruction, len);
    memcpy(memory->code + len, jump, sizeof(jump));
    memcpy(memory->code + len + sizeof(jump), &back, sizeof(back));
    native_now = *registers;
    native_code = memory->code;
    native_go();
    *registers = native_now;
}
