/* wrap_back_test.c: what a stream was made of goes on by itself, when it is taken back. */
#include "support/edo_test.h"
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
    edo_stream_release(s); /* without the folder */
    while ((rc = edo_dir_next(dir, &entry)) > 0)
        all--;
    assert_ok(rc);
    assert_int_equal(all, 1);
    edo_dir_close(dir);
}

static const edo_item number = {.size = sizeof(int), .align = _Alignof(int)};

EDO_TEST_BOTH(a_receiver_that_is_taken_back_goes_on)
{
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    edo_broadcast_items items;
    int got;

    assert_ok(edo_broadcast_new(&number, 4, &tx, &rx));
    edo_stream s = edo_stream_of_broadcast(&items, rx, &number);
    assert_int_equal(edo_broadcast_send(tx, &(int){1}), 1);
    assert_int_equal(edo_broadcast_send(tx, &(int){2}), 1);
    assert_int_equal(edo_stream_next(s, &got), 1);
    assert_int_equal(got, 1);
    assert_ptr_equal(edo_broadcast_items_take(&items), rx);
    assert_null(edo_broadcast_items_take(&items));
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
    edo_stream_release(s); /* without the set */
    assert_ok(edo_join_set_spawn(set, seven, NULL, NULL));
    assert_int_equal(edo_join_set_next(set, &joined), 1);
    edo_join_set_free(set);
}
