/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nic_commands.h - what the files of `network nic` commands share.
 */
#ifndef NET_NIC_COMMANDS_H
#define NET_NIC_COMMANDS_H

#include <core/command.h>
#include <core/uplink.h>

/** The n-th uplink's name, for completion. */
bool nic_candidate(unsigned n, char *text, vmk_ByteCount len);

/** The argument every command on one uplink has. */
#define NIC_ARG                                                                                              \
    {                                                                                                        \
        .name = "nic-name", .letter = 'n', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,                \
        .help = "The uplink, as in vmnic0", .candidate = nic_candidate                                       \
    }

/** Only that argument. */
extern const struct command_arg nic_args[];

/** Claim the uplink the command names, or tell the user. */
VMK_ReturnStatus nic_claim(struct command_call *call, struct vmk_UplinkInt **uplink);

/** Claim it, and get the ops of a capability it must have. */
VMK_ReturnStatus nic_claim_with(struct command_call *call, vmk_UplinkCap cap, struct vmk_UplinkInt **uplink,
                                const void **ops);

/** End the claim; tell the user if the driver refused. @return @p status. */
vmk_StatusValue nic_done(struct command_call *call, struct vmk_UplinkInt *uplink, vmk_StatusValue status);

#endif
