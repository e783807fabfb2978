/* reply.c: each answer asks for its room once, and is written in place. */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>

#define KEPT_MAX ((size_t)128 << 10)

void reply_fini(reply *r)
{
    edo_buf_fini(&r->buf);
}

void buf_trim(edo_buf *buf)
{
    if (buf->len == 0 && buf->room > KEPT_MAX)
        edo_buf_fini(buf);
}

static char *room_for(reply *r, size_t len)
{
    int rc = edo_buf_reserve(&r->buf, len);

    if (rc == 0)
        return (char *)edo_buf_end(&r->buf);
    if (!r->error)
        r->error = rc;
    return NULL;
}

static void put(reply *r, const char *bytes, size_t len)
{
    int rc = edo_buf_append(&r->buf, bytes, len);

    if (rc < 0 && !r->error)
        r->error = rc;
}

static char *end_line(char *at)
{
    at[0] = '\r';
    at[1] = '\n';
    return at + 2;
}

void reply_simple(reply *r, const char *text)
{
    put(r, "+", 1);
    put(r, text, strlen(text));
    put(r, "\r\n", 2);
}

void reply_ok(reply *r)
{
    put(r, "+OK\r\n", 5);
}

void reply_error(reply *r, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t n = len < 0 ? 0 : (size_t)len < sizeof text ? (size_t)len : sizeof text - 1;
    for (size_t i = 0; i < n; i++)
        if (text[i] == '\r' || text[i] == '\n')
            text[i] = ' '; /* what the client sent may be in it, and mustn't end the line */
    put(r, "-", 1);
    put(r, text, n);
    put(r, "\r\n", 2);
}

/* A line of a letter and a number. */
static void put_number(reply *r, char letter, int64_t n)
{
    char *begin = room_for(r, INT_TEXT_MAX + 3), *at = begin;

    if (!begin)
        return;
    *at++ = letter;
    at += int_to_text(n, at);
    at = end_line(at);
    edo_buf_advance(&r->buf, (size_t)(at - begin));
}

void reply_int(reply *r, int64_t n)
{
    put_number(r, ':', n);
}

void reply_array(reply *r, size_t len)
{
    put_number(r, '*', (int64_t)len);
}

void reply_bulk(reply *r, slice s)
{
    char *begin = room_for(r, s.len + INT_TEXT_MAX + 5), *at = begin;

    if (!begin)
        return;
    *at++ = '$';
    at += int_to_text((int64_t)s.len, at);
    at = end_line(at);
    if (s.len)
        memcpy(at, s.data, s.len);
    at = end_line(at + s.len);
    edo_buf_advance(&r->buf, (size_t)(at - begin));
}

void reply_text(reply *r, const char *text)
{
    reply_bulk(r, slice_of(text));
}

void reply_null(reply *r)
{
    put(r, "$-1\r\n", 5);
}

void reply_null_array(reply *r)
{
    put(r, "*-1\r\n", 5);
}

void reply_append(reply *r, reply *other)
{
    if (other->error && !r->error)
        r->error = other->error;
    if (other->buf.len)
        put(r, (const char *)other->buf.data, other->buf.len);
    reply_fini(other);
}
