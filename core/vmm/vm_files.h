/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_files.h - VMs as files describe them: vm_config.h tells what is in one.
 */
#ifndef VMM_VM_FILES_H
#define VMM_VM_FILES_H

#include <core/diagnosis.h>
#include <core/vmm/vm_config.h>

/**
 * Read the description at @p path.
 *
 * @return VMK_OK; VMK_LIMIT_EXCEEDED (VM_CONFIG_BYTES_MAX); vfs_open()'s and vm_config_parse()'s. *why says
 * it in a line. Context: may block.
 */
VMK_ReturnStatus vm_file_read(const char *path, struct vm_config *config, struct diagnosis *why);

#endif
