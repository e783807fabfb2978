/* The hash table: against an array of what should be in it, while it grows and shrinks. */
#include <stdlib.h>
#include <string.h>

#include "support/edo_test.h"

#include "hash.h"
#include "table.h"

enum { KEYS = 3000 };

typedef struct thing {
    node node;
    char name[16];
    bool is_in;
    unsigned seen;
} thing;

static thing things[KEYS];

static void name_all(void)
{
    for (int i = 0; i < KEYS; i++) {
        snprintf(things[i].name, sizeof things[i].name, "key:%d", i);
        things[i].node.key = slice_of(things[i].name);
        things[i].node.hash = hash_of(things[i].node.key);
    }
}

static void assert_holds(const table *t, size_t len)
{
    table_walk walk;

    assert_int_equal(t->len, len);
    for (int i = 0; i < KEYS; i++) {
        const node *found = table_find(t, things[i].node.key, things[i].node.hash);
        assert_ptr_equal(found, things[i].is_in ? &things[i].node : NULL);
        things[i].seen = 0;
    }
    for (node *n = table_first(t, &walk); n; n = table_next(&walk))
        ((thing *)n)->seen++;
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(things[i].seen, things[i].is_in);
}

EDO_TEST_PLAIN(a_table_has_what_was_put_in_and_not_removed)
{
    table t = {.len = 0};
    size_t len = 0;
    unsigned at = 1;

    name_all();
    assert_holds(&t, 0);
    for (int step = 0; step < 20000; step++) {
        at = at * 1103515245 + 12345;
        thing *one = &things[(at >> 8) % KEYS];
        bool fills = step < 8000 || step > 17000;
        if (!one->is_in && (fills || at >> 29 == 0)) {
            assert_ok(table_insert(&t, &one->node));
            one->is_in = true;
            len++;
        } else if (one->is_in && !fills) {
            table_remove(&t, &one->node);
            one->is_in = false;
            len--;
        }
        if (step % 500 == 0)
            assert_holds(&t, len);
    }
    assert_holds(&t, len);
    table_fini(&t);
}

EDO_TEST_PLAIN(a_table_grows_a_few_buckets_at_a_time)
{
    table t = {.len = 0};

    name_all();
    for (int i = 0; i < 1024; i++)
        assert_ok(table_insert(&t, &things[i].node));
    assert_ok(table_insert(&t, &things[1024].node));
    assert_int_equal(t.now.count, 2048);
    assert_int_equal(t.before.count, 1024); /* most of it is still where it was */
    for (int i = 0; i <= 1024; i++)
        assert_ptr_equal(table_find(&t, things[i].node.key, things[i].node.hash), &things[i].node);
    for (int i = 1025; i < 1025 + 256; i++)
        assert_ok(table_insert(&t, &things[i].node));
    assert_int_equal(t.before.count, 0);
    table_fini(&t);
}

EDO_TEST_PLAIN(a_table_that_was_large_gets_small_again)
{
    table t = {.len = 0};

    name_all();
    for (int i = 0; i < KEYS; i++)
        assert_ok(table_insert(&t, &things[i].node));
    for (int i = 0; i < KEYS; i++)
        table_remove(&t, &things[i].node);
    assert_int_equal(t.len, 0);
    assert_true(t.now.count <= 64);
    table_fini(&t);
}

static bool is_named(const node *n, const void *arg)
{
    return slice_is(n->key, arg);
}

EDO_TEST_PLAIN(a_node_is_found_by_its_hash_and_what_else_is_known_of_it)
{
    table t = {.len = 0};

    name_all();
    for (int i = 0; i < 100; i++) {
        things[i].node.hash = 7; /* all in one bucket */
        assert_ok(table_insert(&t, &things[i].node));
    }
    assert_ptr_equal(table_find_by(&t, 7, is_named, "key:50"), &things[50].node);
    assert_null(table_find_by(&t, 8, is_named, "key:50"));
    assert_null(table_find_by(&t, 7, is_named, "key:500"));
    table_fini(&t);
}

/* The vector of SipHash-1-3 for the key 00 01 ... 0f isn't reachable, as the key is secret: so only what a hash
 * has to be. */
EDO_TEST_PLAIN(a_hash_depends_on_every_byte_and_on_the_length)
{
    char bytes[40] = {0};

    for (size_t len = 0; len < sizeof bytes; len++) {
        uint64_t hash = hash_of((slice){bytes, len});
        assert_true(hash == hash_of((slice){bytes, len}));
        assert_true(hash != hash_of((slice){bytes, len + 1}));
        for (size_t i = 0; i < len; i++) {
            bytes[i] = 1;
            assert_true(hash != hash_of((slice){bytes, len}));
            bytes[i] = 0;
        }
    }
}
