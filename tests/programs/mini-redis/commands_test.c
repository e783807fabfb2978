/* Commands with a clock that the test has set: what a request has found stays while it runs. */
#include <string.h>

#include "support/edo_test.h"

#include "commands.h"
#include "hash.h"

enum { ARGS_MAX = 8 };

/* A store that one task has for itself. */
typedef struct bench {
    store *store;
    reply reply;
    int64_t now;
} bench;

static bench bench_begin(void)
{
    bench b = {.now = store_now() -
                      3600 * 1000}; /* an hour ago: all that expires has, by the day's clock */

    assert_ok(store_new(&b.store));
    return b;
}

static void bench_end(bench *b)
{
    reply_fini(&b->reply);
    store_free(b->store);
}

static const command *find(const command *kind, slice name)
{
    while (kind->name && !slice_is(name, kind->name))
        kind++;
    assert_non_null(kind->name);
    return kind;
}

/* Runs a line of words, and forgets the answers before. */
static void run(bench *b, const command *kind, const char *line)
{
    slice args[ARGS_MAX];
    call c = {.store = b->store, .reply = &b->reply, .args = args, .clock = {b->now}};

    for (const char *at = line; *at; at += strspn(at, " "), c.count++) {
        assert_true(c.count < ARGS_MAX);
        args[c.count] = (slice){at, strcspn(at, " ")};
        at += args[c.count].len;
    }
    c.command = find(kind, args[0]);
    c.hash = hash_of(args[c.command->first]);
    edo_buf_clear(&b->reply.buf);
    store_lock(b->store, STORE_ALL);
    c.command->run(&c);
    store_unlock(b->store, STORE_ALL);
    assert_int_equal(b->reply.error, 0);
}

static void assert_answer(bench *b, const char *expected)
{
    assert_int_equal(b->reply.buf.len, strlen(expected));
    assert_memory_equal(b->reply.buf.data, expected, strlen(expected));
}

/* A key that expires a millisecond after the request's clock, and so long ago by any other. */
static void expire_soon(bench *b, const char *key)
{
    char line[64];

    snprintf(line, sizeof line, "PEXPIREAT %s %lld", key, (long long)b->now + 1);
    run(b, commands_of_keys, line);
    assert_answer(b, ":1\r\n");
}

EDO_TEST(a_key_that_expires_while_it_is_renamed_to_itself_stays)
{
    bench b = bench_begin();

    run(&b, commands_of_strings, "SET k v");
    expire_soon(&b, "k");
    run(&b, commands_of_keys, "RENAME k k");
    assert_answer(&b, "+OK\r\n");
    run(&b, commands_of_keys, "RENAMENX k k");
    assert_answer(&b, ":0\r\n");
    run(&b, commands_of_strings, "GET k");
    assert_answer(&b, "$1\r\nv\r\n");
    b.now++;
    run(&b, commands_of_strings, "GET k");
    assert_answer(&b, "$-1\r\n");
    bench_end(&b);
}

EDO_TEST(a_list_that_expires_while_it_is_turned_stays)
{
    bench b = bench_begin();

    run(&b, commands_of_lists, "RPUSH l a b c");
    expire_soon(&b, "l");
    run(&b, commands_of_lists, "RPOPLPUSH l l");
    assert_answer(&b, "$1\r\nc\r\n");
    run(&b, commands_of_lists, "LMOVE l l LEFT RIGHT");
    assert_answer(&b, "$1\r\nc\r\n");
    run(&b, commands_of_lists, "LRANGE l 0 -1");
    assert_answer(&b, "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n");
    bench_end(&b);
}

EDO_TEST(a_string_that_expires_while_it_is_changed_keeps_its_expiry)
{
    bench b = bench_begin();

    run(&b, commands_of_strings, "SET n 1");
    expire_soon(&b, "n");
    run(&b, commands_of_counters, "INCR n");
    assert_answer(&b, ":2\r\n");
    run(&b, commands_of_counters, "INCRBYFLOAT n 0.5");
    assert_answer(&b, "$3\r\n2.5\r\n");
    run(&b, commands_of_strings, "APPEND n 7");
    assert_answer(&b, ":4\r\n");
    run(&b, commands_of_strings, "SETRANGE n 0 3");
    assert_answer(&b, ":4\r\n");
    run(&b, commands_of_keys, "PTTL n");
    assert_answer(&b, ":1\r\n");
    b.now++;
    run(&b, commands_of_keys, "PTTL n");
    assert_answer(&b, ":-2\r\n");
    bench_end(&b);
}

EDO_TEST(an_expiry_as_late_as_can_be_is_told_in_seconds)
{
    bench b = bench_begin();

    run(&b, commands_of_strings, "SET k v");
    run(&b, commands_of_keys, "PEXPIREAT k 9223372036854775807");
    run(&b, commands_of_keys, "EXPIRETIME k");
    assert_answer(&b, ":9223372036854776\r\n");
    bench_end(&b);
}
