/* SPDX-License-Identifier: GPL-2.0-only */
#include "world.h"

#include <core/world.h>

#define WORLD 7u

bool support_world_wakeup;

vmk_WorldID vmk_WorldGetID(void)
{
    return WORLD;
}

vmk_StatusValue vmk_WorldForceWakeup(vmk_WorldID id)
{
    if (id != WORLD) {
        return VMK_NOT_FOUND;
    }
    support_world_wakeup = true;
    return VMK_OK;
}

void world_forget_wakeup(void)
{
    support_world_wakeup = false;
}
