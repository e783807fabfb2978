/* commands_hashes.c: fields and their values. A hash without fields is a key that isn't there. */
#include "commands.h"

#include <math.h>

static void remove_if_empty(call *c, entry *e)
{
    if (fields_count(&e->fields) == 0)
        store_remove(c->store, e);
}

/* Sets the field args[i]. 1: it is new; 0; -ENOMEM, and it is as it was. */
static int put(entry *e, slice name, slice value)
{
    bool is_new;
    field *f;
    int rc = fields_obtain(&e->fields, name, &f, &is_new);

    if (rc < 0)
        return rc;
    if ((rc = blob_set(&f->value, value)) < 0 && is_new)
        fields_remove(&e->fields, f);
    return rc < 0 ? rc : is_new;
}

/* How many are new; negative: it has answered. */
static int64_t put_pairs(call *c)
{
    int64_t added = 0;
    entry *e;

    if (c->count % 2 != 0)
        return fail_arity(c), -1;
    if (!key_obtain(c, 1, VALUE_HASH, &e))
        return -1;
    for (size_t i = 2; i < c->count; i += 2) {
        int rc = put(e, c->args[i], c->args[i + 1]);
        if (rc < 0) {
            remove_if_empty(c, e);
            return fail_memory(c), -1;
        }
        added += rc;
    }
    return added;
}

static void hset(call *c)
{
    int64_t added = put_pairs(c);

    if (added >= 0)
        reply_int(c->reply, added);
}

static void hmset(call *c)
{
    if (put_pairs(c) >= 0)
        reply_ok(c->reply);
}

static void hsetnx(call *c)
{
    entry *e;

    if (!key_obtain(c, 1, VALUE_HASH, &e))
        return;
    if (fields_find(&e->fields, c->args[2])) {
        reply_int(c->reply, 0);
        return;
    }
    if (put(e, c->args[2], c->args[3]) < 0)
        fail_memory(c);
    else
        reply_int(c->reply, 1);
    remove_if_empty(c, e);
}

/* --- reading ------------------------------------------------------------------------------- */

static void reply_field(call *c, const field *f)
{
    if (f)
        reply_bulk(c->reply, blob_slice(&f->value));
    else
        reply_null(c->reply);
}

static const field *find(const entry *e, slice name)
{
    return e ? fields_find(&e->fields, name) : NULL;
}

static void hget(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_HASH, &e))
        reply_field(c, find(e, c->args[2]));
}

static void hmget(call *c)
{
    entry *e;

    if (!key_read_kind(c, 1, VALUE_HASH, &e))
        return;
    reply_array(c->reply, c->count - 2);
    for (size_t i = 2; i < c->count; i++)
        reply_field(c, find(e, c->args[i]));
}

static void hexists(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_HASH, &e))
        reply_int(c->reply, find(e, c->args[2]) != NULL);
}

static void hstrlen(call *c)
{
    entry *e;

    if (!key_read_kind(c, 1, VALUE_HASH, &e))
        return;
    const field *f = find(e, c->args[2]);
    reply_int(c->reply, f ? (int64_t)f->value.len : 0);
}

static void hlen(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_HASH, &e))
        reply_int(c->reply, e ? (int64_t)fields_count(&e->fields) : 0);
}

static void reply_all(call *c, bool names, bool values)
{
    entry *e;

    if (!key_read_kind(c, 1, VALUE_HASH, &e))
        return;
    reply_array(c->reply, e ? fields_count(&e->fields) * ((size_t)names + values) : 0);
    for (const field *f = e ? e->fields.oldest : NULL; f; f = f->newer) {
        if (names)
            reply_bulk(c->reply, f->node.key);
        if (values)
            reply_field(c, f);
    }
}

static void hgetall(call *c)
{
    reply_all(c, true, true);
}

static void hkeys(call *c)
{
    reply_all(c, true, false);
}

static void hvals(call *c)
{
    reply_all(c, false, true);
}

/* --- changing ------------------------------------------------------------------------------ */

static void hdel(call *c)
{
    int64_t removed = 0;
    entry *e;

    if (!key_write_kind(c, 1, VALUE_HASH, &e))
        return;
    for (size_t i = 2; e && i < c->count; i++) {
        field *f = fields_find(&e->fields, c->args[i]);
        removed += f != NULL;
        if (f)
            fields_remove(&e->fields, f);
    }
    if (e)
        remove_if_empty(c, e);
    reply_int(c->reply, removed);
}

static void hincrby(call *c)
{
    char text[INT_TEXT_MAX];
    int64_t n, old = 0, sum;
    entry *e;

    if (!arg_int(c, 3, &n) || !key_obtain(c, 1, VALUE_HASH, &e))
        return;
    const field *f = find(e, c->args[2]);
    if (f && !slice_to_int(blob_slice(&f->value), &old))
        reply_error(c->reply, "ERR hash value is not an integer");
    else if (__builtin_add_overflow(old, n, &sum))
        reply_error(c->reply, "ERR increment or decrement would overflow");
    else if (put(e, c->args[2], (slice){text, int_to_text(sum, text)}) < 0)
        fail_memory(c);
    else
        reply_int(c->reply, sum);
    remove_if_empty(c, e);
}

static void hincrbyfloat(call *c)
{
    char text[FLOAT_TEXT_MAX];
    long double n, old = 0;
    entry *e;

    if (!slice_to_float(c->args[3], &n)) {
        reply_error(c->reply, NOT_A_FLOAT);
        return;
    }
    if (!key_obtain(c, 1, VALUE_HASH, &e))
        return;
    const field *f = find(e, c->args[2]);
    size_t len = 0;
    if (f && !slice_to_float(blob_slice(&f->value), &old))
        reply_error(c->reply, "ERR hash value is not a float");
    else if (!isfinite(old + n))
        reply_error(c->reply, "ERR increment would produce NaN or Infinity");
    else if (put(e, c->args[2], (slice){text, len = float_to_text(old + n, text)}) < 0)
        fail_memory(c);
    else
        reply_bulk(c->reply, (slice){text, len});
    remove_if_empty(c, e);
}

const command commands_of_hashes[] = {{"hdel", hdel, -3, 1, 1, 1, COMMAND_WRITES},
                                      {"hexists", hexists, 3, 1, 1, 1, COMMAND_READS},
                                      {"hget", hget, 3, 1, 1, 1, COMMAND_READS},
                                      {"hgetall", hgetall, 2, 1, 1, 1, COMMAND_READS},
                                      {"hincrby", hincrby, 4, 1, 1, 1, COMMAND_WRITES},
                                      {"hincrbyfloat", hincrbyfloat, 4, 1, 1, 1, COMMAND_WRITES},
                                      {"hkeys", hkeys, 2, 1, 1, 1, COMMAND_READS},
                                      {"hlen", hlen, 2, 1, 1, 1, COMMAND_READS},
                                      {"hmget", hmget, -3, 1, 1, 1, COMMAND_READS},
                                      {"hmset", hmset, -4, 1, 1, 1, COMMAND_WRITES},
                                      {"hset", hset, -4, 1, 1, 1, COMMAND_WRITES},
                                      {"hsetnx", hsetnx, 4, 1, 1, 1, COMMAND_WRITES},
                                      {"hstrlen", hstrlen, 3, 1, 1, 1, COMMAND_READS},
                                      {"hvals", hvals, 2, 1, 1, 1, COMMAND_READS},
                                      {.name = NULL}};
