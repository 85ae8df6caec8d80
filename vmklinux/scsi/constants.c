/* SPDX-License-Identifier: GPL-2.0-only */
/* constants.c - names of commands and of sense keys, for the log. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_dbg.h>
#include <scsi/scsi_eh.h>

static const struct {
    u8 opcode;
    const char *name;
} opcodes[] = {
    {TEST_UNIT_READY, "Test Unit Ready"},
    {REQUEST_SENSE, "Request Sense"},
    {READ_6, "Read(6)"},
    {WRITE_6, "Write(6)"},
    {INQUIRY, "Inquiry"},
    {MODE_SELECT, "Mode Select(6)"},
    {MODE_SENSE, "Mode Sense(6)"},
    {START_STOP, "Start/Stop Unit"},
    {ALLOW_MEDIUM_REMOVAL, "Prevent/Allow Medium Removal"},
    {READ_CAPACITY, "Read Capacity(10)"},
    {READ_10, "Read(10)"},
    {WRITE_10, "Write(10)"},
    {VERIFY, "Verify(10)"},
    {SYNCHRONIZE_CACHE, "Synchronize Cache(10)"},
    {UNMAP, "Unmap"},
    {WRITE_SAME, "Write same(10)"},
    {MODE_SELECT_10, "Mode Select(10)"},
    {MODE_SENSE_10, "Mode Sense(10)"},
    {ATA_16, "ATA command pass through(16)"},
    {READ_16, "Read(16)"},
    {WRITE_16, "Write(16)"},
    {VERIFY_16, "Verify(16)"},
    {SYNCHRONIZE_CACHE_16, "Synchronize Cache(16)"},
    {WRITE_SAME_16, "Write same(16)"},
    {SERVICE_ACTION_IN_16, "Service action in(16)"},
    {REPORT_LUNS, "Report luns"},
    {ATA_12, "ATA command pass through(12)/Blank"},
    {READ_12, "Read(12)"},
    {WRITE_12, "Write(12)"},
};

static const char *opcode_name(u8 opcode)
{
    for (size_t i = 0; i < ARRAY_SIZE(opcodes); i++) {
        if (opcodes[i].opcode == opcode)
            return opcodes[i].name;
    }
    return NULL;
}

size_t __scsi_format_command(char *buffer, size_t size, const unsigned char *cdb, size_t cdb_size)
{
    size_t length = 0, cdb_len = cdb[0] == VARIABLE_LENGTH_CMD ? cdb_size : scsi_command_size(cdb);
    const char *name = opcode_name(cdb[0]);

    if (name)
        length += scnprintf(buffer, size, "%s", name);
    else
        length += scnprintf(buffer, size, "opcode=0x%x", cdb[0]);
    for (size_t i = 0; i < min(cdb_len, cdb_size); i++)
        length += scnprintf(buffer + length, size - length, " %02x", cdb[i]);
    return length;
}
EXPORT_SYMBOL(__scsi_format_command);

const char *scsi_sense_key_string(unsigned char key)
{
    static const char *const names[] = {
        "No Sense",       "Recovered Error", "Not Ready",      "Medium Error",
        "Hardware Error", "Illegal Request", "Unit Attention", "Data Protect",
        "Blank Check",    "Vendor Specific", "Copy Aborted",   "Aborted Command",
        "Equal",          "Volume Overflow", "Miscompare",     "Completed",
    };

    return key < ARRAY_SIZE(names) ? names[key] : NULL;
}

void scsi_print_command(struct scsi_cmnd *cmd)
{
    char text[96];

    __scsi_format_command(text, sizeof(text), cmd->cmnd, cmd->cmd_len);
    scmd_printk(KERN_INFO, cmd, "CDB: %s\n", text);
}

void scsi_print_sense_hdr(const struct scsi_device *sdev, const char *name,
                          const struct scsi_sense_hdr *sshdr)
{
    sdev_printk(KERN_INFO, sdev, "Sense: %s, asc=0x%x ascq=0x%x%s\n", scsi_sense_key_string(sshdr->sense_key),
                sshdr->asc, sshdr->ascq, scsi_sense_is_deferred(sshdr) ? " (deferred)" : "");
}

void scsi_print_sense(const struct scsi_cmnd *cmd)
{
    struct scsi_sense_hdr sshdr;

    if (scsi_command_normalize_sense(cmd, &sshdr))
        scsi_print_sense_hdr(cmd->device, NULL, &sshdr);
}
