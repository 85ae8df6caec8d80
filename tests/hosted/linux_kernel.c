/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_kernel.c - work queues, timers, completions, waits and contexts, as a driver module sees them.
 */
#include "../unit/vmklinux/linux_test.h"

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

MODULE_LICENSE("GPL v2");

static int no_init(void)
{
    return 0;
}
module_init(no_init);

static void no_exit(void)
{
}
module_exit(no_exit);

struct job {
    struct work_struct work;
    struct delayed_work delayed;
    struct completion started, may_end;
    unsigned int runs;
    unsigned long ran_at;
    bool again;
};

static void job_run(struct work_struct *work)
{
    struct job *job = container_of(work, struct job, work);

    EXPECT(!in_interrupt());
    EXPECT(!in_atomic());
    job->runs++;
    if (job->again) {
        job->again = false;
        EXPECT(schedule_work(work));
    }
}

static void job_run_delayed(struct work_struct *work)
{
    struct job *job = container_of(to_delayed_work(work), struct job, delayed);

    job->runs++;
    job->ran_at = jiffies;
}

static void job_run_long(struct work_struct *work)
{
    struct job *job = container_of(work, struct job, work);

    complete(&job->started);
    wait_for_completion(&job->may_end);
    job->runs++;
}

static void job_init(struct job *job, work_func_t func)
{
    memset(job, 0, sizeof(*job));
    INIT_WORK(&job->work, func);
    INIT_DELAYED_WORK(&job->delayed, job_run_delayed);
    init_completion(&job->started);
    init_completion(&job->may_end);
}

static void work_runs_once_for_many_queueings(void)
{
    struct job job;

    job_init(&job, job_run);
    for (int round = 1; round <= 100; round++) {
        EXPECT(schedule_work(&job.work));
        EXPECT(!schedule_work(&job.work));
        EXPECT(work_pending(&job.work));
        EXPECT(flush_work(&job.work));
        EXPECT(!work_pending(&job.work));
        EXPECT(job.runs == round);
    }
    EXPECT(!flush_work(&job.work));
    EXPECT(!cancel_work_sync(&job.work));
}

static void work_queues_itself_again(void)
{
    struct job job;

    job_init(&job, job_run);
    job.again = true;
    schedule_work(&job.work);
    msleep(10);
    EXPECT(job.runs == 2);
    EXPECT(!cancel_work_sync(&job.work));
}

static void work_is_cancelled_before_and_while_it_runs(void)
{
    struct job job;

    job_init(&job, job_run);
    schedule_work(&job.work);
    EXPECT(cancel_work_sync(&job.work));
    msleep(10);
    EXPECT(job.runs == 0);

    job_init(&job, job_run_long);
    schedule_work(&job.work);
    wait_for_completion(&job.started);
    EXPECT(schedule_work(&job.work)); /* Runs already, so it may be queued again. */
    complete_all(&job.may_end);
    EXPECT(cancel_work_sync(&job.work));
    EXPECT(job.runs == 1);
}

static int inside, most_inside, entries;

static void enter_and_stay(struct work_struct *work)
{
    if (++inside > most_inside)
        most_inside = inside;
    if (++entries < 3)
        schedule_work(work);
    msleep(20);
    inside--;
}

static void work_never_runs_twice_at_once(void)
{
    struct job job, other;

    job_init(&job, enter_and_stay);
    job_init(&other, job_run);
    schedule_work(&job.work);
    msleep(10);
    /* What waits for its own end holds up nobody else. */
    schedule_work(&other.work);
    msleep(5);
    EXPECT(entries == 1 && other.runs == 1);
    msleep(100);
    EXPECT(entries == 3 && inside == 0 && most_inside == 1);
    EXPECT(!cancel_work_sync(&job.work));
}

static void delayed_work_keeps_its_delay(void)
{
    unsigned long from = jiffies;
    struct job job;

    job_init(&job, job_run);
    EXPECT(schedule_delayed_work(&job.delayed, HZ));
    EXPECT(!schedule_delayed_work(&job.delayed, 1));
    msleep(500);
    EXPECT(job.runs == 0);
    msleep(1000);
    EXPECT(job.runs == 1);
    EXPECT(time_after_eq(job.ran_at, from + HZ) && time_before(job.ran_at, from + HZ + HZ / 10));

    schedule_delayed_work(&job.delayed, 10 * HZ);
    EXPECT(cancel_delayed_work_sync(&job.delayed));
    schedule_delayed_work(&job.delayed, 10 * HZ);
    EXPECT(mod_delayed_work(system_wq, &job.delayed, 1));
    msleep(100);
    EXPECT(job.runs == 2);
    schedule_delayed_work(&job.delayed, 10 * HZ);
    EXPECT(flush_delayed_work(&job.delayed));
    EXPECT(job.runs == 3);
}

static void ordered_queues_keep_order_and_end_empty(void)
{
    struct workqueue_struct *wq = alloc_ordered_workqueue("%s", 0, "ordered");
    struct job first, second;

    EXPECT(wq);
    job_init(&first, job_run_long);
    job_init(&second, job_run);
    queue_work(wq, &first.work);
    queue_work(wq, &second.work);
    wait_for_completion(&first.started);
    msleep(10);
    EXPECT(second.runs == 0);
    complete(&first.may_end);
    flush_workqueue(wq);
    EXPECT(first.runs == 1 && second.runs == 1);
    queue_work(wq, &second.work);
    destroy_workqueue(wq);
    EXPECT(second.runs == 2);
}

struct alarm {
    struct timer_list timer;
    unsigned int runs;
    unsigned int more;
};

static void alarm_rings(struct timer_list *timer)
{
    struct alarm *alarm = from_timer(alarm, timer, timer);

    EXPECT(in_interrupt());
    EXPECT(in_softirq());
    EXPECT(!in_hardirq());
    alarm->runs++;
    if (alarm->more > 0) {
        alarm->more--;
        mod_timer(timer, jiffies + HZ / 100);
    }
}

static void timers_ring_when_due(void)
{
    struct alarm alarm = {.more = 9};

    timer_setup(&alarm.timer, alarm_rings, 0);
    EXPECT(!timer_pending(&alarm.timer));
    EXPECT(mod_timer(&alarm.timer, jiffies + HZ) == 0);
    EXPECT(mod_timer(&alarm.timer, jiffies + HZ / 2) == 1);
    msleep(400);
    EXPECT(alarm.runs == 0 && timer_pending(&alarm.timer));
    msleep(400);
    EXPECT(alarm.runs == 10 && !timer_pending(&alarm.timer));
    EXPECT(del_timer_sync(&alarm.timer) == 0);
    mod_timer(&alarm.timer, jiffies + HZ);
    EXPECT(del_timer_sync(&alarm.timer) == 1);
    msleep(2000);
    EXPECT(alarm.runs == 10);
}

static void completions_count(void)
{
    DECLARE_COMPLETION_ONSTACK(done);
    unsigned long left;

    EXPECT(!try_wait_for_completion(&done));
    complete(&done);
    complete(&done);
    EXPECT(completion_done(&done));
    wait_for_completion(&done);
    EXPECT(try_wait_for_completion(&done));
    EXPECT(!completion_done(&done));
    EXPECT(wait_for_completion_timeout(&done, HZ / 10) == 0);
    complete(&done);
    left = wait_for_completion_timeout(&done, HZ);
    EXPECT(left > 0 && left <= HZ);
    complete_all(&done);
    wait_for_completion(&done);
    EXPECT(completion_done(&done));
    reinit_completion(&done);
    EXPECT(!completion_done(&done));
}

static DECLARE_WAIT_QUEUE_HEAD(queue);
static bool condition;

static void set_condition(struct work_struct *work)
{
    msleep(20);
    condition = true;
    wake_up(&queue);
}

static void waits_end_by_condition_or_time(void)
{
    DECLARE_WORK(work, set_condition);
    long left;

    EXPECT(wait_event_timeout(queue, condition, HZ / 10) == 0);
    schedule_work(&work);
    wait_event(queue, condition);
    condition = false;
    schedule_work(&work);
    left = wait_event_timeout(queue, condition, HZ);
    EXPECT(left > 0 && left < HZ);
    flush_work(&work);
}

static void time_passes_as_told(void)
{
    unsigned long from = jiffies;

    msleep(100);
    EXPECT(jiffies - from >= HZ / 10 && jiffies - from <= HZ / 10 + 2);
    from = jiffies;
    mdelay(100);
    EXPECT(jiffies - from >= HZ / 10 && jiffies - from <= HZ / 10 + 2);
}

static void a_mutex_excludes(void)
{
    DEFINE_MUTEX(mutex);

    mutex_lock(&mutex);
    EXPECT(mutex_is_locked(&mutex));
    EXPECT(!mutex_trylock(&mutex));
    mutex_unlock(&mutex);
    EXPECT(mutex_trylock(&mutex));
    mutex_unlock(&mutex);
}

static void memory_is_what_was_asked_for(void)
{
    for (size_t size = 1; size < 20000; size = size * 3 / 2 + 1) {
        u8 *memory = kzalloc(size, GFP_KERNEL);

        EXPECT(memory && ksize(memory) >= size);
        EXPECT(!memchr_inv(memory, 0, size));
        memory[size - 1] = 1;
        memory = krealloc(memory, 2 * size, GFP_KERNEL);
        EXPECT(memory && memory[size - 1] == 1);
        kfree(memory);
    }
    EXPECT(!kmalloc_array(SIZE_MAX / 2, 4, GFP_KERNEL));
    kfree(NULL);
}

const struct linux_case linux_cases[] = {
    {"work runs once for many queueings", work_runs_once_for_many_queueings},
    {"work queues itself again", work_queues_itself_again},
    {"work is cancelled before and while it runs", work_is_cancelled_before_and_while_it_runs},
    {"work never runs twice at once", work_never_runs_twice_at_once},
    {"delayed work keeps its delay", delayed_work_keeps_its_delay},
    {"ordered queues keep order and end empty", ordered_queues_keep_order_and_end_empty},
    {"timers ring when due", timers_ring_when_due},
    {"completions count", completions_count},
    {"waits end by condition or time", waits_end_by_condition_or_time},
    {"time passes as told", time_passes_as_told},
    {"a mutex excludes", a_mutex_excludes},
    {"memory is what was asked for", memory_is_what_was_asked_for},
    {NULL, NULL}};
