/* line.c: text and numbers, added to a line by hand. Async-signal-safe. */
#include "base/line.h"

#include <unistd.h>

#include "base/sys.h"

#define PREFIX "edo: "

/* The last byte is kept for the newline, the first ones for the prefix. */
static void add_char(line *l, char c)
{
    if (l->used < sizeof l->text - sizeof PREFIX)
        l->text[sizeof PREFIX - 1 + l->used++] = c;
}

void line_add(line *l, const char *text)
{
    while (*text)
        add_char(l, *text++);
}

static void add_in_base(line *l, uint64_t number, unsigned base)
{
    char digits[20];
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number);
    while (count > 0)
        add_char(l, digits[--count]);
}

void line_add_number(line *l, uint64_t number)
{
    add_in_base(l, number, 10);
}

void line_add_hex(line *l, uint64_t number)
{
    line_add(l, "0x");
    add_in_base(l, number, 16);
}

void line_write(line *l)
{
    size_t len = sizeof PREFIX - 1;

    for (size_t i = 0; i < len; i++)
        l->text[i] = PREFIX[i];
    len += l->used;
    l->text[len++] = '\n';
    (void)sys_write(STDERR_FILENO, l->text, len); /* no stderr: nobody to tell */
    l->used = 0;
}
