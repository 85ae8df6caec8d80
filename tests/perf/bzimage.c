/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bzimage - takes the ELF kernel out of a bzImage, so that its entry is known and unpacking isn't counted.
 *
 *   bzimage VMLINUZ >VMLINUX
 *
 * Offsets are those of the Linux/x86 boot protocol. The kernel must have been packed by xz, as Debian's is.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETUP_SECTS    0x1f1 /* size of the real-mode part, in sectors, without the first */
#define PAYLOAD_OFFSET 0x248 /* from the real-mode part's end */
#define PAYLOAD_LENGTH 0x24c
#define HEADER_LEN     0x250

static const unsigned char xz_magic[6] = {0xfd, '7', 'z', 'X', 'Z', 0};

static int fail(const char *path, const char *why)
{
    fprintf(stderr, "bzimage: %s: %s\n", path, why);
    return 1;
}

static uint32_t field(const unsigned char *header, unsigned at)
{
    uint32_t value;

    memcpy(&value, header + at, sizeof value);
    return value;
}

/* What follows the stream in the payload, its unpacked size, xz is told to ignore. */
static int unpack(const unsigned char *payload, size_t len)
{
    FILE *xz = popen("xz -dc --single-stream", "w");

    if (xz == NULL) {
        return -1;
    }
    fwrite(payload, 1, len, xz);
    return pclose(xz);
}

int main(int argc, char **argv)
{
    unsigned char header[HEADER_LEN];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;

    if (file == NULL) {
        return fail(argc == 2 ? argv[1] : "usage", argc == 2 ? "cannot be opened" : "bzimage VMLINUZ");
    }
    if (fread(header, sizeof header, 1, file) != 1 || memcmp(header + 0x202, "HdrS", 4) != 0) {
        return fail(argv[1], "is no bzImage");
    }
    size_t len = field(header, PAYLOAD_LENGTH);
    unsigned char *payload = malloc(len);
    if (payload == NULL ||
        fseek(file, (header[SETUP_SECTS] + 1) * 512l + field(header, PAYLOAD_OFFSET), SEEK_SET) != 0 ||
        fread(payload, len, 1, file) != 1 || memcmp(payload, xz_magic, sizeof xz_magic) != 0) {
        return fail(argv[1], "is cut short, or not packed by xz");
    }
    return unpack(payload, len) == 0 ? 0 : fail(argv[1], "cannot be unpacked");
}
