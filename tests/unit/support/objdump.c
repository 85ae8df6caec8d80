/* SPDX-License-Identifier: GPL-2.0-only */
#include "objdump.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/** Put the code into a file of its own. @p name: mkstemp()'s template. */
static void write_code(char *name, const void *code, size_t len)
{
    int fd = mkstemp(name);
    FILE *file;

    ck_assert_int_ge(fd, 0);
    file = fdopen(fd, "w");
    ck_assert_uint_eq(fwrite(code, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

void objdump_read(const void *code, size_t len, enum insn_mode mode, objdump_line line, void *context)
{
    static const char *const machines[] = {"i8086", "i386", "i386:x86-64"};
    char name[] = P_tmpdir "/insn-XXXXXX", command[160];
    char *text = NULL;
    size_t room = 0;
    FILE *lines;

    write_code(name, code, len);
    snprintf(command, sizeof(command), "LC_ALL=C objdump -D -z -w --no-show-raw-insn -b binary -m %s %s",
             machines[mode], name);
    lines = popen(command, "r");
    ck_assert_ptr_nonnull(lines);
    while (getline(&text, &room, lines) > 0) {
        char *end;
        size_t at = strtoul(text, &end, 16);

        if (end != text && end[0] == ':' && end[1] == '\t') {
            line(context, at, end + 2);
        }
    }
    ck_assert_int_eq(pclose(lines), 0);
    free(text);
    unlink(name);
}
