/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intr_line.c - a line fires: calling handlers, holding back, storms, moving.
 */
#define VMK_LOG_MODULE "Interrupt"

#include <core/clock.h>
#include <core/heap.h>
#include <core/intr.h>
#include <core/irq_vector.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/logging.h>

/* So many firings in a row that nobody claims, each within this time of the one before, are a storm. */
#define STORM_UNCLAIMED 1000
#define STORM_GAP_NS    (100 * CLOCK_NS_PER_MS)

/** Hold the line or let it through, as what is on it asks for. */
static void update_hold(struct intr_line *line) VMK_REQUIRES(&line->lock)
{
    vmk_Bool wanted = VMK_FALSE, unwanted = VMK_FALSE;

    for (struct intr *intr = line->first; intr != NULL; intr = intr->next) {
        wanted |= intr->enabled;
        unwanted |= !intr->enabled && intr->gate == NULL;
    }
    line->ops->hold(line->source, line->index, !wanted || unwanted || line->stormed);
}

static void name_suspects(const struct intr_line *line) VMK_REQUIRES(&line->lock)
{
    for (const struct intr *intr = line->first; intr != NULL; intr = intr->next) {
        vmk_WarningMessage("  on that line: %s, interrupt %u", intr->props.deviceName.string, intr->cookie);
    }
}

/** Judge one firing. */
static void note_claimed(struct intr_line *line, vmk_Bool claimed) VMK_REQUIRES(&line->lock)
{
    if (claimed) {
        line->unclaimed = 0;
        return;
    }
    vmk_uint64 now = clock_now_ns();
    if (now - line->unclaimed_ns > STORM_GAP_NS) {
        line->unclaimed = 0;
    }
    line->unclaimed_ns = now;
    line->unclaimed_total++;
    if (++line->unclaimed == STORM_UNCLAIMED) {
        line->stormed = VMK_TRUE;
        update_hold(line);
        vmk_WarningMessage("cpu %u vector %u fired %u times in a row and nobody claimed it: held back until "
                           "one of its devices is enabled anew",
                           line->pcpu, line->vector, STORM_UNCLAIMED);
        name_suspects(line);
    }
}

/** Whether @p intr is disabled still; then it remembers an edge. */
static vmk_Bool miss(struct intr *intr)
{
    vmk_SpinlockLock(&intr->line->lock);
    vmk_Bool disabled = !intr->enabled;
    intr->missed = disabled && intr->line->ops->edge;
    vmk_SpinlockUnlock(&intr->line->lock);
    return disabled;
}

static vmk_Bool call_handler(struct intr *intr)
{
    const vmk_IntrProps *props = &intr->props;

    intr->fired++;
    if (props->acknowledgeInterrupt != NULL &&
        props->acknowledgeInterrupt(props->handlerData, intr->cookie) != VMK_OK) {
        return VMK_FALSE;
    }
    intr->claimed++;
    if (props->handler != NULL) {
        props->handler(props->handlerData, intr->cookie);
    }
    return VMK_TRUE;
}

static vmk_Bool call_handlers(struct intr_line *line)
{
    vmk_Bool claimed = VMK_FALSE;
    struct intr *intr = __atomic_load_n(&line->first, __ATOMIC_ACQUIRE);

    for (; intr != NULL; intr = __atomic_load_n(&intr->next, __ATOMIC_ACQUIRE)) {
        if (VMK_UNLIKELY(!__atomic_load_n(&intr->enabled, __ATOMIC_RELAXED)) && miss(intr)) {
            continue;
        }
        claimed |= call_handler(intr);
    }
    return claimed;
}

/** The line fired. One pass at a time, whatever CPU it comes to. Context: interrupt, so that the lock need
 * not keep the CPU. */
static void fire(void *arg)
{
    struct intr_line *line = arg;

    vmk_SpinlockAcquire(&line->lock);
    if (line->passes & 1) {
        line->again = VMK_TRUE;
        vmk_SpinlockRelease(&line->lock);
        return;
    }
    __atomic_store_n(&line->passes, line->passes + 1, __ATOMIC_SEQ_CST);
    do {
        line->again = VMK_FALSE;
        vmk_SpinlockRelease(&line->lock);
        vmk_Bool claimed = call_handlers(line);
        vmk_SpinlockAcquire(&line->lock);
        note_claimed(line, claimed);
    } while (line->again);
    __atomic_store_n(&line->passes, line->passes + 1, __ATOMIC_RELEASE);
    vmk_SpinlockRelease(&line->lock);
}

/** Fire without the hardware: for an edge that came while nobody listened. */
static void replay(struct intr_line *line)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();

    VMK_THIS_PCPU->preempt_count += VMK_HARD_INTERRUPT_ONE;
    fire(line);
    VMK_THIS_PCPU->preempt_count -= VMK_HARD_INTERRUPT_ONE;
    vmk_CPURestoreInterrupts(flags);
    vmk_BottomHalfCheck();
}

VMK_ReturnStatus intr_line_create(const struct intr_line_ops *ops, void *source, unsigned index,
                                  vmk_uint32 pcpu, struct intr_line **created)
{
    struct intr_line *line = vmk_HeapZalloc(heap_kernel, sizeof(*line));
    vmk_StatusValue status = VMK_NO_MEMORY;

    if (line == NULL) {
        goto out;
    }
    line->ops = ops;
    line->source = source;
    line->index = index;
    line->pcpu = pcpu;
    vmk_SpinlockInit(&line->lock, "intr-line", VMK_RANK_INTR_LINE);
    status = irq_vector_alloc(pcpu, fire, line, &line->vector);
    if (status != VMK_OK) {
        goto out_free;
    }
    status = ops->aim(source, index, pcpu, line->vector);
    if (status != VMK_OK) {
        goto out_vector;
    }
    *created = line;
    return VMK_OK;

out_vector:
    irq_vector_free(pcpu, line->vector);
out_free:
    vmk_HeapFree(heap_kernel, line);
out:
    return status;
}

void intr_line_destroy(struct intr_line *line)
{
    line->ops->hold(line->source, line->index, VMK_TRUE);
    irq_vector_free(line->pcpu, line->vector);
    vmk_HeapFree(heap_kernel, line);
}

void intr_line_add(struct intr *intr)
{
    struct intr_line *line = intr->line;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&line->lock, &flags);
    vmk_SpinlockAssertHeldByWorld(&intr->line->lock);
    intr->enabled = VMK_FALSE;
    intr->missed = VMK_FALSE;
    intr->next = line->first;
    __atomic_store_n(&line->first, intr, __ATOMIC_RELEASE);
    update_hold(line);
    vmk_SpinlockUnlockIRQ(&line->lock, flags);
}

void intr_line_remove(struct intr *intr)
{
    struct intr_line *line = intr->line;
    struct intr **link = &line->first;
    vmk_uint64 flags;

    intr_line_set_enabled(intr, VMK_FALSE);
    vmk_SpinlockLockIRQ(&line->lock, &flags);
    while (*link != intr) {
        link = &(*link)->next;
    }
    /* A pass may stand at this interrupt: its own link stays until that pass is over. */
    __atomic_store_n(link, intr->next, __ATOMIC_RELEASE);
    update_hold(line);
    vmk_SpinlockUnlockIRQ(&line->lock, flags);
    intr_line_sync(line);
}

void intr_line_set_enabled(struct intr *intr, vmk_Bool enabled)
{
    struct intr_line *line = intr->line;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&line->lock, &flags);
    vmk_SpinlockAssertHeldByWorld(&intr->line->lock);
    vmk_Bool missed = enabled && intr->missed;
    intr->missed = VMK_FALSE;
    __atomic_store_n(&intr->enabled, enabled, __ATOMIC_RELAXED);
    if (enabled) {
        line->stormed = VMK_FALSE;
        line->unclaimed = 0;
    }
    if (intr->gate != NULL) {
        intr->gate(intr->gate_arg, enabled);
    }
    update_hold(line);
    vmk_SpinlockUnlockIRQ(&line->lock, flags);
    if (missed) {
        replay(line);
    }
}

void intr_line_sync(struct intr_line *line)
{
    vmk_uint32 pass = __atomic_load_n(&line->passes, __ATOMIC_SEQ_CST);

    if (pass & 1) {
        /* Handlers run with interrupts off and never sleep: this is over soon. */
        while (__atomic_load_n(&line->passes, __ATOMIC_ACQUIRE) == pass) {
            vmk_CPURelax();
        }
    }
}

VMK_ReturnStatus intr_line_move(struct intr_line *line, vmk_uint32 pcpu)
{
    vmk_uint32 old_pcpu = line->pcpu;
    vmk_uint8 old_vector = line->vector, vector;
    vmk_uint64 flags;

    vmk_StatusValue status = irq_vector_alloc(pcpu, fire, line, &vector);
    if (status != VMK_OK) {
        return status;
    }
    vmk_SpinlockLockIRQ(&line->lock, &flags);
    line->ops->hold(line->source, line->index, VMK_TRUE);
    status = line->ops->aim(line->source, line->index, pcpu, vector);
    if (status == VMK_OK) {
        line->pcpu = pcpu;
        line->vector = vector;
    }
    update_hold(line);
    vmk_SpinlockUnlockIRQ(&line->lock, flags);

    if (status == VMK_OK) {
        irq_vector_free(old_pcpu, old_vector);
        /* A source without a mask may have fired between two halves of its message. */
        replay(line);
    } else {
        irq_vector_free(pcpu, vector);
    }
    return status;
}
