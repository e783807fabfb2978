/* item_sink_test.c: sends, flushes and closes of a sink of items. */
#include "future/future.h"
#include "stream/streams.h"

/* A sink with room for some items, which a flush moves on. */
typedef struct store {
    int items[8];
    size_t taken, flushed, room;
    int fails; /* what the next send, flush or close says */
    bool is_stuck, is_closed, is_released;
    edo_waker waker;
} store;

static edo_poll tell(store *s, edo_push *p, bool stays)
{
    if (p->canceled)
        p->result = -ECANCELED;
    else if (s->fails)
        p->result = s->fails;
    else if (stays)
        return EDO_PENDING;
    else
        p->result = 0;
    return EDO_READY;
}

static edo_poll store_ready(void *self, edo_push *p, const edo_waker *waker)
{
    store *s = self;

    s->waker = *waker;
    return tell(s, p, s->taken == s->room);
}

static int store_send(void *self, const void *item)
{
    store *s = self;

    if (s->fails)
        return s->fails;
    memcpy(&s->items[s->taken++], item, sizeof(int));
    return 0;
}

static edo_poll store_flush(void *self, edo_push *p, const edo_waker *waker)
{
    store *s = self;

    s->waker = *waker;
    if (tell(s, p, s->is_stuck) == EDO_PENDING)
        return EDO_PENDING;
    if (p->result == 0)
        s->flushed = s->taken;
    return EDO_READY;
}

static edo_poll store_close(void *self, edo_push *p, const edo_waker *waker)
{
    if (store_flush(self, p, waker) == EDO_PENDING)
        return EDO_PENDING;
    ((store *)self)->is_closed = p->result == 0;
    return EDO_READY;
}

static void store_release(void *self)
{
    ((store *)self)->is_released = true;
}

static const edo_item_sink_ops store_ops = {
    .ready = store_ready,
    .send = store_send,
    .flush = store_flush,
    .close = store_close,
    .release = store_release,
    .name = "store",
};

static edo_item_sink sink_of(store *s)
{
    return (edo_item_sink){&store_ops, s, INT_ITEM};
}

EDO_TEST_BOTH(a_send_is_a_feed_and_a_flush)
{
    store s = {.room = 8};
    bool taken = false;

    assert_ok(edo_item_sink_feed(sink_of(&s), &(int){1}));
    assert_int_equal(s.taken, 1);
    assert_int_equal(s.flushed, 0);
    assert_ok(edo_item_sink_send(sink_of(&s), &(int){2}, &taken));
    assert_true(taken);
    assert_int_equal(s.flushed, 2);
    assert_int_equal(s.items[1], 2);
    assert_ok(edo_item_sink_close(sink_of(&s)));
    assert_true(s.is_closed);
    edo_item_sink_release(sink_of(&s));
    assert_true(s.is_released);
    edo_item_sink_release((edo_item_sink){0});
}

EDO_TEST_BOTH(a_sink_that_cannot_be_closed_is_flushed_at_its_close)
{
    static const edo_item_sink_ops no_close = {.send = store_send, .flush = store_flush};
    store s = {.room = 8};
    edo_item_sink sink = {&no_close, &s, INT_ITEM};

    assert_ok(edo_item_sink_feed(sink, &(int){1}));
    assert_ok(edo_item_sink_close(sink));
    assert_int_equal(s.flushed, 1);
}

EDO_TEST(a_feed_waits_for_room_and_takes_nothing_when_cancelled)
{
    store s = {.room = 0};
    edo_item_sink_future feed = edo_item_sink_feed_async(sink_of(&s), &(int){5});

    assert_pending(&feed.base);
    edo_future_cancel(&feed.base);
    assert_ready_eq(&feed.base, -ECANCELED);
    assert_int_equal(s.taken, 0);
    assert_false(feed.is_taken);
    feed = edo_item_sink_feed_async(sink_of(&s), &(int){5});
    assert_pending(&feed.base);
    s.room = 1;
    edo_waker_wake_by_ref(&s.waker);
    assert_woken(1);
    assert_ready_eq(&feed.base, 0);
    assert_true(feed.is_taken);
}

EDO_TEST(a_send_whose_flush_was_cut_short_says_that_the_item_was_taken)
{
    store s = {.room = 8, .is_stuck = true};
    edo_item_sink_future send = edo_item_sink_send_async(sink_of(&s), &(int){5});

    assert_pending(&send.base);
    edo_future_cancel(&send.base);
    assert_ready_eq(&send.base, -ECANCELED);
    assert_true(send.is_taken);
    s.is_stuck = false;
    assert_ok(edo_item_sink_flush(sink_of(&s)));
    assert_int_equal(s.flushed, 1);
}

EDO_TEST(a_sink_says_its_errors)
{
    store s = {.room = 8, .fails = -EPIPE};
    bool taken = true;

    assert_err(edo_item_sink_send(sink_of(&s), &(int){5}, &taken), -EPIPE);
    assert_false(taken);
    assert_err(edo_item_sink_flush(sink_of(&s)), -EPIPE);
    assert_err(edo_item_sink_close(sink_of(&s)), -EPIPE);
    assert_err(edo_item_sink_feed(sink_of(&s), NULL), -EINVAL);
    assert_err(edo_item_sink_flush((edo_item_sink){0}), -EINVAL);
}

EDO_TEST(a_feed_that_was_cancelled_as_room_came_leaves_it_to_the_sink) /* stream-002 */
{
    edo_mpsc_sender *tx, *other;
    edo_mpsc_receiver *rx;
    edo_mpsc_sink sink;
    int item;

    assert_ok(edo_mpsc_new(INT_ITEM, 1, &tx, &rx));
    other = edo_mpsc_sender_clone(tx);
    edo_item_sink to = edo_sink_of_mpsc(&sink, tx, INT_ITEM, false);
    assert_ok(edo_item_sink_feed(to, &(int){1}));
    edo_item_sink_future feed = edo_item_sink_feed_async(to, &(int){2});
    assert_pending(&feed.base);
    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
    edo_future_cancel(&feed.base);
    assert_ready_eq(&feed.base, -ECANCELED);
    assert_false(feed.is_taken);
    assert_err(edo_mpsc_try_send(other, &(int){9}), -EAGAIN);
    assert_ok(edo_item_sink_feed(to, &(int){3}));
    future_restart(&feed.base); /* begun anew, it waits for room again */
    assert_pending(&feed.base);
    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
    assert_int_equal(item, 3);
    assert_ready_eq(&feed.base, 0);
    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
    assert_int_equal(item, 2);
    edo_item_sink_release(to);
    edo_mpsc_sender_free(other);
    edo_mpsc_receiver_free(rx);
}

EDO_TEST(a_send_that_was_cut_short_goes_on_with_its_flush) /* stream-002 */
{
    store s = {.room = 8, .is_stuck = true};
    edo_item_sink_future send = edo_item_sink_send_async(sink_of(&s), &(int){5});

    assert_pending(&send.base);
    edo_future_cancel(&send.base);
    assert_ready_eq(&send.base, -ECANCELED);
    future_restart(&send.base);
    assert_pending(&send.base);
    s.is_stuck = false;
    assert_ready_eq(&send.base, 0);
    assert_int_equal(s.taken, 1);
    assert_int_equal(s.flushed, 1);
}

EDO_TEST(what_is_no_sink_is_refused)
{
    static const edo_item_sink_ops nothing = {.name = "nothing"};
    store s = {.room = 8};
    int item = 1;

    assert_err(edo_item_sink_feed((edo_item_sink){&nothing, &s, INT_ITEM}, &item), -EINVAL);
    assert_err(edo_item_sink_feed((edo_item_sink){&store_ops, &s, NULL}, &item), -EINVAL);
    assert_err(edo_item_sink_close((edo_item_sink){0}), -EINVAL);
    assert_int_equal(s.taken, 0);
}
