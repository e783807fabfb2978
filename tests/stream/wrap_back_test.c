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
