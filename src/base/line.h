/*
 * base/line.h: a line for stderr that is put together without libc, as signal handlers have to.
 *
 * What has no room is cut off. Zeros are an empty line.
 */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <stddef.h>
#include <stdint.h>

typedef struct line {
    size_t used;
    char text[512]; /* not terminated */
} line;

void line_add(line *l, const char *text);
void line_add_number(line *l, uint64_t number);
/* With 0x before it. */
void line_add_hex(line *l, uint64_t number);
/* Writes "edo: ", the text and a newline to stderr in one write(2), and empties the line. */
void line_write(line *l);

#endif
