/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shutdown - restarting is not switching off: in order, and when the orderly way is blocked.
 */
#include "boot.h"

#include <stdlib.h>

/** Restart a machine that is up, see it come up again with its network, and switch it off. */
static void restart(struct machine *m)
{
    ck_assert_msg(machine_restart(m), "%s", machine_error(m));
    free(boot_run(m, "network nic wait -n vmnic0 --link up"));
    boot_down(m);
}

static const char *const types[] = {"q35", "pc"};

START_TEST(the_machine_restarts)
{
    struct machine_options options = boot_options("shutdown");

    options.type = types[_i];
    options.restarts = true;
    restart(boot_up(&options));
}
END_TEST

static const char *const controllers[] = {"q35", "q35,i8042=off"};

/* ACPI's way comes after the module's: the keyboard controller is left, and without one a triple fault. */
START_TEST(a_stubborn_module_does_not_prevent_it)
{
    struct machine_options options = boot_options("shutdown.stubborn");
    struct machine *m;

    options.archive = BOOT_TEST_ARCHIVE;
    options.type = controllers[_i];
    options.restarts = true;
    m = boot_up(&options);
    free(boot_run(m, "system module load stubborn"));
    restart(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shutdown");
    TCase *tests = tcase_create("shutdown");

    tcase_add_loop_test(tests, the_machine_restarts, 0, sizeof(types) / sizeof(types[0]));
    tcase_add_loop_test(tests, a_stubborn_module_does_not_prevent_it, 0,
                        sizeof(controllers) / sizeof(controllers[0]));
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
