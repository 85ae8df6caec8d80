/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_commands.h - what the vm commands share.
 */
#ifndef VMM_VM_COMMANDS_H
#define VMM_VM_COMMANDS_H

#include <core/command.h>
#include <core/vmm/vm.h>

/** Tab's offers: the VMs. */
bool vm_candidate(unsigned n, char *text, vmk_ByteCount len);

/** The VM that --name says, for vm_put(); NULL: there is none, and the user has been told. */
struct vm *vm_of_call(struct command_call *call);

#define VM_NAME_ARG                                                                                          \
    {                                                                                                        \
        .name = "name", .letter = 'n', .type = COMMAND_STRING, .flags = COMMAND_REQUIRED,                    \
        .help = "The virtual machine", .candidate = vm_candidate                                             \
    }

#endif
