/* wrap_back_test.c: what a stream was made of goes with it; or on by itself, when it is taken back. */
#include "stream/streams.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <edo.h>

EDO_TEST_BOTH(a_listener_that_is_taken_back_goes_on)
{
    const char *path = unix_path("back");
    edo_unix_listener *listener;
    edo_unix_incoming incoming;
    edo_unix_stream *client, *server;

    assert_ok(edo_unix_listen(path, &listener));
    edo_stream s = edo_stream_of_unix(&incoming, listener);
    assert_ok(edo_unix_connect(path, &client));
    assert_int_equal(edo_stream_next(s, &server), 1);
    edo_unix_close(server);
    edo_unix_close(client);
    assert_ptr_equal(edo_unix_incoming_take(&incoming), listener);
    assert_null(edo_unix_incoming_take(&incoming));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s); /* without the listener */
    assert_ok(edo_unix_connect(path, &client));
    assert_ok(edo_unix_accept(listener, &server));
    edo_unix_close(server);
    edo_unix_close(client);
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(a_folder_that_is_taken_back_goes_on)
{
    edo_dir_entry entry;
    edo_dir_items items;
    edo_dir *dir;
    int all = 0, rc;

    assert_ok(edo_dir_open("/proc/self/ns", &dir));
    while ((rc = edo_dir_next(dir, &entry)) > 0)
        all++;
    assert_ok(rc);
    assert_ok(edo_dir_rewind(dir));
    edo_stream s = edo_stream_of_dir(&items, dir);
    assert_int_equal(edo_stream_next(s, &entry), 1);
    edo_dir_entry_fini(&entry);
    assert_ptr_equal(edo_dir_items_take(&items), dir);
    assert_null(edo_dir_items_take(&items));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s); /* without the folder */
    while ((rc = edo_dir_next(dir, &entry)) > 0)
        all--;
    assert_ok(rc);
    assert_int_equal(all, 1);
    edo_dir_close(dir);
}

EDO_TEST_BOTH(a_receiver_that_is_taken_back_goes_on)
{
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    edo_broadcast_items items;
    int got;

    assert_ok(edo_broadcast_new(INT_ITEM, 4, &tx, &rx));
    edo_stream s = edo_stream_of_broadcast(&items, rx, INT_ITEM);
    assert_int_equal(edo_broadcast_send(tx, &(int){1}), 1);
    assert_int_equal(edo_broadcast_send(tx, &(int){2}), 1);
    assert_int_equal(edo_stream_next(s, &got), 1);
    assert_int_equal(got, 1);
    assert_ptr_equal(edo_broadcast_items_take(&items), rx);
    assert_null(edo_broadcast_items_take(&items));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s); /* without the receiver */
    assert_int_equal(edo_broadcast_recv(rx, &got, NULL), 1);
    assert_int_equal(got, 2);
    edo_broadcast_receiver_free(rx);
    edo_broadcast_sender_free(tx);
}

static int seven(void *arg)
{
    (void)arg;
    return 7;
}

EDO_TEST_BOTH(a_set_that_is_taken_back_goes_on)
{
    edo_join_set_items items;
    edo_join_set *set;
    edo_joined joined;

    assert_ok(edo_join_set_new(&set));
    assert_ok(edo_join_set_spawn(set, seven, NULL, NULL));
    edo_stream s = edo_stream_of_join_set(&items, set);
    assert_int_equal(edo_stream_next(s, &joined), 1);
    assert_int_equal(joined.result, 7);
    assert_ptr_equal(edo_join_set_items_take(&items), set);
    assert_null(edo_join_set_items_take(&items));
    check_end(s);
    check_hint(s, 0, 0);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s); /* without the set */
    assert_ok(edo_join_set_spawn(set, seven, NULL, NULL));
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    edo_join_set_free(set);
}

EDO_TEST_BOTH(a_watch_that_is_taken_back_goes_on)
{
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    edo_watch_items items;
    int got = 0;

    assert_ok(edo_watch_new(INT_ITEM, &(int){1}, &tx, &rx));
    edo_stream s = edo_stream_of_watch(&items, rx, INT_ITEM, false);
    assert_int_equal(edo_stream_next(s, &got), 1);
    assert_false(edo_stream_is_done(s));
    assert_ptr_equal(edo_watch_items_take(&items), rx);
    assert_null(edo_watch_items_take(&items));
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(s); /* without the receiver */
    assert_ok(edo_watch_send(tx, &(int){2}));
    assert_ok(edo_watch_changed(rx));
    edo_watch_receiver_free(rx);
    edo_watch_sender_free(tx);
}

EDO_TEST(what_a_stream_was_made_of_goes_with_it) /* stream-003 */
{
    edo_mpsc_sender *mpsc;
    edo_mpsc_receiver *mpsc_rx;
    edo_mpsc_items mpsc_items;
    edo_broadcast_sender *broadcast;
    edo_broadcast_receiver *broadcast_rx;
    edo_broadcast_items broadcast_items;
    edo_watch_sender *watch;
    edo_watch_receiver *watch_rx;
    edo_watch_items watch_items;

    assert_ok(edo_mpsc_new(INT_ITEM, 4, &mpsc, &mpsc_rx));
    edo_stream_release(edo_stream_of_mpsc(&mpsc_items, mpsc_rx, INT_ITEM));
    assert_err(edo_mpsc_try_send(mpsc, &(int){1}), -EPIPE);
    edo_mpsc_sender_free(mpsc);
    assert_ok(edo_broadcast_new(INT_ITEM, 4, &broadcast, &broadcast_rx));
    edo_stream_release(edo_stream_of_broadcast(&broadcast_items, broadcast_rx, INT_ITEM));
    assert_int_equal(edo_broadcast_receiver_count(broadcast), 0);
    edo_broadcast_sender_free(broadcast);
    assert_ok(edo_watch_new(INT_ITEM, &(int){1}, &watch, &watch_rx));
    edo_stream_release(edo_stream_of_watch(&watch_items, watch_rx, INT_ITEM, false));
    assert_int_equal(edo_watch_receiver_count(watch), 0);
    edo_watch_sender_free(watch);
}

EDO_TEST_BOTH(listeners_are_closed_with_their_streams) /* stream-003 */
{
    const char *path = unix_path("gone");
    edo_unix_listener *listener;
    edo_unix_incoming unix_incoming;
    edo_unix_stream *unix_client;
    edo_tcp_incoming incoming;
    edo_tcp_stream *client;
    unsigned port;

    edo_stream_release(edo_stream_of_tcp(&incoming, listen_here(&port)));
    assert_err(edo_tcp_connect(here(port), &client), -ECONNREFUSED);
    assert_ok(edo_unix_listen(path, &listener));
    edo_stream_release(edo_stream_of_unix(&unix_incoming, listener));
    int rc = edo_unix_connect(path, &unix_client);
    assert_true(rc == -ECONNREFUSED || rc == -ENOENT);
}

EDO_TEST_BOTH(a_connection_that_was_put_back_is_given_again) /* stream-002 */
{
    edo_tcp_incoming incoming;
    edo_tcp_stream *client, *first, *again;
    unsigned port;
    edo_stream s = edo_stream_of_tcp(&incoming, listen_here(&port));

    assert_ok(edo_tcp_connect(here(port), &client));
    edo_stream_next_future next = edo_stream_next_async(s, &first);
    assert_int_equal(edo_await(&next.base), 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_stream_next(s, &again), 1);
    edo_tcp_close(again);
    edo_tcp_close(client);
    edo_stream_release(s);
}

static int clone_int(void *to, const void *from)
{
    memcpy(to, from, sizeof(int));
    return 0;
}

EDO_TEST(a_copy_of_a_watchs_value_that_goes_back_is_destroyed) /* stream-002 stream-003 */
{
    static const edo_item item = {
        .size = sizeof(int), .clone = clone_int, .destroy = count_destroy};
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    edo_watch_items items;
    int got = 0;

    assert_ok(edo_watch_new(&item, &(int){7}, &tx, &rx));
    edo_stream s = edo_stream_of_watch(&items, rx, &item, true);
    check_pends(s); /* it is no change */
    edo_stream_release(s);
    assert_ok(edo_watch_subscribe(tx, &rx));
    s = edo_stream_of_watch(&items, rx, &item, false);
    destroyed = 0;
    edo_stream_next_future next = edo_stream_next_async(s, &got);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(destroyed, 1);
    check_next(s, 7);
    edo_stream_release(s);
    edo_watch_sender_free(tx);
}

EDO_TEST_BOTH(an_entry_says_all_that_the_folder_does) /* stream-074 */
{
    edo_dir_entry of_dir, entry;
    edo_dir_items items;
    edo_dir *dir;

    assert_ok(edo_dir_open("/proc/self/ns", &dir));
    assert_int_equal(edo_dir_next(dir, &of_dir), 1);
    edo_file_type type = of_dir.type;
    uint64_t inode = of_dir.inode;
    assert_ok(edo_dir_rewind(dir));
    edo_stream s = edo_stream_of_dir(&items, dir);
    entry = (edo_dir_entry){.type = (edo_file_type)-1};
    assert_int_equal(edo_stream_next(s, &entry), 1);
    assert_int_equal(entry.type, type);
    assert_int_equal(entry.inode, inode);
    edo_dir_entry_fini(&entry);
    assert_null(entry.path); /* it may be ended twice */
    edo_dir_entry_fini(&entry);
    edo_stream_release(s);
}

EDO_TEST(a_watchs_value_is_not_kept_by_who_copied_it) /* stream-003 */
{
    static const edo_item item = {
        .size = sizeof(int), .clone = clone_int, .destroy = count_destroy};
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    edo_watch_items items;

    assert_ok(edo_watch_new(&item, &(int){7}, &tx, &rx));
    edo_stream s = edo_stream_of_watch(&items, rx, &item, false);
    check_next(s, 7);
    destroyed = 0;
    assert_ok(edo_watch_send(tx, &(int){8}));
    assert_int_equal(destroyed, 1);
    check_next(s, 8);
    edo_watch_sender_free(tx);
    edo_stream_release(s);
}

EDO_TEST_BOTH(a_connection_that_nobody_wants_is_closed) /* stream-003 */
{
    edo_tcp_incoming incoming;
    edo_tcp_listener *listener;
    edo_tcp_stream *clients[2], *conn;
    edo_stage stage;
    unsigned port;
    char byte;

    listener = listen_here(&port);
    edo_stream s = edo_stream_of_tcp(&incoming, listener);
    for (int i = 0; i < 2; i++)
        assert_ok(edo_tcp_connect(here(port), &clients[i]));
    edo_stream rest = edo_stream_skip(&stage, s, 1);
    assert_int_equal(edo_stream_next(rest, &conn), 1);
    assert_int_equal(edo_tcp_read(clients[0], &byte, 1), 0); /* its end */
    assert_ptr_equal(edo_tcp_incoming_take(&incoming), listener);
    check_end(s);
    assert_true(edo_stream_is_done(s));
    edo_stream_release(rest);
    for (int i = 0; i < 2; i++)
        edo_tcp_close(clients[i]);
    edo_tcp_close(conn);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_connection_of_a_unix_socket_that_nobody_wants_is_closed) /* stream-003 */
{
    const char *path = unix_path("unwanted");
    edo_unix_incoming incoming;
    edo_unix_listener *listener;
    edo_unix_stream *client, *conn;
    char byte;

    assert_ok(edo_unix_listen(path, &listener));
    edo_stream s = edo_stream_of_unix(&incoming, listener);
    assert_ok(edo_unix_connect(path, &client));
    assert_int_equal(edo_stream_next(s, &conn), 1);
    s.item->destroy(&conn); /* as a stage would */
    assert_int_equal(edo_unix_read(client, &byte, 1), 0);
    edo_unix_close(client);
    edo_stream_release(s);
}
