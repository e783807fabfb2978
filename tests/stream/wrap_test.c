/* wrap_test.c: channels, sets, listeners, signals, lines and folders as streams. */
#include <signal.h>
#include <unistd.h>

#include "stream/streams.h"
#include "support/tcp.h"

EDO_TEST_BOTH(a_channel_gives_what_is_sent_until_it_is_closed) /* stream-068 */
{
    for (int bounded = 0; bounded < 2; bounded++) {
        edo_mpsc_sender *tx;
        edo_mpsc_receiver *rx;
        edo_mpsc_items items;
        int item = 0;

        if (bounded)
            assert_ok(edo_mpsc_new(INT_ITEM, 4, &tx, &rx));
        else
            assert_ok(edo_mpsc_new_unbounded(INT_ITEM, &tx, &rx));
        edo_stream s = edo_stream_of_mpsc(&items, rx, INT_ITEM);
        for (int i = 1; i <= 3; i++)
            assert_ok(edo_mpsc_send(tx, &i));
        edo_mpsc_sender_free(tx);
        for (int i = 1; i <= 3; i++) {
            assert_int_equal(edo_stream_next(s, &item), 1);
            assert_int_equal(item, i);
        }
        assert_int_equal(edo_stream_next(s, &item), 0);
        assert_true(edo_stream_is_done(s));
        assert_int_equal(edo_stream_next(s, &item), 0);
        edo_stream_release(s);
    }
}

EDO_TEST(a_channels_next_is_woken_and_puts_back) /* stream-068 stream-002 */
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_items items;
    int item = 0;

    assert_ok(edo_mpsc_new(INT_ITEM, 4, &tx, &rx));
    edo_stream s = edo_stream_of_mpsc(&items, rx, INT_ITEM);
    check_pends(s);
    edo_stream_next_future next = edo_stream_next_async(s, &item);
    assert_pending(&next.base);
    assert_ok(edo_mpsc_send(tx, &(int){5}));
    assert_woken(1);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_next(s, 5);
    edo_mpsc_sender_free(tx);
    edo_stream_release(s);
}

EDO_TEST(a_channels_hint_is_what_is_in_it) /* stream-069 stream-027 */
{
    for (int by_rx = 0; by_rx < 2; by_rx++) {
        edo_mpsc_sender *tx;
        edo_mpsc_receiver *rx;
        edo_mpsc_items items;
        assert_ok(edo_mpsc_new(INT_ITEM, 4, &tx, &rx));
        edo_stream s = edo_stream_of_mpsc(&items, rx, INT_ITEM);
        check_open_hint(s, 0);
        assert_ok(edo_mpsc_send(tx, &(int){1}));
        assert_ok(edo_mpsc_send(tx, &(int){2}));
        check_open_hint(s, 2);
        check_next(s, 1);
        check_open_hint(s, 1);
        if (by_rx)
            edo_mpsc_items_close(&items);
        else
            edo_mpsc_sender_free(tx);
        check_hint(s, 1, 1);
        check_next(s, 2);
        check_hint(s, 0, 0);
        check_end(s);
        if (by_rx)
            edo_mpsc_sender_free(tx);
        edo_stream_release(s);
    }
}

EDO_TEST(a_channel_that_is_closed_at_once_has_nothing) /* stream-069 */
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_items items;

    assert_ok(edo_mpsc_new_unbounded(INT_ITEM, &tx, &rx));
    edo_stream s = edo_stream_of_mpsc(&items, rx, INT_ITEM);
    edo_mpsc_sender_free(tx);
    check_hint(s, 0, 0);
    check_end(s);
    edo_stream_release(s);
}

EDO_TEST(a_receiver_is_closed_and_given_back) /* stream-070 stream-004 */
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mpsc_items items;
    int item = 0;

    assert_ok(edo_mpsc_new(INT_ITEM, 4, &tx, &rx));
    edo_stream s = edo_stream_of_mpsc(&items, rx, INT_ITEM);
    assert_ok(edo_mpsc_send(tx, &(int){1}));
    assert_ok(edo_mpsc_send(tx, &(int){2}));
    edo_mpsc_items_close(&items);
    assert_err(edo_mpsc_send(tx, &(int){3}), -EPIPE);
    check_next(s, 1);
    assert_ptr_equal(edo_mpsc_items_take(&items), rx);
    assert_null(edo_mpsc_items_take(&items));
    check_end(s);
    edo_mpsc_items_close(&items);
    edo_stream_release(s);
    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
    assert_int_equal(item, 2);
    edo_mpsc_receiver_free(rx);
    edo_mpsc_sender_free(tx);
}

EDO_TEST(a_broadcast_says_where_it_lagged_and_goes_on) /* stream-071 */
{
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    edo_broadcast_items items;

    assert_ok(edo_broadcast_new(INT_ITEM, 2, &tx, &rx));
    edo_stream s = edo_stream_of_broadcast(&items, rx, INT_ITEM);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(edo_broadcast_send(tx, &i), 1);
    check_result(s, -EDO_ELAGGED);
    assert_int_equal(edo_broadcast_items_missed(&items), 3);
    check_next(s, 4);
    check_next(s, 5);
    check_pends(s);
    edo_broadcast_sender_free(tx);
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
}

static int clones_left;

static int clone_if_any(void *to, const void *from)
{
    memcpy(to, from, sizeof(int));
    return --clones_left < 0 ? -ENOMEM : 0;
}

EDO_TEST(a_watchs_value_that_could_not_be_copied_comes_again)
{
    static const edo_item item = {.size = sizeof(int), .clone = clone_if_any};
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    edo_watch_items items;
    int value = 0;

    clones_left = 0;
    assert_ok(edo_watch_new(&item, &(int){7}, &tx, &rx));
    edo_stream s = edo_stream_of_watch(&items, rx, &item, false);
    assert_err(edo_stream_next(s, &value), -ENOMEM);
    clones_left = 1;
    edo_watch_sender_free(tx);
    assert_int_equal(edo_stream_next(s, &value), 1);
    assert_int_equal(value, 7);
    assert_int_equal(edo_stream_next(s, &value), 0);
    edo_stream_release(s);
}

EDO_TEST(a_watch_gives_its_value_and_what_it_changes_to)
{
    edo_watch_sender *tx;
    edo_watch_receiver *rx, *other;
    edo_watch_items items, changes;
    int item;

    assert_ok(edo_watch_new(INT_ITEM, &(int){1}, &tx, &rx));
    assert_ok(edo_watch_subscribe(tx, &other));
    edo_stream s = edo_stream_of_watch(&items, rx, INT_ITEM, false);
    edo_stream c = edo_stream_of_watch(&changes, other, INT_ITEM, true);
    edo_stream_next_future next = edo_stream_next_async(s, &item);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    check_next(s, 1);
    check_pends(s);
    check_pends(c);
    assert_ok(edo_watch_send(tx, &(int){2}));
    assert_ok(edo_watch_send(tx, &(int){3}));
    check_next(s, 3);
    check_next(c, 3);
    assert_ok(edo_watch_send(tx, &(int){4}));
    edo_watch_sender_free(tx);
    check_next(s, 4);
    check_end(s);
    check_end(s);
    edo_stream_release(s);
    assert_ptr_equal(edo_watch_items_take(&changes), other);
    edo_watch_receiver_free(other);
    edo_stream_release(c);
}

static int say(void *arg)
{
    return (int)(intptr_t)arg;
}

EDO_TEST(a_set_gives_a_result_for_each_task) /* stream-072 */
{
    edo_join_set *set;
    edo_join_set_items items;
    edo_joined joined;

    assert_ok(edo_join_set_new(&set));
    assert_ok(edo_join_set_spawn(set, say, (void *)(intptr_t)-EIO, NULL));
    assert_ok(edo_join_set_spawn(set, say, (void *)7, NULL));
    edo_stream s = edo_stream_of_join_set(&items, set);
    check_hint(s, 2, 2);
    assert_int_equal(edo_stream_next(s, &joined), 1);
    assert_int_equal(joined.result, -EIO);
    check_hint(s, 1, 1);
    assert_int_equal(edo_stream_next(s, &joined), 1);
    assert_int_equal(joined.result, 7);
    check_hint(s, 0, 0);
    assert_int_equal(edo_stream_next(s, &joined), 0);
    assert_ok(edo_join_set_spawn(set, say, (void *)8, NULL));
    assert_int_equal(edo_stream_next(s, &joined), 1);
    assert_int_equal(joined.result, 8);
    edo_stream_release(s);
}

static int connect_twice(void *arg)
{
    edo_tcp_stream *conn;

    for (int i = 0; i < 2; i++) {
        int rc = edo_tcp_connect(here(*(unsigned *)arg), &conn);
        if (rc < 0)
            return rc;
        edo_tcp_close(conn);
    }
    return 0;
}

EDO_TEST_MT(a_listener_gives_its_connections) /* stream-074 */
{
    edo_tcp_listener *listener;
    edo_tcp_incoming incoming;
    edo_tcp_stream *conn;
    edo_task task;
    unsigned port;
    int ret = -1;

    listener = listen_here(&port);
    edo_stream s = edo_stream_of_tcp(&incoming, listener);
    assert_ok(edo_spawn(connect_twice, &port, &task));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_stream_next(s, &conn), 1);
        edo_tcp_close(conn);
    }
    assert_ok(edo_join(task, &ret));
    assert_ok(ret);
    assert_ptr_equal(edo_tcp_incoming_take(&incoming), listener);
    assert_int_equal(edo_stream_next(s, &conn), 0);
    edo_stream_release(s);
    s = edo_stream_of_tcp(&incoming, listener);
    edo_stream_release(s); /* and closes it */
}

EDO_TEST_MT(a_unix_listener_gives_its_connections) /* stream-074 */
{
    edo_unix_listener *listener;
    edo_unix_incoming incoming;
    edo_unix_stream *conn, *client;
    char path[64];

    snprintf(path, sizeof path, "@edo-stream-wrap-%d", (int)getpid());
    assert_ok(edo_unix_listen(path, &listener));
    edo_stream s = edo_stream_of_unix(&incoming, listener);
    assert_ok(edo_unix_connect(path, &client));
    assert_int_equal(edo_stream_next(s, &conn), 1);
    edo_unix_close(conn);
    edo_unix_close(client);
    edo_stream_release(s);
}

EDO_TEST_MT(a_signal_is_an_item_each_time) /* signal-021 stream-074 */
{
    edo_signal *signal;
    edo_signal_items items;

    assert_ok(edo_signal_open(SIGUSR1, &signal));
    edo_stream s = edo_stream_of_signal(&items, signal);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(raise(SIGUSR1), 0); /* TSan handles one to oneself at once */
        assert_int_equal(edo_stream_next(s, NULL), 1);
    }
    edo_stream_next_future next = edo_stream_next_async(s, NULL);
    assert_pending(&next.base);
    edo_future_cancel(&next.base);
    assert_int_equal(poll_to_end(&next.base), -ECANCELED);
    assert_false(edo_stream_is_done(s));
    next = edo_stream_next_async(s, NULL);
    assert_pending(&next.base);
    edo_signal_close(signal);
    assert_int_equal(poll_to_end(&next.base), 0);
    assert_ptr_equal(edo_signal_items_take(&items), signal); /* which is closed already */
    assert_int_equal(edo_stream_next(s, NULL), 0);
    edo_stream_release(s);
}

/* Whose end brings back what was there before. */
EDO_TEST_MT(a_signals_stream_closes_its_listener)
{
    struct sigaction now;
    edo_signal *signal;
    edo_signal_items items;

    assert_ok(edo_signal_open(SIGUSR1, &signal));
    edo_stream_release(edo_stream_of_signal(&items, signal));
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
}

static int open_here(void *arg)
{
    return edo_signal_open(SIGUSR2, arg);
}

static int next_of(void *arg)
{
    return edo_stream_next(*(edo_stream *)arg, NULL);
}

EDO_TEST_PLAIN(a_signals_stream_ends_with_its_runtime) /* signal-021 */
{
    edo_runtime *ended, *other;
    edo_signal *signal;
    edo_signal_items items;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &ended));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &other));
    assert_ok(edo_block_on(ended, open_here, &signal));
    edo_stream s = edo_stream_of_signal(&items, signal);
    assert_ok(edo_runtime_free(ended));
    assert_int_equal(edo_block_on(other, next_of, &s), 0);
    assert_int_equal(edo_block_on(other, next_of, &s), 0);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s);
    assert_ok(edo_runtime_free(other));
}

static void check_bytes(edo_stream s, const char *expected)
{
    edo_bytes bytes;

    assert_int_equal(edo_stream_next(s, &bytes), 1);
    assert_int_equal(bytes.len, strlen(expected));
    assert_memory_equal(bytes.data, expected, bytes.len);
    edo_bytes_free(&bytes);
}

EDO_TEST(lines_and_pieces_are_streams_of_bytes) /* stream-074 */
{
    edo_bytes text = edo_bytes_static("one\r\ntwo\n\nfour", 14);
    edo_piece_items items;
    edo_bytes line;
    edo_stream s = edo_stream_of_pieces(&items, edo_lines(edo_bytes_as_reader(&text)));

    check_bytes(s, "one");
    edo_stream_next_future next = edo_stream_next_async(s, &line);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    check_bytes(s, "two");
    check_bytes(s, "");
    check_bytes(s, "four");
    assert_int_equal(edo_stream_next(s, &line), 0);
    assert_true(edo_stream_is_done(s));
    text = edo_bytes_static("more\n", 5); /* the reader goes on, the stream doesn't */
    assert_int_equal(edo_stream_next(s, &line), 0);
    edo_stream_release(s);

    text = edo_bytes_static("a,b", 3);
    s = edo_stream_of_pieces(&items, edo_split_at(edo_bytes_as_reader(&text), ','));
    check_bytes(s, "a");
    check_bytes(s, "b");
    assert_int_equal(edo_stream_next(s, &line), 0);
    edo_stream_release(s);
}

EDO_TEST(errors_of_lines_are_items) /* stream-074 stream-009 */
{
    edo_bytes text = edo_bytes_static("far too long\nfine\n", 18);
    edo_piece_items items;
    edo_bytes line;
    edo_pieces lines = edo_lines(edo_bytes_as_reader(&text));

    lines.limit = 5;
    edo_stream s = edo_stream_of_pieces(&items, lines);
    assert_err(edo_stream_next(s, &line), -EDO_ETOOLONG);
    check_bytes(s, "fine");
    assert_int_equal(edo_stream_next(s, &line), 0);
    edo_stream_release(s);
}

EDO_TEST(bytes_are_joined) /* stream-037 */
{
    edo_bytes parts[] = {edo_bytes_static("hello ", 6), edo_bytes_static("world", 5)};
    edo_iter iter;
    edo_buf buf = {0};

    assert_ok(edo_stream_collect_bytes(edo_stream_iter(&iter, parts, 2, edo_bytes_item()), &buf));
    assert_int_equal(buf.len, 11);
    assert_memory_equal(buf.data, "hello world", 11);
    edo_buf_fini(&buf);
    assert_err(edo_stream_collect_bytes(edo_stream_empty(INT_ITEM), &buf), -EINVAL);
}

/* A part, and an error behind it. */
static int part_and_error(void *arg, void *ret_item)
{
    if ((*(int *)arg)++)
        return -EIO;
    return edo_bytes_copy("gone", 4, ret_item) < 0 ? -ENOMEM : 1;
}

EDO_TEST(bytes_that_end_with_an_error_are_not_kept) /* stream-037 */
{
    int calls = 0;
    edo_iter iter;
    edo_buf buf = {0};

    assert_ok(edo_buf_append(&buf, "was", 3));
    assert_err(edo_stream_collect_bytes(
                   edo_stream_from_fn(&iter, part_and_error, &calls, edo_bytes_item()), &buf),
               -EIO);
    assert_int_equal(buf.len, 3);
    edo_buf_fini(&buf);
}

EDO_TEST_MT(a_folder_gives_entries_of_its_own) /* stream-074 */
{
    edo_dir *dir;
    edo_dir_items items;
    edo_dir_entry entry, all[64];
    size_t n = 0;
    int rc;

    assert_ok(edo_dir_open("/proc/self/ns", &dir));
    edo_stream s = edo_stream_of_dir(&items, dir);
    edo_stream_next_future next = edo_stream_next_async(s, &entry);
    assert_int_equal(edo_await(&next.base), 1);
    edo_future_put_back(&next.base);
    while ((rc = edo_stream_next(s, &all[n])) > 0 && n < 63)
        n++;
    assert_int_equal(rc, 0);
    assert_true(n >= 3);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(strncmp(all[i].path, "/proc/self/ns/", 14), 0);
        assert_string_equal(all[i].path + 14, all[i].name);
        edo_dir_entry_fini(&all[i]);
    }
    edo_stream_release(s);
}
