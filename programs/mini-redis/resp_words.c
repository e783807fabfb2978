/*
 * resp_words.c: a line as people type it: words with blanks between, some in quotes.
 *
 * What stands in quotes is written back over itself, as it can only get shorter: \n is one byte and \x41 too.
 */
#include "resp.h"

typedef struct cursor {
    char *at, *end; /* still to be read */
    char *out;      /* where the word goes on */
} cursor;

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char escaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'a':
        return '\a';
    default:
        return c;
    }
}

/* Behind a backslash in double quotes. */
static void take_escape(cursor *c)
{
    if (c->end - c->at >= 3 && c->at[0] == 'x' && hex_digit(c->at[1]) >= 0 &&
        hex_digit(c->at[2]) >= 0) {
        *c->out++ = (char)(hex_digit(c->at[1]) * 16 + hex_digit(c->at[2]));
        c->at += 3;
        return;
    }
    *c->out++ = escaped(*c->at++);
}

/* Until the quote that closes it, which a blank or the end has to follow. */
static bool take_quoted(cursor *c)
{
    char quote = *c->at++;

    while (c->at < c->end && *c->at != quote) {
        bool escapes = *c->at == '\\' && c->end - c->at >= 2;
        if (escapes && quote == '"') {
            c->at++;
            take_escape(c);
        } else if (escapes && c->at[1] == '\'') {
            *c->out++ = '\'';
            c->at += 2;
        } else {
            *c->out++ = *c->at++;
        }
    }
    if (c->at == c->end)
        return false;
    c->at++;
    return c->at == c->end || is_blank(*c->at);
}

static bool take_word(cursor *c)
{
    while (c->at < c->end && !is_blank(*c->at)) {
        if (*c->at == '"' || *c->at == '\'')
            return take_quoted(c);
        *c->out++ = *c->at++;
    }
    return true;
}

int resp_words(resp_decoder *d, char *line, size_t len)
{
    cursor c = {.at = line, .end = line + len};

    for (;;) {
        while (c.at < c.end && is_blank(*c.at))
            c.at++;
        if (c.at == c.end)
            return (int)d->count;
        char *begin = c.at;
        c.out = begin;
        if (!take_word(&c)) {
            d->error = "unbalanced quotes in request";
            return -EBADMSG;
        }
        int rc = resp_add(d, (size_t)(begin - line), (size_t)(c.out - begin));
        if (rc < 0)
            return rc;
    }
}
