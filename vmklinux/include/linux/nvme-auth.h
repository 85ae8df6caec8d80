/* SPDX-License-Identifier: GPL-2.0-only */
/* nvme-auth.h - as without CONFIG_NVME_AUTH: only fabrics authenticate. */
