/* Keys that expire: when somebody looks for them, and when nobody does. */
#include "support/edo_test.h"

#include "hash.h"
#include "store.h"

static const slice key = {"key", 3};

static entry *add(store *s, slice name, int64_t expires_at)
{
    uint64_t hash = hash_of(name);
    entry *e;

    store_lock(s, store_shard_of(hash));
    assert_ok(store_add(s, name, hash, VALUE_STRING, &e));
    store_set_expiry(s, e, expires_at);
    store_unlock(s, store_shard_of(hash));
    return e;
}

static bool is_there(store *s, slice name)
{
    uint64_t hash = hash_of(name);

    store_lock(s, store_shard_of(hash));
    bool is = store_find(s, name, hash, &(store_clock){0}) != NULL;
    store_unlock(s, store_shard_of(hash));
    return is;
}

static size_t count(store *s, size_t *ret_expiring)
{
    store_lock(s, STORE_ALL);
    size_t n = store_count(s, ret_expiring);
    store_unlock(s, STORE_ALL);
    return n;
}

static uint64_t expired(store *s)
{
    store_lock(s, STORE_ALL);
    store_counts counts = store_tally(s);
    store_unlock(s, STORE_ALL);
    return counts.expired;
}

static int expire_all(void *arg)
{
    return store_expire_all(arg);
}

static store *store_begin(void)
{
    store *s;

    assert_ok(store_new(&s));
    return s;
}

/* Until then keys may be late, and a test take its time. */
static edo_task begin_expiring(store *s)
{
    edo_task expirer;

    assert_ok(edo_spawn(expire_all, s, &expirer));
    return expirer;
}

static void store_end(store *s, edo_task expirer)
{
    int why;

    edo_task_abort(expirer);
    assert_ok(edo_join(expirer, &why));
    assert_int_equal(why, -ECANCELED);
    store_free(s);
}

EDO_TEST_BOTH(a_key_that_has_expired_is_not_found)
{
    store *s = store_begin();
    size_t expiring;

    add(s, key, store_now() - 1);
    assert_int_equal(count(s, &expiring), 1); /* nobody has looked yet */
    assert_int_equal(expiring, 1);
    assert_false(is_there(s, key));
    assert_int_equal(count(s, &expiring), 0);
    assert_int_equal(expiring, 0);
    assert_int_equal(expired(s), 1);
    store_free(s);
}

EDO_TEST_MT(a_key_that_nobody_looks_for_goes_when_it_expires)
{
    store *s = store_begin();
    size_t expiring;

    add(s, key, store_now() + 20);
    add(s, slice_of("another"), store_now() + 10);
    add(s, slice_of("kept"), store_now() + 3600 * 1000);
    edo_task expirer = begin_expiring(s);
    task_wait_until(count(s, &expiring) == 1);
    assert_int_equal(expired(s), 2);
    assert_int_equal(expiring, 1);
    store_end(s, expirer);
}

EDO_TEST_MT(a_key_that_expires_after_all_others_have_gone_goes_as_well)
{
    store *s = store_begin();
    edo_task expirer = begin_expiring(s);
    size_t expiring;

    for (uint64_t i = 1; i <= 5;
         i++) { /* each finds the expirer with nothing to wait for but its word */
        add(s, key, store_now() + 2);
        task_wait_until(expired(s) == i);
        assert_int_equal(count(s, &expiring), 0);
    }
    store_end(s, expirer);
}

EDO_TEST_MT(an_expiry_that_was_moved_or_taken_back_doesnt_come)
{
    store *s = store_begin();
    size_t expiring;
    entry *moved = add(s, slice_of("moved"), store_now() + 10);
    entry *kept = add(s, slice_of("kept"), store_now() + 10);

    store_lock(s, STORE_ALL);
    store_set_expiry(s, moved, store_now() + 3600 * 1000);
    store_set_expiry(s, kept, 0);
    store_unlock(s, STORE_ALL);
    add(s, key, store_now() + 20); /* later than both were */
    edo_task expirer = begin_expiring(s);
    task_wait_until(expired(s) > 0);
    assert_false(is_there(s, key));
    assert_int_equal(count(s, &expiring), 2);
    store_end(s, expirer);
}

/* The one timer must not end the other key's life, which has its name. */
EDO_TEST_MT(a_key_that_was_removed_and_made_anew_has_an_expiry_of_its_own)
{
    store *s = store_begin();
    entry *first = add(s, key, store_now() + 10);

    store_lock(s, STORE_ALL);
    store_remove(s, first);
    store_unlock(s, STORE_ALL);
    add(s, key, 0);
    add(s, slice_of("later"), store_now() + 20);
    edo_task expirer = begin_expiring(s);
    task_wait_until(expired(s) > 0);
    assert_true(is_there(s, key));
    store_end(s, expirer);
}

EDO_TEST_BOTH(a_cleared_store_has_nothing)
{
    store *s = store_begin();
    size_t expiring;

    for (char name = 'a'; name <= 'z'; name++)
        add(s, (slice){&name, 1}, name % 2 ? store_now() + 3600 * 1000 : 0);
    assert_int_equal(count(s, &expiring), 26);
    assert_int_equal(expiring, 13);
    store_lock(s, STORE_ALL);
    store_clear(s);
    store_unlock(s, STORE_ALL);
    assert_int_equal(count(s, &expiring), 0);
    assert_int_equal(expiring, 0);
    assert_false(is_there(s, (slice){"a", 1}));
    store_free(s);
}
