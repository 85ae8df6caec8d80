/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logged.c - the log, which is the process's stderr, led to a file for a while.
 */
#include "logged.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <vmkapi/base/assert.h>

unsigned logged_lines_with(const char *text, void (*act)(void))
{
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO);
    unsigned lines = 0;
    char line[512];

    VMK_VERIFY(file != NULL && before >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    act();
    VMK_VERIFY(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    rewind(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        lines += strstr(line, text) != NULL;
    }
    fclose(file);
    return lines;
}

unsigned logged_lines(void (*act)(void))
{
    return logged_lines_with("\n", act);
}
