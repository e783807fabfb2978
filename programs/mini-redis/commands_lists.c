/* commands_lists.c: values in a row. A list without values is a key that isn't there. */
#include "commands.h"

static void remove_if_empty(call *c, entry *e)
{
    if (e->list.len == 0)
        store_remove(c->store, e);
}

/* --- both ends ----------------------------------------------------------------------------- */

static void push_all(call *c, entry *e, bool in_front)
{
    for (size_t i = 2; i < c->count; i++)
        if (list_push(&e->list, c->args[i], in_front) < 0) {
            remove_if_empty(c, e);
            fail_memory(c);
            return;
        }
    reply_int(c->reply, (int64_t)e->list.len);
}

static void push(call *c, bool in_front)
{
    entry *e;

    if (key_obtain(c, 1, VALUE_LIST, &e))
        push_all(c, e, in_front);
}

static void push_if_there(call *c, bool in_front)
{
    entry *e;

    if (!key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    if (e)
        push_all(c, e, in_front);
    else
        reply_int(c->reply, 0);
}

static void lpush(call *c)
{
    push(c, true);
}

static void rpush(call *c)
{
    push(c, false);
}

static void lpushx(call *c)
{
    push_if_there(c, true);
}

static void rpushx(call *c)
{
    push_if_there(c, false);
}

static void pop_one(call *c, entry *e, bool in_front)
{
    reply_bulk(c->reply, list_at(&e->list, in_front ? 0 : e->list.len - 1));
    list_drop(&e->list, in_front);
}

static void pop_many(call *c, entry *e, size_t count, bool in_front)
{
    count = count < e->list.len ? count : e->list.len;
    reply_array(c->reply, count);
    while (count-- > 0)
        pop_one(c, e, in_front);
}

static bool read_count(call *c, int64_t *ret)
{
    if (slice_to_int(c->args[2], ret) && *ret >= 0)
        return true;
    reply_error(c->reply, "ERR value is out of range, must be positive");
    return false;
}

static void pop(call *c, bool in_front)
{
    bool is_many = c->count == 3;
    int64_t count = 1;
    entry *e;

    if (c->count > 3) {
        fail_arity(c);
        return;
    }
    if ((is_many && !read_count(c, &count)) || !key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    if (!e) {
        is_many ? reply_null_array(c->reply) : reply_null(c->reply);
        return;
    }
    if (is_many)
        pop_many(c, e, (size_t)count, in_front);
    else
        pop_one(c, e, in_front);
    remove_if_empty(c, e);
}

static void lpop(call *c)
{
    pop(c, true);
}

static void rpop(call *c)
{
    pop(c, false);
}

/* --- from one list to another -------------------------------------------------------------- */

static void move_one(call *c, bool from_front, bool to_front)
{
    entry *from, *to;

    if (!key_write_kind(c, 1, VALUE_LIST, &from))
        return;
    if (!from) {
        reply_null(c->reply);
        return;
    }
    if (!key_obtain(c, 2, VALUE_LIST, &to))
        return;
    slice moved = list_at(&from->list, from_front ? 0 : from->list.len - 1);
    reply_bulk(c->reply, moved);
    if (list_push(&to->list, moved, to_front) < 0)
        c->reply->error = -ENOMEM; /* it has been answered already */
    else if (to == from && to_front)
        list_remove(&from->list, from_front ? 1 : from->list.len - 1);
    else
        list_remove(&from->list, from_front ? 0 : from->list.len - (to == from ? 2 : 1));
    remove_if_empty(c, to);
    if (to != from)
        remove_if_empty(c, from);
}

static void rpoplpush(call *c)
{
    move_one(c, false, true);
}

static bool read_side(call *c, size_t i, bool *ret_is_front)
{
    *ret_is_front = slice_is(c->args[i], "left");
    if (*ret_is_front || slice_is(c->args[i], "right"))
        return true;
    reply_error(c->reply, SYNTAX_ERROR);
    return false;
}

static void lmove(call *c)
{
    bool from_front, to_front;

    if (read_side(c, 3, &from_front) && read_side(c, 4, &to_front))
        move_one(c, from_front, to_front);
}

/* --- by index ------------------------------------------------------------------------------ */

static void llen(call *c)
{
    entry *e;

    if (key_read_kind(c, 1, VALUE_LIST, &e))
        reply_int(c->reply, e ? (int64_t)e->list.len : 0);
}

/* From the end if it is negative; false: there is none. */
static bool find_index(const entry *e, int64_t at, size_t *ret)
{
    int64_t len = (int64_t)e->list.len;

    if (at < 0)
        at += len;
    *ret = (size_t)at;
    return at >= 0 && at < len;
}

static void lindex(call *c)
{
    size_t index;
    int64_t at;
    entry *e;

    if (!key_read_kind(c, 1, VALUE_LIST, &e))
        return;
    if (!e)
        reply_null(c->reply);
    else if (!arg_int(c, 2, &at))
        return;
    else if (find_index(e, at, &index))
        reply_bulk(c->reply, list_at(&e->list, index));
    else
        reply_null(c->reply);
}

static void lset(call *c)
{
    size_t index;
    int64_t at;
    entry *e;

    if (!key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    if (!e)
        reply_error(c->reply, NO_SUCH_KEY);
    else if (!arg_int(c, 2, &at))
        return;
    else if (!find_index(e, at, &index))
        reply_error(c->reply, "ERR index out of range");
    else if (list_set(&e->list, index, c->args[3]) < 0)
        fail_memory(c);
    else
        reply_ok(c->reply);
}

typedef struct span {
    size_t from, count;
} span;

/* From and to, both included, both from the end if they are negative. */
static span span_of(int64_t from, int64_t to, size_t len)
{
    int64_t n = (int64_t)len;

    from += from < 0 ? n : 0;
    to += to < 0 ? n : 0;
    from = from < 0 ? 0 : from;
    to = to < n ? to : n - 1;
    if (from > to)
        return (span){0, 0};
    return (span){(size_t)from, (size_t)(to - from + 1)};
}

static void lrange(call *c)
{
    int64_t from, to;
    entry *e;

    if (!arg_int(c, 2, &from) || !arg_int(c, 3, &to) || !key_read_kind(c, 1, VALUE_LIST, &e))
        return;
    span s = span_of(from, to, e ? e->list.len : 0);
    reply_array(c->reply, s.count);
    for (size_t i = 0; i < s.count; i++)
        reply_bulk(c->reply, list_at(&e->list, s.from + i));
}

static void ltrim(call *c)
{
    int64_t from, to;
    entry *e;

    if (!arg_int(c, 2, &from) || !arg_int(c, 3, &to) || !key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    if (e) {
        span s = span_of(from, to, e->list.len);
        size_t behind = e->list.len - s.from - s.count;
        for (size_t i = 0; i < s.from; i++)
            list_drop(&e->list, true);
        for (size_t i = 0; i < behind; i++)
            list_drop(&e->list, false);
        remove_if_empty(c, e);
    }
    reply_ok(c->reply);
}

/* --- by value ------------------------------------------------------------------------------ */

static void lrem(call *c)
{
    size_t removed = 0;
    int64_t count;
    entry *e;

    if (!arg_int(c, 2, &count) || !key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    uint64_t most = count == 0 ? UINT64_MAX : count < 0 ? 0 - (uint64_t)count : (uint64_t)count;
    if (e) {
        removed = list_remove_equal(&e->list, c->args[3], most, count < 0);
        remove_if_empty(c, e);
    }
    reply_int(c->reply, (int64_t)removed);
}

static void linsert(call *c)
{
    bool is_before = slice_is(c->args[2], "before");
    size_t at = 0;
    entry *e;

    if (!is_before && !slice_is(c->args[2], "after")) {
        reply_error(c->reply, SYNTAX_ERROR);
        return;
    }
    if (!key_write_kind(c, 1, VALUE_LIST, &e))
        return;
    while (e && at < e->list.len && !slice_equal(list_at(&e->list, at), c->args[3]))
        at++;
    if (!e)
        reply_int(c->reply, 0);
    else if (at == e->list.len)
        reply_int(c->reply, -1);
    else if (list_insert(&e->list, is_before ? at : at + 1, c->args[4]) < 0)
        fail_memory(c);
    else
        reply_int(c->reply, (int64_t)e->list.len);
}

const command commands_of_lists[] = {{"lindex", lindex, 3, 1, 1, 1, COMMAND_READS},
                                     {"linsert", linsert, 5, 1, 1, 1, COMMAND_WRITES},
                                     {"llen", llen, 2, 1, 1, 1, COMMAND_READS},
                                     {"lmove", lmove, 5, 1, 2, 1, COMMAND_WRITES},
                                     {"lpop", lpop, -2, 1, 1, 1, COMMAND_WRITES},
                                     {"lpush", lpush, -3, 1, 1, 1, COMMAND_WRITES},
                                     {"lpushx", lpushx, -3, 1, 1, 1, COMMAND_WRITES},
                                     {"lrange", lrange, 4, 1, 1, 1, COMMAND_READS},
                                     {"lrem", lrem, 4, 1, 1, 1, COMMAND_WRITES},
                                     {"lset", lset, 4, 1, 1, 1, COMMAND_WRITES},
                                     {"ltrim", ltrim, 4, 1, 1, 1, COMMAND_WRITES},
                                     {"rpop", rpop, -2, 1, 1, 1, COMMAND_WRITES},
                                     {"rpoplpush", rpoplpush, 3, 1, 2, 1, COMMAND_WRITES},
                                     {"rpush", rpush, -3, 1, 1, 1, COMMAND_WRITES},
                                     {"rpushx", rpushx, -3, 1, 1, 1, COMMAND_WRITES},
                                     {.name = NULL}};
