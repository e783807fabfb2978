/* mpsc_memory_test.c: channels when there is no memory: who asks for some is told, and nothing is lost. */
#include <stdlib.h>

#include "sync/mpsc_rig.h"

/* The library's memory for channels is aligned; all else of the process comes from elsewhere. */
static int allocations_left = -1; /* how many succeed before all fail; negative: all succeed */

void *aligned_alloc(size_t align, size_t size)
{
    void *memory = NULL;

    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return posix_memalign(&memory, align, size) ? NULL : memory;
}

EDO_TEST_BOTH(channel_is_made_whole_or_not_at_all)
{
    const edo_item aligned = {.size = 64, .align = 64};

    FOR_BOTH_KINDS(capacity)
    {
        for (int successes = 0; successes < 2; successes++) {
            channel c = {NULL, NULL};
            allocations_left = successes;
            assert_err(capacity ? edo_mpsc_new(&aligned, capacity, &c.tx, &c.rx)
                                : edo_mpsc_new_unbounded(&aligned, &c.tx, &c.rx),
                       -ENOMEM);
            allocations_left = -1;
            assert_null(c.tx);
            assert_null(c.rx);
        }
    }
}

EDO_TEST_BOTH(unbounded_send_without_memory_changes_nothing) /* sync-082 */
{
    channel c = channel_of(COUNTED_INT, UNBOUNDED);
    int sent = 0;
    edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &sent);

    allocations_left = 0;
    while (try_send(c.tx, sent) == 0)
        sent++;
    assert_in_range(sent, 64, 64);
    for (int i = 0; i < 3; i++) {
        assert_err(edo_mpsc_send(c.tx, &sent), -ENOMEM);
        assert_int_equal(edo_mpsc_len(c.rx), sent);
    }
    assert_ready_eq(&send.base, -ENOMEM);
    for (int i = 0; i < 30; i++)
        check_receives(c.rx, i);
    assert_err(try_send(c.tx, sent), -ENOMEM); /* a block is used up, whoever has received */
    allocations_left = -1;
    assert_ok(try_send(c.tx, sent++));
    for (int i = 30; i < sent; i++)
        check_receives(c.rx, i);
    check_receives_nothing(c.rx, -EAGAIN);
    allocations_left = 0;
    for (int i = 0; i < 1000; i++) { /* blocks that were received are used again */
        assert_ok(try_send(c.tx, i));
        check_receives(c.rx, i);
    }
    allocations_left = -1;
    channel_free(&c);
    assert_int_equal(items_gone(1000), 0);
}

EDO_TEST_BOTH(granted_permit_sends_without_memory) /* sync-082 */
{
    channel c = channel_new(100);
    edo_mpsc_permit permit;

    allocations_left = 0;
    for (int round = 0; round < 3; round++) {
        assert_ok(edo_mpsc_reserve_many(c.tx, 100, &permit));
        for (int i = 0; i < 100; i++)
            assert_ok(permit_send(&permit, i));
        for (int i = 0; i < 100; i++)
            check_receives(c.rx, i);
    }
    allocations_left = -1;
    channel_free(&c);
}

EDO_TEST_BOTH(loser_that_cannot_be_put_back_keeps_its_message)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        int got = -1;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ok(try_send(c.tx, 1));
        assert_ok(try_send(c.tx, 2));
        assert_ready_eq(&recv.base, 1);
        allocations_left = 0;
        edo_future_put_back(&recv.base);
        allocations_left = -1;
        assert_int_equal(recv.base.result, 1);
        assert_int_equal(got, 1);
        check_receives(c.rx, 2);
        check_receives_nothing(c.rx, -EAGAIN);
        channel_free(&c);
    }
    assert_int_equal(items_gone(3), 0);
}
