/* commands_strings.c: strings of bytes. */
#include "commands.h"

static void reply_entry(call *c, const entry *e)
{
    if (e)
        reply_bulk(c->reply, blob_slice(&e->string));
    else
        reply_null(c->reply);
}

/* Makes the key args[i] this string; an expiry that it had is gone unless it is kept. */
static bool put(call *c, size_t i, slice value, bool keeps_expiry, entry **ret_entry)
{
    entry *e = key_find(c, i);
    bool is_new = !e;

    if (is_new && store_add(c->store, c->args[i], key_hash(c, i), VALUE_STRING, &e) < 0)
        return fail_memory(c), false;
    if (e->kind != VALUE_STRING)
        store_replace(e, VALUE_STRING);
    if (blob_set(&e->string, value) < 0) {
        if (is_new)
            store_remove(c->store, e);
        return fail_memory(c), false;
    }
    if (e->expires_at && !keeps_expiry)
        store_set_expiry(c->store, e, 0);
    *ret_entry = e;
    return true;
}

/* A time that has passed already removes the key at once. */
static void expire_at(call *c, entry *e, int64_t at)
{
    if (at <= store_clock_now(&c->clock))
        store_remove(c->store, e);
    else
        store_set_expiry(c->store, e, at);
}

/* --- SET and GETEX ------------------------------------------------------------------------- */

typedef struct options {
    bool nx, xx, get, keepttl, persist, expires;
    int64_t at; /* with expires */
} options;

static bool is_expiry(slice word, bool *ret_is_seconds, bool *ret_is_relative)
{
    *ret_is_seconds = slice_is(word, "ex") || slice_is(word, "exat");
    *ret_is_relative = slice_is(word, "ex") || slice_is(word, "px");
    return *ret_is_seconds || *ret_is_relative || slice_is(word, "pxat");
}

static bool read_expiry(call *c, size_t i, bool is_seconds, bool is_relative, options *o)
{
    int64_t n;

    o->expires = true;
    if (!arg_int(c, i, &n))
        return false;
    if (n > 0)
        return expiry_of(c, n, is_seconds, is_relative, &o->at);
    reply_error(c->reply, "ERR invalid expire time in '%s' command", c->command->name);
    return false;
}

static bool read_word(slice word, options *o, bool is_set)
{
    if (is_set && slice_is(word, "nx") && !o->xx)
        o->nx = true;
    else if (is_set && slice_is(word, "xx") && !o->nx)
        o->xx = true;
    else if (is_set && slice_is(word, "get"))
        o->get = true;
    else if (is_set && slice_is(word, "keepttl") && !o->expires)
        o->keepttl = true;
    else if (!is_set && slice_is(word, "persist") && !o->expires)
        o->persist = true;
    else
        return false;
    return true;
}

/* The options from args[i] on. Words that make no sense are told before times that don't. */
static bool read_options(call *c, size_t i, bool is_set, options *o)
{
    bool is_seconds = false, is_relative = false, seconds, relative;
    size_t number = 0;

    *o = (options){.at = 0};
    for (; i < c->count; i++) {
        if (is_expiry(c->args[i], &seconds, &relative) && i + 1 < c->count && !o->expires &&
            !o->keepttl && !o->persist) {
            is_seconds = seconds;
            is_relative = relative;
            o->expires = true;
            number = ++i;
        } else if (!read_word(c->args[i], o, is_set)) {
            reply_error(c->reply, SYNTAX_ERROR);
            return false;
        }
    }
    return !number || read_expiry(c, number, is_seconds, is_relative, o);
}

/* SET ... GET answers with what was there, whatever becomes of it. */
static bool answer_old(call *c, const entry *old)
{
    if (old && old->kind != VALUE_STRING)
        return reply_error(c->reply, WRONG_TYPE), false;
    reply_entry(c, old);
    return true;
}

static void set(call *c)
{
    options o;
    entry *e = NULL;

    if (!read_options(c, 3, true, &o))
        return;
    if (o.get || o.nx || o.xx) {
        e = key_find(c, 1);
        if (o.get && !answer_old(c, e))
            return;
        if ((o.nx && e) || (o.xx && !e)) {
            if (!o.get)
                reply_null(c->reply);
            return;
        }
    }
    if (!put(c, 1, c->args[2], o.keepttl, &e))
        return;
    if (o.expires)
        expire_at(c, e, o.at);
    if (!o.get)
        reply_ok(c->reply);
}

static void getex(call *c)
{
    options o;
    entry *e;

    if (!read_options(c, 2, false, &o) || !key_read_kind(c, 1, VALUE_STRING, &e))
        return;
    reply_entry(c, e);
    if (e && o.expires)
        expire_at(c, e, o.at);
    else if (e && o.persist)
        store_set_expiry(c->store, e, 0);
}

static void set_with_expiry(call *c, bool is_seconds)
{
    options o = {.at = 0};
    entry *e;

    if (!read_expiry(c, 2, is_seconds, true, &o) || !put(c, 1, c->args[3], false, &e))
        return;
    expire_at(c, e, o.at);
    reply_ok(c->reply);
}

static void setex(call *c)
{
    set_with_expiry(c, true);
}

static void psetex(call *c)
{
    set_with_expiry(c, false);
}

static void setnx(call *c)
{
    entry *e = key_find(c, 1);

    if (e)
        reply_int(c->reply, 0);
    else if (put(c, 1, c->args[2], false, &e))
        reply_int(c->reply, 1);
}

/* --- reading ------------------------------------------------------------------------------- */

static void get(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_STRING, &e))
        reply_entry(c, e);
}

static void getset(call *c)
{
    entry *e;

    if (!key_write_kind(c, 1, VALUE_STRING, &e))
        return;
    reply_entry(c, e);
    put(c, 1, c->args[2], false, &e);
}

static void getdel(call *c)
{
    entry *e;

    if (!key_read_kind(c, 1, VALUE_STRING, &e))
        return;
    reply_entry(c, e);
    if (e)
        store_remove(c->store, e);
}

static void string_length(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_STRING, &e))
        reply_int(c->reply, e ? (int64_t)e->string.len : 0);
}

/* From the end if it is negative. */
static int64_t from_begin(int64_t at, int64_t len)
{
    if (at < 0)
        at += len;
    return at < 0 ? 0 : at;
}

static void getrange(call *c)
{
    int64_t from, to;
    entry *e;

    if (!arg_int(c, 2, &from) || !arg_int(c, 3, &to) || !key_read_kind(c, 1, VALUE_STRING, &e))
        return;
    slice s = e ? blob_slice(&e->string) : (slice){"", 0};
    int64_t len = (int64_t)s.len;
    bool is_empty = from < 0 && to < 0 && from > to;
    from = from_begin(from, len);
    to = from_begin(to, len);
    to = to < len ? to : len - 1;
    if (is_empty || from > to)
        reply_bulk(c->reply, (slice){"", 0});
    else
        reply_bulk(c->reply, (slice){s.data + from, (size_t)(to - from + 1)});
}

/* --- changing a part ----------------------------------------------------------------------- */

static bool fits(call *c, uint64_t len)
{
    if (len > RESP_BULK_MAX)
        reply_error(c->reply, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    return len <= RESP_BULK_MAX;
}

/* Writes `s` at `at` into the string of args[1], and answers with its new length. */
static void overwrite(call *c, entry *e, size_t at, slice s)
{
    bool is_new = !e;
    size_t old = e ? e->string.len : 0, end = at + s.len;

    if (!fits(c, end) || !key_obtain(c, 1, VALUE_STRING, &e))
        return;
    if (blob_resize(&e->string, end > old ? end : old) < 0) {
        if (is_new)
            store_remove(c->store, e);
        fail_memory(c);
        return;
    }
    if (s.len)
        memcpy(e->string.data + at, s.data, s.len);
    reply_int(c->reply, (int64_t)e->string.len);
}

static void append(call *c)
{
    entry *e;

    if (key_write_kind(c, 1, VALUE_STRING, &e))
        overwrite(c, e, e ? e->string.len : 0, c->args[2]);
}

static void setrange(call *c)
{
    int64_t at;
    entry *e;

    if (!arg_int(c, 2, &at))
        return;
    if (at < 0) {
        reply_error(c->reply, "ERR offset is out of range");
        return;
    }
    if (!key_write_kind(c, 1, VALUE_STRING, &e))
        return;
    if (c->args[3].len == 0)
        reply_int(c->reply, e ? (int64_t)e->string.len : 0);
    else if (fits(c, (uint64_t)at))
        overwrite(c, e, (size_t)at, c->args[3]);
}

/* --- many ---------------------------------------------------------------------------------- */

static void mget(call *c)
{
    reply_array(c->reply, c->count - 1);
    for (size_t i = 1; i < c->count; i++) {
        entry *e = key_read(c, i);
        reply_entry(c, e && e->kind == VALUE_STRING ? e : NULL);
    }
}

static bool put_pairs(call *c)
{
    entry *e;

    for (size_t i = 1; i + 1 < c->count; i += 2)
        if (!put(c, i, c->args[i + 1], false, &e))
            return false;
    return true;
}

static void mset(call *c)
{
    if (c->count % 2 == 0)
        fail_arity(c);
    else if (put_pairs(c))
        reply_ok(c->reply);
}

static void msetnx(call *c)
{
    if (c->count % 2 == 0) {
        fail_arity(c);
        return;
    }
    for (size_t i = 1; i < c->count; i += 2)
        if (key_find(c, i)) {
            reply_int(c->reply, 0);
            return;
        }
    if (put_pairs(c))
        reply_int(c->reply, 1);
}

const command commands_of_strings[] = {{"append", append, 3, 1, 1, 1, COMMAND_WRITES},
                                       {"get", get, 2, 1, 1, 1, COMMAND_READS},
                                       {"getdel", getdel, 2, 1, 1, 1, COMMAND_WRITES},
                                       {"getex", getex, -2, 1, 1, 1, COMMAND_WRITES},
                                       {"getrange", getrange, 4, 1, 1, 1, COMMAND_READS},
                                       {"getset", getset, 3, 1, 1, 1, COMMAND_WRITES},
                                       {"mget", mget, -2, 1, -1, 1, COMMAND_READS},
                                       {"mset", mset, -3, 1, -1, 2, COMMAND_WRITES},
                                       {"msetnx", msetnx, -3, 1, -1, 2, COMMAND_WRITES},
                                       {"psetex", psetex, 4, 1, 1, 1, COMMAND_WRITES},
                                       {"set", set, -3, 1, 1, 1, COMMAND_WRITES},
                                       {"setex", setex, 4, 1, 1, 1, COMMAND_WRITES},
                                       {"setnx", setnx, 3, 1, 1, 1, COMMAND_WRITES},
                                       {"setrange", setrange, 4, 1, 1, 1, COMMAND_WRITES},
                                       {"strlen", string_length, 2, 1, 1, 1, COMMAND_READS},
                                       {"substr", getrange, 4, 1, 1, 1, COMMAND_READS},
                                       {.name = NULL}};
