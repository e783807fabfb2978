/* commands_keys.c: keys, whatever their values are. */
#include "commands.h"

static int64_t count_keys(call *c, bool removes)
{
    int64_t count = 0;

    for (size_t i = 1; i < c->count; i++) {
        entry *e = removes ? key_find(c, i) : key_read(c, i);
        count += e != NULL;
        if (e && removes)
            store_remove(c->store, e);
    }
    return count;
}

static void del(call *c)
{
    reply_int(c->reply, count_keys(c, true));
}

static void exists(call *c)
{
    reply_int(c->reply, count_keys(c, false));
}

static void type(call *c)
{
    static const char *const kinds[] = {"string", "list", "hash"};
    const entry *e = key_read(c, 1);

    reply_simple(c->reply, e ? kinds[e->kind] : "none");
}

/* --- expiry -------------------------------------------------------------------------------- */

typedef struct conditions {
    bool nx, xx, gt, lt;
} conditions;

static bool read_conditions(call *c, conditions *when)
{
    *when = (conditions){.nx = false};
    for (size_t i = 3; i < c->count; i++) {
        slice word = c->args[i];
        bool *is = slice_is(word, "nx")   ? &when->nx
                   : slice_is(word, "xx") ? &when->xx
                   : slice_is(word, "gt") ? &when->gt
                   : slice_is(word, "lt") ? &when->lt
                                          : NULL;
        if (!is) {
            reply_error(c->reply, "ERR Unsupported option %.*s",
                        (int)(word.len < 128 ? word.len : 128), word.data);
            return false;
        }
        *is = true;
    }
    if (when->nx && (when->xx || when->gt || when->lt))
        reply_error(c->reply,
                    "ERR NX and XX, GT or LT options at the same time are not compatible");
    else if (when->gt && when->lt)
        reply_error(c->reply, "ERR GT and LT options at the same time are not compatible");
    else
        return true;
    return false;
}

/* A key without an expiry counts as one that expires after all others. */
static bool holds(const conditions *when, int64_t old, int64_t at)
{
    return !(when->nx && old) && !(when->xx && !old) && !(when->gt && (!old || at <= old)) &&
           !(when->lt && old && at >= old);
}

static void expire_key(call *c, bool is_seconds, bool is_relative)
{
    conditions when;
    int64_t n, at;

    if (!read_conditions(c, &when) || !arg_int(c, 2, &n) ||
        !expiry_of(c, n, is_seconds, is_relative, &at))
        return;
    entry *e = key_find(c, 1);
    bool does = e && holds(&when, e->expires_at, at);
    if (does && at <= store_clock_now(&c->clock))
        store_remove(c->store, e);
    else if (does)
        store_set_expiry(c->store, e, at);
    reply_int(c->reply, does);
}

static void expire(call *c)
{
    expire_key(c, true, true);
}

static void pexpire(call *c)
{
    expire_key(c, false, true);
}

static void expireat(call *c)
{
    expire_key(c, true, false);
}

static void pexpireat(call *c)
{
    expire_key(c, false, false);
}

static void persist(call *c)
{
    entry *e = key_find(c, 1);
    bool does = e && e->expires_at;

    if (does)
        store_set_expiry(c->store, e, 0);
    reply_int(c->reply, does);
}

/* -2: there is no such key; -1: it doesn't expire. */
static int64_t expiry_or(call *c, int64_t since)
{
    const entry *e = key_read(c, 1);

    if (!e || !e->expires_at)
        return e ? -1 : -2;
    return e->expires_at > since ? e->expires_at - since : 0;
}

static void ttl(call *c)
{
    int64_t left = expiry_or(c, store_clock_now(&c->clock));

    reply_int(c->reply, left < 0 ? left : (left + 500) / 1000);
}

static void pttl(call *c)
{
    reply_int(c->reply, expiry_or(c, store_clock_now(&c->clock)));
}

static void expiretime(call *c)
{
    int64_t at = expiry_or(c, 0);

    reply_int(c->reply, at < 0 ? at : at / 1000 + (at % 1000 >= 500));
}

static void pexpiretime(call *c)
{
    reply_int(c->reply, expiry_or(c, 0));
}

/* --- another name -------------------------------------------------------------------------- */

/* The value goes along by its pointers. */
static bool move_value(call *c, entry *from)
{
    entry *to = key_find(c, 2);
    int64_t expires_at = from->expires_at;

    if (to == from)
        return true;
    if (to)
        store_replace(to, VALUE_STRING);
    else if (store_add(c->store, c->args[2], key_hash(c, 2), VALUE_STRING, &to) < 0)
        return fail_memory(c), false;
    to->kind = from->kind;
    switch (from->kind) {
    case VALUE_STRING:
        to->string = from->string;
        from->string = (blob){.len = 0};
        break;
    case VALUE_LIST:
        to->list = from->list;
        from->list = (list){.len = 0};
        break;
    case VALUE_HASH:
        to->fields = from->fields;
        from->fields = (fields){.oldest = NULL};
        break;
    }
    store_set_expiry(c->store, to, expires_at);
    store_remove(c->store, from);
    return true;
}

static void rename_key(call *c)
{
    entry *from = key_find(c, 1);

    if (!from)
        reply_error(c->reply, NO_SUCH_KEY);
    else if (move_value(c, from))
        reply_ok(c->reply);
}

static void renamenx(call *c)
{
    entry *from = key_find(c, 1);

    if (!from)
        reply_error(c->reply, NO_SUCH_KEY);
    else if (key_find(c, 2))
        reply_int(c->reply, 0);
    else if (move_value(c, from))
        reply_int(c->reply, 1);
}

/* --- all of them --------------------------------------------------------------------------- */

typedef struct search {
    slice pattern;
    reply *reply; /* NULL: they are only counted */
    size_t found;
} search;

static void match(const entry *e, void *arg)
{
    search *s = arg;

    if (!slice_matches(e->node.key, s->pattern))
        return;
    s->found++;
    if (s->reply)
        reply_bulk(s->reply, e->node.key);
}

/* The array's length comes before it: so the keys are written to a reply of their own first. */
static void keys(call *c)
{
    reply found = {.error = 0};
    search s = {.pattern = c->args[1], .reply = &found};

    store_each(c->store, &c->clock, match, &s);
    reply_array(c->reply, s.found);
    reply_append(c->reply, &found);
}

static void dbsize(call *c)
{
    size_t expiring;

    reply_int(c->reply, (int64_t)store_count(c->store, &expiring));
}

static void flush(call *c)
{
    if (c->count > 2 ||
        (c->count == 2 && !slice_is(c->args[1], "sync") && !slice_is(c->args[1], "async"))) {
        reply_error(c->reply, SYNTAX_ERROR);
        return;
    }
    store_clear(c->store);
    reply_ok(c->reply);
}

const command commands_of_keys[] = {{"dbsize", dbsize, 1, 0, 0, 0, COMMAND_READS | COMMAND_ALL},
                                    {"del", del, -2, 1, -1, 1, COMMAND_WRITES},
                                    {"exists", exists, -2, 1, -1, 1, COMMAND_READS},
                                    {"expire", expire, -3, 1, 1, 1, COMMAND_WRITES},
                                    {"expireat", expireat, -3, 1, 1, 1, COMMAND_WRITES},
                                    {"expiretime", expiretime, 2, 1, 1, 1, COMMAND_READS},
                                    {"flushall", flush, -1, 0, 0, 0, COMMAND_WRITES | COMMAND_ALL},
                                    {"flushdb", flush, -1, 0, 0, 0, COMMAND_WRITES | COMMAND_ALL},
                                    {"keys", keys, 2, 0, 0, 0, COMMAND_READS | COMMAND_ALL},
                                    {"persist", persist, 2, 1, 1, 1, COMMAND_WRITES},
                                    {"pexpire", pexpire, -3, 1, 1, 1, COMMAND_WRITES},
                                    {"pexpireat", pexpireat, -3, 1, 1, 1, COMMAND_WRITES},
                                    {"pexpiretime", pexpiretime, 2, 1, 1, 1, COMMAND_READS},
                                    {"pttl", pttl, 2, 1, 1, 1, COMMAND_READS},
                                    {"rename", rename_key, 3, 1, 2, 1, COMMAND_WRITES},
                                    {"renamenx", renamenx, 3, 1, 2, 1, COMMAND_WRITES},
                                    {"touch", exists, -2, 1, -1, 1, COMMAND_READS},
                                    {"ttl", ttl, 2, 1, 1, 1, COMMAND_READS},
                                    {"type", type, 2, 1, 1, 1, COMMAND_READS},
                                    {"unlink", del, -2, 1, -1, 1, COMMAND_WRITES},
                                    {.name = NULL}};
