/* mpsc_item_test.c: how many messages a channel says there are, and what they may be. */
#include <stdalign.h>
#include <stdlib.h>

#include "sync/mpsc_rig.h"

/* --- how many --------------------------------------------------------------------------------- */

static void leave(channel *c, int how)
{
    if (how & 1)
        edo_mpsc_close(c->rx);
    edo_mpsc_sender_free(c->tx);
    c->tx = NULL;
    if (how & 2)
        edo_mpsc_close(c->rx);
}

EDO_TEST_BOTH(length_counts_what_was_sent_and_not_received) /* sync-051 */
{
    for (int how = 0; how < 4; how++) {
        FOR_BOTH_KINDS(capacity)
        {
            channel c = channel_new(capacity ? 100 : UNBOUNDED);
            assert_int_equal(edo_mpsc_len(c.rx), 0);
            for (int i = 0; i < 100; i++) {
                assert_ok(try_send(c.tx, i));
                assert_int_equal(edo_mpsc_len(c.rx), i + 1);
            }
            leave(&c, how);
            for (int i = 0; i < 100; i++) {
                assert_int_equal(edo_mpsc_len(c.rx), 100 - i);
                check_receives(c.rx, i);
            }
            assert_int_equal(edo_mpsc_len(c.rx), 0);
            edo_mpsc_receiver_free(c.rx);
        }
    }
}

EDO_TEST_BOTH(empty_means_that_all_were_received) /* sync-052 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        assert_true(edo_mpsc_is_empty(c.rx));
        for (int i = 0; i < 16; i++) {
            assert_ok(try_send(c.tx, i));
            assert_false(edo_mpsc_is_empty(c.rx));
        }
        for (int i = 0; i < 16; i++) {
            assert_false(edo_mpsc_is_empty(c.rx));
            check_receives(c.rx, i);
        }
        assert_true(edo_mpsc_is_empty(c.rx));
        channel_free(&c);
    }
}

EDO_TEST_BOTH(length_is_right_at_the_borders_of_blocks) /* sync-053 */
{
    const size_t capacities[] = {33, UNBOUNDED};

    for (int kind = 0; kind < 2; kind++) {
        channel c = channel_new(capacities[kind]);
        for (int i = 0; i < 256; i++) {
            assert_true(edo_mpsc_is_empty(c.rx));
            assert_int_equal(edo_mpsc_len(c.rx), 0);
            assert_ok(try_send(c.tx, i));
            assert_false(edo_mpsc_is_empty(c.rx));
            assert_int_equal(edo_mpsc_len(c.rx), 1);
            check_receives(c.rx, i);
        }
        assert_true(edo_mpsc_is_empty(c.rx));
        channel_free(&c);
    }
}

/* --- handles and items ------------------------------------------------------------------------ */

EDO_TEST_BOTH(handles_know_whether_they_are_of_one_channel) /* sync-080 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel one = channel_new(capacity), other = channel_new(capacity);
        edo_mpsc_sender *clone = edo_mpsc_sender_clone(one.tx);
        assert_true(edo_mpsc_same_channel(one.tx, clone));
        assert_true(edo_mpsc_same_channel(one.tx, one.tx));
        assert_false(edo_mpsc_same_channel(one.tx, other.tx));
        assert_false(edo_mpsc_same_channel(clone, other.tx));
        edo_mpsc_sender_free(clone);
        channel_free(&one);
        channel_free(&other);
    }
}

/* Bytes that tell where they belong. */
static void fill(unsigned char *item, size_t size, unsigned number)
{
    for (size_t i = 0; i < size; i++)
        item[i] = (unsigned char)(number * 31 + i * 7 + 1);
}

static void destroys_aligned(void *item)
{
    assert_int_equal((uintptr_t)item % 64, 0);
    a_fetch_add(&items_destroyed[0], 1, seq_cst);
}

/* With no alignment given, an item lies as malloc would have it lie. */
static void destroys_as_by_malloc(void *item)
{
    assert_int_equal((uintptr_t)item % items_destroyed[1], 0);
}

static void check_carries(const edo_item *item, size_t capacity)
{
    enum { COUNT = 150 };
    channel c = channel_of(item, capacity ? COUNT : UNBOUNDED);
    alignas(64) unsigned char in[4096], out[4096];

    for (unsigned i = 0; i < COUNT; i++) {
        fill(in, item->size, i);
        assert_ok(edo_mpsc_try_send(c.tx, in));
    }
    for (unsigned i = 0; i < COUNT - 10; i++) {
        memset(out, 0, sizeof out);
        assert_int_equal(edo_mpsc_recv(c.rx, out), 1);
        fill(in, item->size, i);
        if (item->size)
            assert_memory_equal(out, in, item->size);
        assert_true(item->size == sizeof out || out[item->size] == 0);
    }
    channel_free(&c); /* with ten of them inside */
}

EDO_TEST_BOTH(items_of_any_size_are_carried_whole) /* sync-081 */
{
    const size_t sizes[] = {0, 1, 24, 4096};

    FOR_BOTH_KINDS(capacity)
    {
        for (int i = 0; i < 4; i++) {
            check_carries(&(edo_item){.size = sizes[i]}, capacity); /* and nothing is destroyed */
            check_carries(&(edo_item){.size = sizes[i], .align = 1}, capacity);
        }
        items_destroyed[0] = 0;
        check_carries(&(edo_item){.size = 192, .align = 64, .destroy = destroys_aligned}, capacity);
        assert_int_equal(items_destroyed[0], 10);
        items_destroyed[1] = 8;
        check_carries(&(edo_item){.size = 8, .destroy = destroys_as_by_malloc}, capacity);
        items_destroyed[1] = alignof(max_align_t);
        check_carries(&(edo_item){.size = 32, .destroy = destroys_as_by_malloc}, capacity);
    }
}

EDO_TEST_BOTH(items_of_no_size_are_counted)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(&(edo_item){.size = 0}, capacity);
        char nothing;
        assert_ok(edo_mpsc_try_send(c.tx, NULL));
        assert_ok(edo_mpsc_send(c.tx, NULL));
        assert_int_equal(edo_mpsc_len(c.rx), 2);
        assert_int_equal(edo_mpsc_recv_many(c.rx, &nothing, 3), 2);
        assert_int_equal(edo_mpsc_try_recv(c.rx, &nothing), -EAGAIN);
        channel_free(&c);
    }
}
