/* forms_test.c: the forms of what is done with a whole stream, or a sink, that other tests have no need of. */
#include "stream/streams.h"

#include <edo.h>

static const int numbers[] = {1, 2, 3, 4};

/* Awaits a future of any kind. */
#define await(fut) edo_await(&(fut).base)

static edo_stream all_numbers(edo_iter *iter)
{
    return edo_stream_iter(iter, numbers, 4, INT_ITEM);
}

static bool is_below(void *arg, const void *item)
{
    return *(const int *)item < *(int *)arg;
}

static int add(void *arg, void *item)
{
    *(int *)arg += *(int *)item;
    return 0;
}

EDO_TEST_BOTH(whole_streams_by_their_futures)
{
    int limit = 3, sum = 0, some[2];
    edo_iter iter;
    edo_stream s = all_numbers(&iter);

    edo_stream_fold_future any = edo_stream_any_async(s, is_below, &limit);
    assert_int_equal(await(any), 1); /* and has taken that one */
    edo_stream_fold_future all = edo_stream_all_async(s, is_below, &limit);
    assert_int_equal(await(all), 0);
    edo_stream_fold_future fold = edo_stream_fold_async(s, add, &sum);
    assert_ok(await(fold));
    assert_int_equal(fold.done, 1);
    assert_int_equal(sum, 4);
    s = all_numbers(&iter);
    edo_stream_collect_future collect = edo_stream_collect_array_async(s, some, 2);
    assert_err(await(collect), -ENOSPC);
    assert_int_equal(collect.done, 2);
    assert_int_equal(some[1], 2);
    edo_stream_release(s);
}

EDO_TEST_BOTH(room_for_items_can_be_made_before)
{
    edo_items items = {0};
    edo_iter iter;
    edo_stream s = all_numbers(&iter);
    static const edo_item other = {.size = 1, .align = 1};

    assert_ok(edo_items_reserve(&items, INT_ITEM, 8));
    const void *data = items.data;
    assert_ok(edo_items_reserve(&items, INT_ITEM, 8));
    assert_ptr_equal(items.data, data);
    assert_ok(edo_stream_collect(s, &items));
    assert_int_equal(items.len, 4);
    assert_ptr_equal(items.data, data); /* it had no need to grow */
    assert_err(edo_items_reserve(&items, &other, 16), -EINVAL);
    assert_err(edo_items_reserve(&items, NULL, 16), -EINVAL);
    assert_err(edo_items_reserve(NULL, INT_ITEM, 16), -EINVAL);
    edo_items_fini(&items);
    edo_stream_release(s);
}

EDO_TEST_BOTH(sinks_by_their_futures)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_sink place;
    edo_iter iter;
    edo_stream s = all_numbers(&iter);
    int got;

    assert_ok(edo_mpsc_new(INT_ITEM, 8, &tx, &rx));
    edo_item_sink sink = edo_sink_of_mpsc(&place, tx, INT_ITEM, false);
    edo_forward_future send = edo_stream_send_all_async(s, sink);
    assert_ok(await(send));
    assert_int_equal(send.done, 4);
    edo_item_sink_future flush = edo_item_sink_flush_async(sink);
    assert_ok(await(flush));
    edo_item_sink_future closed = edo_item_sink_close_async(sink);
    assert_ok(await(closed));
    edo_item_sink_release(sink);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(edo_mpsc_recv(rx, &got), 1);
        assert_int_equal(got, numbers[i]);
    }
    assert_int_equal(edo_mpsc_recv(rx, &got), 0);
    edo_mpsc_receiver_free(rx);
    edo_stream_release(s);
}
