/* watch_test.c: what happens in a folder. */
#include "fs/place.h"

static edo_fs_watch *watching(const char *path, unsigned what, int *ret_number)
{
    edo_fs_watch *watch;

    assert_ok(edo_fs_watch_new(&watch));
    *ret_number = edo_fs_watch_add(watch, path, what);
    assert_true(*ret_number >= 1);
    return watch;
}

static uint32_t tells(edo_fs_watch *watch, unsigned what, const char *name)
{
    edo_fs_event event;

    assert_int_equal(edo_fs_watch_next(watch, &event), 1);
    assert_int_equal(event.what, what);
    assert_string_equal(event.name, name);
    return event.pair;
}

EDO_TEST_BOTH(what_happens_in_a_folder_is_told_in_order)
{
    int number;

    enter_place();
    edo_fs_watch *watch = watching(".",
                                   EDO_FS_CREATED | EDO_FS_REMOVED | EDO_FS_MOVED_FROM |
                                       EDO_FS_MOVED_TO | EDO_FS_WRITTEN | EDO_FS_METADATA,
                                   &number);
    put_file("a", "x");
    tells(watch, EDO_FS_CREATED, "a");
    tells(watch, EDO_FS_WRITTEN, "a");
    assert_ok(edo_fs_create_dir("dir"));
    assert_ok(edo_fs_rename("a", "b"));
    assert_ok(edo_fs_set_permissions("b", 0600));
    assert_ok(edo_fs_remove_file("b"));
    tells(watch, EDO_FS_CREATED | EDO_FS_IS_DIR, "dir");
    uint32_t from = tells(watch, EDO_FS_MOVED_FROM, "a");
    uint32_t to = tells(watch, EDO_FS_MOVED_TO, "b");
    assert_true(from == to && from != 0);
    tells(watch, EDO_FS_METADATA, "b");
    tells(watch, EDO_FS_REMOVED, "b");
    assert_ok(edo_fs_watch_remove(watch, number));
    tells(watch, EDO_FS_ENDED, "");
    assert_err(edo_fs_watch_remove(watch, number), -EINVAL);
    assert_ok(edo_fs_watch_close(watch));
    leave_place();
}

static int64_t poll_to_ready(edo_future *fut)
{
    task_wait_until(edo_test_poll(fut) == EDO_READY);
    return fut->result;
}

EDO_TEST_BOTH(a_watch_is_filled_and_closed_by_futures)
{
    edo_fs_watch *watch;

    enter_place();
    int before = open_fds();
    assert_ok(edo_fs_watch_new(&watch));
    edo_fs_watch_future add = edo_fs_watch_add_async(watch, ".", EDO_FS_CREATED);
    assert_true(poll_to_ready(&add.base) >= 1);
    add = edo_fs_watch_add_async(watch, "none", EDO_FS_CREATED);
    assert_err(poll_to_ready(&add.base), -ENOENT);
    put_file("a", "x");
    tells(watch, EDO_FS_CREATED, "a");
    edo_fs_watch_future close = edo_fs_watch_close_async(watch);
    assert_err(poll_to_ready(&close.base), 0);
    assert_int_equal(open_fds(), before);
    leave_place();
}

typedef struct wait {
    edo_fs_watch *watch;
    edo_fs_event event;
} wait;

static int wait_for_one(void *arg)
{
    wait *w = arg;

    return edo_fs_watch_next(w->watch, &w->event);
}

EDO_TEST_BOTH(a_waiting_task_is_woken)
{
    wait w;
    int number, rc = 0;
    edo_task task;

    enter_place();
    w.watch = watching(".", EDO_FS_CREATED, &number);
    assert_ok(edo_spawn(wait_for_one, &w, &task));
    assert_ok(edo_yield());
    assert_int_equal(mkdir("dir", 0700), 0);
    assert_ok(edo_join(task, &rc));
    assert_int_equal(rc, 1);
    assert_string_equal(w.event.name, "dir");
    assert_int_equal(w.event.number, number);
    assert_ok(edo_spawn(wait_for_one, &w, &task));
    assert_ok(edo_yield());
    edo_task_abort(task);
    assert_ok(edo_join(task, &rc));
    assert_err(rc, -ECANCELED);
    assert_ok(edo_fs_watch_close(w.watch));
    leave_place();
}

EDO_TEST_BOTH(a_losing_event_is_the_next_one)
{
    edo_fs_event event;
    int number;

    enter_place();
    edo_fs_watch *watch = watching(".", EDO_FS_CREATED, &number);
    assert_int_equal(mkdir("aa", 0700), 0);
    assert_int_equal(mkdir("bb", 0700), 0);
    for (int i = 0; i < 2; i++) {
        edo_fs_watch_next_future next = edo_fs_watch_next_async(watch, &event);
        assert_int_equal(edo_await(&next.base), 1);
        edo_future_put_back(&next.base);
        assert_err((int)next.base.result, -ECANCELED);
        tells(watch, EDO_FS_CREATED | EDO_FS_IS_DIR, i == 0 ? "aa" : "bb");
    }
    assert_ok(edo_fs_watch_close(watch));
    leave_place();
}

EDO_TEST_BOTH(what_is_watched_itself_ends)
{
    int number;

    enter_place();
    assert_ok(edo_fs_create_dir("dir"));
    edo_fs_watch *watch = watching("dir", EDO_FS_SELF_REMOVED, &number);
    assert_ok(edo_fs_remove_dir("dir"));
    tells(watch, EDO_FS_SELF_REMOVED, "");
    tells(watch, EDO_FS_ENDED, "");
    assert_err(edo_fs_watch_add(watch, "none", EDO_FS_CREATED), -ENOENT);
    assert_err(edo_fs_watch_add(watch, ".", 0), -EINVAL);
    assert_ok(edo_fs_watch_close(watch));
    leave_place();
}

EDO_TEST_BOTH(null_is_refused)
{
    edo_fs_event event;
    edo_fs_watch *watch;

    assert_err(edo_fs_watch_new(NULL), -EINVAL);
    assert_err(edo_fs_watch_add(NULL, ".", 1), -EINVAL);
    assert_err(edo_fs_watch_remove(NULL, 1), -EINVAL);
    assert_err(edo_fs_watch_next(NULL, &event), -EINVAL);
    assert_err(edo_fs_watch_close(NULL), -EINVAL);
    assert_ok(edo_fs_watch_new(&watch));
    assert_err(edo_fs_watch_next(watch, NULL), -EINVAL);
    assert_err(edo_fs_watch_add(watch, NULL, 1), -EINVAL);
    assert_ok(edo_fs_watch_close(watch));
}
