/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.c - worlds as threads: a switch hands the CPU to another one and waits for its return.
 *
 * The stack a world is given stays unused: a thread has its own, which sanitizers know. A dead world's thread
 * ends with its last switch.
 */
#include <core/arch.h>
#include <core/world.h>
#include <vmkapi/base/assert.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#define STACK_BYTES (512 << 10)

struct thread {
    sem_t turn; /* Given by who passes the CPU on to this thread. */
    void (*entry)(void *arg);
    void *arg;
};

static __thread struct thread *self;

static struct thread *thread_new(void)
{
    struct thread *thread = calloc(1, sizeof(*thread));

    VMK_VERIFY(thread != NULL && sem_init(&thread->turn, 0, 0) == 0);
    return thread;
}

static void wait_for_turn(struct thread *thread)
{
    while (sem_wait(&thread->turn) != 0) {
    }
}

static void *thread_main(void *arg)
{
    self = arg;
    wait_for_turn(self);
    self->entry(self->arg);
    VMK_NOT_REACHED();
}

void arch_context_init(struct arch_context *context, void *stack_top, void (*entry)(void *), void *arg)
{
    struct thread *thread = thread_new();
    pthread_attr_t attr;
    pthread_t id;

    thread->entry = entry;
    thread->arg = arg;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    VMK_VERIFY(pthread_create(&id, &attr, thread_main, thread) == 0);
    pthread_attr_destroy(&attr);
    context->rsp = (vmk_uint64)thread;
}

static void end_thread(void)
{
    sem_destroy(&self->turn);
    free(self);
    pthread_exit(NULL);
}

void arch_context_switch(struct arch_context *from, struct arch_context *to)
{
    struct world *leaving = VMK_CONTAINER_OF(from, struct world, context);
    vmk_Bool dies = leaving->state == WORLD_DEAD;

    if (self == NULL) { /* The process's first thread. */
        self = thread_new();
        from->rsp = (vmk_uint64)self;
    }
    sem_post(&((struct thread *)to->rsp)->turn);
    if (dies) {
        end_thread();
    }
    wait_for_turn(self);
}
