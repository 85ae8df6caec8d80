/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command_stop.c - ending the waits of a command whose user has had enough of it.
 */
#include <core/world.h>

#include "command_tree.h"

static void set_world(struct command_stop *stop, vmk_WorldID world)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&stop->lock, &flags);
    stop->world = world;
    vmk_SpinlockUnlockIRQ(&stop->lock, flags);
}

void command_stop_begin(struct command_stop *stop)
{
    if (stop) {
        set_world(stop, vmk_WorldGetID());
    }
}

void command_stop_end(struct command_stop *stop)
{
    if (stop) {
        set_world(stop, VMK_INVALID_WORLD_ID);
        /* What came too late for this command is not meant for the world's next wait. */
        world_forget_wakeup();
    }
}

bool command_stop(struct command_stop *stop)
{
    vmk_uint64 flags;
    bool stopped;

    /* With the lock held: the command can't end between the question and the answer. */
    vmk_SpinlockLockIRQ(&stop->lock, &flags);
    stopped = stop->world != VMK_INVALID_WORLD_ID && vmk_WorldForceWakeup(stop->world) == VMK_OK;
    vmk_SpinlockUnlockIRQ(&stop->lock, flags);
    return stopped;
}
