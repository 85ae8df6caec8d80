/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ktap.h - conformance tests that run in the kernel: a table of functions, results in KTAP on the log.
 *
 * A module's init_module() is one call of ktap_run(). A test returns VMK_OK when it passed; each failed
 * KTAP_CHECK says where.
 */
#ifndef TESTS_CONFORMANCE_KTAP_H
#define TESTS_CONFORMANCE_KTAP_H

#include <vmkapi/base/logging.h>
#include <vmkapi/base/status.h>

struct ktap_test {
    const char *name;
    vmk_StatusValue (*run)(void);
};

/** Leave the test as failed, saying where, unless @p cond holds. */
#define KTAP_CHECK(cond)                                                                                     \
    do {                                                                                                     \
        if (!(cond)) {                                                                                       \
            vmk_WarningMessage("# %s:%d: %s", __FILE__, __LINE__, #cond);                                    \
            return VMK_FAILURE;                                                                              \
        }                                                                                                    \
    } while (0)

/** Run all tests of a table. @return VMK_OK; VMK_FAILURE when one failed. Context: may block. */
static inline VMK_ReturnStatus ktap_run(const struct ktap_test *tests, unsigned count)
{
    vmk_StatusValue result = VMK_OK;

    vmk_LogMessage("KTAP version 1");
    vmk_LogMessage("1..%u", count);
    for (unsigned i = 0; i < count; i++) {
        vmk_StatusValue status = tests[i].run();

        vmk_LogMessage("%s %u %s", status == VMK_OK ? "ok" : "not ok", i + 1, tests[i].name);
        if (status != VMK_OK) {
            result = VMK_FAILURE;
        }
    }
    return result;
}

#endif
