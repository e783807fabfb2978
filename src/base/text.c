/* text.c: text on its way to whoever takes it. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/sys.h"

#define PIECE 1024

void text_begin(text *t, edo_text_sink *sink, void *arg)
{
    t->sink = sink;
    t->arg = arg;
    t->rc = 0;
    t->used = 0;
}

static void hand_on(text *t)
{
    if (t->rc == 0 && t->used > 0)
        t->rc = t->sink(t->buf, t->used, t->arg);
    t->used = 0;
}

void text_add(text *t, const char *format, ...)
{
    va_list args;

    if (sizeof t->buf - t->used < PIECE)
        hand_on(t);
    if (t->rc < 0)
        return;
    va_start(args, format);
    int len = vsnprintf(t->buf + t->used, PIECE, format, args);
    va_end(args);
    if (len > 0)
        t->used += len < PIECE ? (size_t)len : PIECE - 1;
}

int text_end(text *t)
{
    hand_on(t);
    return t->rc;
}

int edo_text_to_fd(const char *piece, size_t len, void *arg)
{
    while (len > 0) {
        ssize_t n = sys_write(*(const int *)arg, piece, len);
        if (n < 0)
            return (int)n;
        piece += n;
        len -= (size_t)n;
    }
    return 0;
}
