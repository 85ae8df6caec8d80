/* SPDX-License-Identifier: GPL-2.0-only */
#define VMK_LOG_MODULE "Startup"
#include <core/startup.h>

#include <core/clock.h>
#include <core/config.h>
#include <core/wait.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/system.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/spinlock.h>

CONFIG_UINT(wait, "/Startup/WaitSeconds", 15, 0, 3600,
            "How long boot waits for links and addresses before the console starts");

CONFIG_TEXT(hint, "/Startup/Hint", 128, "What to tell the operator once the system is up");

static struct {
    vmk_SpinlockObject lock; /* interrupts off */
    struct wait_queue changed;
    unsigned holds VMK_GUARDED_BY(lock);
    const char *latest VMK_GUARDED_BY(lock); /* what the last hold was for */
} startup = {
    .lock = VMK_SPINLOCK_INITIALIZER("startup", VMK_RANK_STARTUP),
    .changed = WAIT_QUEUE_INITIALIZER(startup.changed, "startup"),
};

void vmk_StartupHold(const char *what)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&startup.lock, &flags);
    startup.holds++;
    startup.latest = what;
    vmk_SpinlockUnlockIRQ(&startup.lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_StartupHold);

void vmk_StartupRelease(void)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&startup.lock, &flags);
    startup.holds--;
    vmk_SpinlockUnlockIRQ(&startup.lock, flags);
    wait_queue_wake_all(&startup.changed);
}
VMK_EXPORT_SYMBOL(vmk_StartupRelease);

void startup_wait(void)
{
    vmk_uint64 end = clock_now_ns() + config_wait.value * VMK_NSEC_PER_SEC;
    vmk_StatusValue status = VMK_OK;
    const char *missing;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&startup.lock, &flags);
    while (startup.holds != 0 && status == VMK_OK) {
        vmk_uint64 now = clock_now_ns();

        status =
            now < end ? wait_queue_wait(&startup.changed, &startup.lock, &flags, end - now) : VMK_TIMEOUT;
    }
    missing = startup.holds != 0 ? startup.latest : NULL;
    vmk_SpinlockUnlockIRQ(&startup.lock, flags);
    if (missing != NULL) {
        vmk_WarningMessage("boot goes on without %s", missing);
    }
    if (config_hint.text[0] != '\0') {
        vmk_LogMessage("%s", config_hint.text);
    }
}
