/* SPDX-License-Identifier: GPL-2.0-only */
/* mii.h - MII management registers. */
#ifndef VMKLINUX_LINUX_MII_H
#define VMKLINUX_LINUX_MII_H

#include <linux/if.h>
#include <uapi/linux/mii.h>

static inline struct mii_ioctl_data *if_mii(struct ifreq *rq)
{
    return (struct mii_ioctl_data *)&rq->ifr_ifru;
}

#endif
