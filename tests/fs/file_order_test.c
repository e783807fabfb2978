/*
 * file_order_test.c: operations that wait for others on the same file; the order is made certain by a job that is
 * held: with one thread for blocking calls, what is begun while a call has it stands in the queue.
 */
#include "runtime/blocking_rig.h"

#include "fs/folder.h"

/* Takes the one thread there is, until it is let go. */
static edo_task hold_thread(call *c)
{
    edo_task holder;

    assert_ok(edo_spawn_blocking(run_call, c, &holder));
    wait_until(has_begun(c));
    return holder;
}

/* Lets it go, and sees to it that whatever was in its queue by now has been done. */
static void drain_thread(call *c, edo_task holder)
{
    let_go(c);
    join_result(holder);
    for (int i = 0; i < 8; i++) { /* with jobs they go by turns */
        assert_ok(edo_spawn_blocking(do_nothing, NULL, &holder));
        join_result(holder);
    }
}

static void check_in_both(int (*fn)(void *arg))
{
    make_folder();
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(edo_block_on(runtime, fn, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
    remove_folder();
}

static int sync_after_writes(void *arg)
{
    call c = {0};
    edo_file *file;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    edo_task holder = hold_thread(&c);
    edo_write_future write = edo_file_write_async(file, "one ", 4);
    edo_file_at_future at = edo_file_write_at_async(file, "two", 3, 4);
    edo_file_future all = edo_file_sync_all_async(file), data = edo_file_sync_data_async(file);
    edo_write_future later = edo_file_write_async(file, "!", 1);
    assert_pending(&write.base);
    assert_pending(&at.base);
    assert_pending(&all.base);
    assert_pending(&data.base);
    assert_pending(&later.base);
    drain_thread(&c, holder);
    assert_int_equal(size_of(in_folder("a")), 7); /* both are written, and not told yet */
    assert_pending(&all.base);
    assert_int_equal(edo_await(&write.base), 4);
    assert_pending(&all.base); /* the other one is under way for whoever asks */
    assert_int_equal(edo_await(&at.base), 3);
    assert_int_equal(edo_await(&all.base), 0);
    assert_int_equal(edo_await(&data.base), 0);
    assert_int_equal(edo_await(&later.base), 1);
    assert_contains(in_folder("a"), "one !wo");
    close_file(file);
    return 0;
}

EDO_TEST_PLAIN(a_sync_waits_for_the_writes_before_it) /* fs-034 */
{
    check_in_both(sync_after_writes);
}

static int fd_after_writes(void *arg)
{
    call c = {0};
    edo_file *file;
    int fd = -1;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    edo_task holder = hold_thread(&c);
    edo_write_future write = edo_file_write_async(file, "written", 7);
    edo_file_future into = edo_file_into_fd_async(file, &fd);
    assert_pending(&write.base);
    assert_int_equal(edo_file_try_into_fd(file, &fd), -EBUSY);
    assert_pending(&into.base);
    let_go(&c);
    assert_int_equal(edo_await(&write.base), 7);
    assert_int_equal(edo_await(&into.base), 0);
    assert_int_equal(dprintf(fd, "!"), 1); /* where the file stood */
    close(fd);
    assert_contains(in_folder("a"), "written!");
    return join_result(holder);
}

EDO_TEST_PLAIN(a_descriptor_is_given_back_after_the_writes) /* fs-016 */
{
    check_in_both(fd_after_writes);
}

static int fd_of_waiters(void *arg)
{
    call c = {0};
    edo_file *file;
    int fd;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    edo_task holder = hold_thread(&c);
    edo_write_future write = edo_file_write_async(file, "1", 1);
    edo_file_future into = edo_file_into_fd_async(file, &fd);
    edo_file_at_future late = edo_file_write_at_async(file, "2", 1, 1);
    assert_pending(&write.base);
    assert_pending(&into.base);
    assert_pending(&late.base);
    let_go(&c);
    assert_int_equal(edo_await(&write.base), 1);
    assert_int_equal(edo_await(&into.base), 0);
    assert_int_equal(edo_await(&late.base), -ECANCELED); /* the handle has ended before its turn */
    assert_contains(in_folder("a"), "1");
    close(fd);
    return join_result(holder);
}

EDO_TEST_PLAIN(who_comes_after_the_end_of_the_handle_is_told)
{
    check_in_both(fd_of_waiters);
}

static int by_turns(void *arg)
{
    call c = {0};
    edo_file *file, *clone;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    assert_ok(edo_file_try_clone(file, &clone));
    edo_task holder = hold_thread(&c);
    edo_write_future one = edo_file_write_async(file, "one ", 4);
    edo_write_future two = edo_file_write_async(clone, "two ", 4);
    edo_write_future gone = edo_file_write_async(clone, "gone ", 5);
    edo_write_future three = edo_file_write_async(file, "three", 5);
    assert_pending(&one.base);
    assert_pending(&two.base);
    assert_pending(&gone.base);
    assert_pending(&three.base);
    edo_future_cancel(&gone.base);
    assert_ready_eq(&gone.base, -ECANCELED);
    close_file(clone); /* its writes go on */
    drain_thread(&c, holder);
    assert_int_equal(size_of(in_folder("a")), 4); /* the others don't know yet where to begin */
    assert_int_equal(edo_await(&one.base), 4);
    assert_int_equal(edo_await(&two.base), 4);
    assert_int_equal(edo_await(&three.base), 5);
    assert_contains(in_folder("a"), "one two three");
    close_file(file);
    return 0;
}

EDO_TEST_PLAIN(clones_write_by_turns) /* fs-015 */
{
    check_in_both(by_turns);
}

static int drop_write(void *arg)
{
    call c = {0};
    edo_file *file;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    edo_task holder = hold_thread(&c);
    edo_write_future write = edo_file_write_async(file, "dropped", 7);
    assert_pending(&write.base);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, -ECANCELED);
    let_go(&c);
    join_result(holder);
    assert_int_equal(edo_file_write(file, "kept", 4), 4);
    assert_contains(in_folder("a"), "kept");
    close_file(file);
    return 0;
}

EDO_TEST_PLAIN(a_write_that_has_not_begun_is_dropped)
{
    check_in_both(drop_write);
}

EDO_TEST_BOTH(a_cancelled_read_leaves_the_position)
{
    enum { LEN = 1000000 }; /* no read of it is made in the task */
    unsigned char *buf = calloc(1, LEN);

    make_folder();
    edo_file *file = open_file(put_bytes("a", LEN), NULL);
    for (int i = 0; i < 10; i++) {
        edo_read_future read = edo_file_read_async(file, buf, LEN);
        assert_pending(&read.base);
        if (i % 2) { /* by then it has mostly begun; it is the same either way */
            edo_task after;
            assert_ok(edo_spawn_blocking(do_nothing, NULL, &after));
            join_result(after);
        }
        edo_future_cancel(&read.base);
        assert_int_equal(edo_await(&read.base), -ECANCELED);
        assert_int_equal(edo_file_position(file), 0);
    }
    assert_int_equal(edo_file_read(file, buf, LEN), LEN);
    free(buf);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_read_that_was_put_back_is_read_again)
{
    char buf[8];

    make_folder();
    edo_file *file = open_both(put_text("a", "0123456789"));
    edo_read_future read = edo_file_read_async(file, buf, 4);
    assert_int_equal(edo_await(&read.base), 4);
    edo_future_put_back(&read.base);
    assert_int_equal(read.base.result, -ECANCELED);
    assert_int_equal(edo_file_position(file), 0);
    assert_int_equal(edo_await(&read.base), -ECANCELED);
    read = edo_file_read_async(file, buf, 4);
    assert_int_equal(edo_await(&read.base), 4);
    assert_int_equal(edo_file_read(file, buf + 4, 2), 2);
    edo_future_put_back(&read.base); /* somebody has read on: it stands */
    assert_int_equal(read.base.result, 4);
    assert_int_equal(edo_file_position(file), 6);
    close_file(file);
    remove_folder();
}
