/*
 * report.c: a line on stderr in one write, so that lines of several threads don't mix.
 *
 * Nothing is allocated and errno stays: misuse is reported from anywhere, with any state.
 */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sys.h"

void report(const char *format, ...)
{
    char line[1024] = "edo: ";
    size_t used = strlen(line);
    size_t room = sizeof line - used - 1; /* a byte is kept for the newline */
    va_list args;

    va_start(args, format);
    int len = vsnprintf(line + used, room, format, args);
    va_end(args);
    if (len > 0)
        used += (size_t)len < room ? (size_t)len : room - 1; /* longer: cut off */
    line[used++] = '\n';
    (void)sys_write(STDERR_FILENO, line, used); /* no stderr: nobody to tell */
}
