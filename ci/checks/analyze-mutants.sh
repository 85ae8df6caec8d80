#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# analyze-mutants.sh - each analyzer notices what it is run for: in a copy of a source with that one mistake.
#
#   analyze-mutants.sh BUILD
set -eu
. "$(dirname "$0")/lib.sh"
build=$1
work=$build/analyze/mutants
mkdir -p "$work"
mutants=0

# said TOOL SOURCE FILE: what the tool says of FILE in the place of SOURCE.
said() {
    "$top/ci/checks/analyze.sh" "$build" "$1" "$2" "$3"
}

# mutant TOOL SOURCE EDIT TEXT: the tool says TEXT of SOURCE changed by sed's EDIT, and not of SOURCE.
mutant() {
    case $2 in
    /*) source=$2 ;;
    *) source=$top/$2 ;;
    esac
    copy=$work/$(basename "$2")
    cp "$source" "$copy"
    ! said "$1" "$source" "$copy" | grep -qF "$4" || finding "$1 says of $2 as it is: $4"
    sed "$3" "$source" >"$copy"
    ! cmp -s "$source" "$copy" || finding "$2 has nothing to change by: $3"
    said "$1" "$source" "$copy" >"$work/said"
    grep -qF "$4" "$work/said" || finding "$1 does not notice, in $2: $3"
    mutants=$((mutants + 1))
}

# A lock not taken, one not released, and data touched by a function that takes none.
mutant threads core/mem/heap.c '0,/vmk_SpinlockLockIRQ(&heap->lock/{//d}' "requires holding spinlock 'heap->lock'"
mutant threads core/mem/chunk_pool.c '/vmk_Spinlock[LU]/d' "requires holding spinlock 'pool_lock'"
mutant threads core/mem/slab.c '0,/vmk_SpinlockUnlockIRQ(&slab->lock/{//d}' "'slab->lock'"
mutant threads core/sched/sema.c '/vmk_Spinlock.*sema->lock/d' "requires holding spinlock 'sema->lock'"
mutant threads core/sched/timer.c '/vmk_Spinlock.*LockIRQ(&cpu->lock/d' "'cpu->lock'"
mutant threads core/sched/timer_queue.c '/vmk_Spinlock.*slot->queue->lock/d' "requires holding spinlock 'slot->queue->lock'"
mutant threads core/dev/device.c '0,/vmk_SpinlockLock(&device_lock/{//d}' "requires holding spinlock 'device_lock'"
mutant threads core/dev/intr.c '0,/mutex_lock(&registry/{//d}' "requires holding mutex 'registry'"
mutant threads core/fs/vfs.c '/mutex_lock(&lock)/d;/mutex_unlock(&lock)/d' "requires holding mutex 'lock'"
mutant threads core/mgmt/stats.c '/vmk_Spinlock.*(&lock)/d' "requires holding spinlock 'lock'"
mutant threads core/module/module_api.c '0,/vmk_RCUReadUnlock/{//d}' "'vmk_rcuReaders'"
mutant threads core/net/port.c '0,/vmk_BottomHalfEnable/{//d}' "'vmk_bottomHalvesOff'"
mutant threads core/net/uplink_tx.c '0,/vmk_SpinlockLock(&txq->lock/{//d}' "requires holding mutex 'txq->lock'"
mutant threads core/net/vswitch.c '0,/mutex_lock(&vswitch_config/{//d}' "'vswitch_config'"
mutant threads vmklinux/kernel/irq.c '/spin_.*irq_lock/d' "requires holding spinlock 'irq_lock'"
mutant threads vmklinux/kernel/workqueue.c '0,/spin_lock_irqsave(&wq->lock/{//d}' "requires holding spinlock 'wq->lock'"
mutant threads vmklinux/net/dev.c '0,/rtnl_lock/{//d}' "'vmklinux_rtnl'"
mutant threads tcpip/stack.c '0,/vmk_SpinlockLockIRQ(&stack.lock/{//d}' "'stack.lock'"
mutant threads tests/modules/traffic.c 's/ lock_traffic()/ 0/' "'traffic.lock'"

# A register read as memory, byte orders mixed, address spaces too, a lock kept; in the driver as well.
mutant sparse vmklinux/lib/iomap.c '$a static u8 mutant(u8 __iomem *p)\n{\n    return *p;\n}' 'dereference of noderef'
mutant sparse vmklinux/lib/iomap.c '$a static u16 mutant(__be16 wire)\n{\n    return wire;\n}' 'restricted __be16'
mutant sparse vmklinux/lib/iomap.c '$a static void *mutant(void __user *p)\n{\n    return p;\n}' 'different address spaces'
mutant sparse vmklinux/lib/iomap.c '$a static void *mutant(void __percpu *p)\n{\n    return p;\n}' 'different address spaces'
mutant sparse vmklinux/lib/iomap.c '$a static void *mutant(void __rcu *p)\n{\n    return p;\n}' 'different address spaces'
mutant sparse vmklinux/net/eth.c 's/htons(\([A-Z]\)/(\1/;s/ntohs(\([a-z]\)/(\1/' 'restricted __be16'
mutant sparse vmklinux/kernel/workqueue.c '0,/spin_unlock_irqrestore(&wq->lock/{//d}' 'context imbalance'
mutant sparse core/sched/sched.c '$a void *mutant(void);\nvoid *mutant(void)\n{\n    return (void *)VMK_THIS_PCPU;\n}' "removes address space 'gs'"
e1000=$build/ported-drivers/e1000/source/e1000_main.c
mutant sparse "$e1000" '0,/cpu_to_le64(/s//(/' 'restricted __le64'
mutant sparse "$e1000" '0,/ew32(/s//*hw->hw_addr = (u8)(unsigned long)sizeof(/' 'dereference of noderef'

null='$a int mutant(int a);\nint mutant(int a)\n{\n    int *p = a > 3 ? \&a : 0;\n    return *p;\n}'
unset='$a int mutant(int a);\nint mutant(int a)\n{\n    int b;\n    if (a > 3) {\n        b = 1;\n    }\n    return b;\n}'
leak='$a void mutant(void);\nvoid mutant(void)\n{\n    char *p = malloc(2);\n    p = malloc(3);\n    free(p);\n}'
mutant clang core/lib/crc.c "$null" 'Dereference of null pointer'
mutant clang core/lib/crc.c "$unset" 'Undefined or garbage value'
mutant clang tools/mkarchive.c "$leak" 'Potential leak of memory'
mutant cppcheck core/lib/crc.c "$null" 'nullPointer'
mutant cppcheck core/lib/crc.c "$unset" 'uninitvar'
mutant cppcheck tools/mkarchive.c "$leak" 'memleak'

# Ranks are not a tool's matter, but noticed likewise.
unranked() {
    sed "$2" "$top/$1" >"$work/$(basename "$1")"
    ! "$top/ci/checks/ranks.sh" "$work/$(basename "$1")" >/dev/null || finding "ranks.sh does not notice, in $1: $2"
    mutants=$((mutants + 1))
}
unranked core/mem/heap.c 's/VMK_RANK_HEAP)/VMK_SPINLOCK_UNRANKED)/'
unranked core/mem/heap.c 's/VMK_RANK_HEAP)/VMK_RANK_HEAPS)/'
unranked core/dev/acpi_osl_sync.c '/nests its locks/d'

finish "analyze mutants: $mutants"
