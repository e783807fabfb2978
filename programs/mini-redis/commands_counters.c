/* commands_counters.c: strings that are numbers. */
#include "commands.h"

#include <math.h>

/* Stores a number's text in the string of args[1]. */
static bool put_text(call *c, entry *e, const char *text, size_t len)
{
    bool is_new = !e;

    if (!key_obtain(c, 1, VALUE_STRING, &e))
        return false;
    if (blob_set(&e->string, (slice){text, len}) == 0)
        return true;
    if (is_new)
        store_remove(c->store, e);
    fail_memory(c);
    return false;
}

static void add(call *c, int64_t n)
{
    char text[INT_TEXT_MAX];
    int64_t old = 0, sum;
    entry *e;

    if (!key_write_kind(c, 1, VALUE_STRING, &e))
        return;
    if (e && !slice_to_int(blob_slice(&e->string), &old))
        reply_error(c->reply, NOT_AN_INT);
    else if (__builtin_add_overflow(old, n, &sum))
        reply_error(c->reply, "ERR increment or decrement would overflow");
    else if (put_text(c, e, text, int_to_text(sum, text)))
        reply_int(c->reply, sum);
}

static void incr(call *c)
{
    add(c, 1);
}

static void decr(call *c)
{
    add(c, -1);
}

static void incrby(call *c)
{
    int64_t n;

    if (arg_int(c, 2, &n))
        add(c, n);
}

static void decrby(call *c)
{
    int64_t n;

    if (!arg_int(c, 2, &n))
        return;
    if (n == INT64_MIN)
        reply_error(c->reply, "ERR decrement would overflow");
    else
        add(c, -n);
}

static void incrbyfloat(call *c)
{
    char text[FLOAT_TEXT_MAX];
    long double old = 0, n;
    entry *e;

    if (!key_write_kind(c, 1, VALUE_STRING, &e))
        return;
    if ((e && !slice_to_float(blob_slice(&e->string), &old)) || !slice_to_float(c->args[2], &n)) {
        reply_error(c->reply, NOT_A_FLOAT);
        return;
    }
    if (!isfinite(old + n)) {
        reply_error(c->reply, "ERR increment would produce NaN or Infinity");
        return;
    }
    size_t len = float_to_text(old + n, text);
    if (put_text(c, e, text, len))
        reply_bulk(c->reply, (slice){text, len});
}

const command commands_of_counters[] = {{"decr", decr, 2, 1, 1, 1, COMMAND_WRITES},
                                        {"decrby", decrby, 3, 1, 1, 1, COMMAND_WRITES},
                                        {"incr", incr, 2, 1, 1, 1, COMMAND_WRITES},
                                        {"incrby", incrby, 3, 1, 1, 1, COMMAND_WRITES},
                                        {"incrbyfloat", incrbyfloat, 3, 1, 1, 1, COMMAND_WRITES},
                                        {.name = NULL}};
