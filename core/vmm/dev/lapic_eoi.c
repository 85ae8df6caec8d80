/* SPDX-License-Identifier: GPL-2.0-only */
#include "lapic_eoi.h"

#define ON      1ul
#define ALIGNED 3ul /* Bits of an address that are none, but for ON. */
#define OFFER   1u

static vmk_uint32 *word_of(const struct lapic *lapic)
{
    return (lapic->eoi_msr & ON) != 0 ? vdev_memory_page(lapic->vm, gpa(lapic->eoi_msr & ~ALIGNED), true)
                                      : NULL;
}

void lapic_eoi_offer(struct lapic *lapic)
{
    vmk_uint32 *word = word_of(lapic);

    if (word != NULL) {
        __atomic_fetch_or(word, OFFER, __ATOMIC_RELAXED);
        lapic->eoi_offered = true;
    }
}

bool lapic_eoi_take_back(struct lapic *lapic)
{
    vmk_uint32 *word;

    if (VMK_LIKELY(!lapic->eoi_offered)) {
        return false;
    }
    lapic->eoi_offered = false;
    word = word_of(lapic);
    return word != NULL && (__atomic_fetch_and(word, ~OFFER, __ATOMIC_RELAXED) & OFFER) == 0;
}

VMK_ReturnStatus lapic_eoi_msr_set(struct lapic *lapic, vmk_uint64 value)
{
    bool good = (value & (ALIGNED ^ ON)) == 0;

    lapic->eoi_offered = false;
    lapic->eoi_msr = good ? value : 0;
    if (good && (value & ON) != 0 && word_of(lapic) == NULL) {
        lapic->eoi_msr = 0;
        good = false;
    }
    return good ? VMK_OK : VMK_BAD_PARAM;
}
