/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/errno.h>
#include <vmklinux/status.h>

static const struct {
    vmk_StatusValue status;
    int errno_value;
} codes[] = {
#define VMK_STATUS(name, value, text, err) {name, err},
#include <vmkapi/base/status.def>
#undef VMK_STATUS
};

int vmklinux_errno(vmk_StatusValue status)
{
    for (unsigned int i = 0; i < VMK_ARRAY_SIZE(codes); i++) {
        if (codes[i].status == status)
            return -codes[i].errno_value;
    }
    return -EIO;
}

vmk_StatusValue vmklinux_status(int err)
{
    if (err >= 0)
        return VMK_OK;
    for (unsigned int i = 0; i < VMK_ARRAY_SIZE(codes); i++) {
        if (codes[i].errno_value == -err)
            return codes[i].status;
    }
    return VMK_FAILURE;
}
