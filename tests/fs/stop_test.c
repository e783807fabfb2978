/* stop_test.c: cancelling a call that is made of many: before it has begun, and between two of these. */
#include "runtime/blocking_rig.h"

#include <sys/ioctl.h>

#include "fs/file.h"
#include "fs/place.h"
#include "future/future.h"

/* In one of the runtime's threads, of which there is one. */
static int remove_behind_another(void *arg)
{
    call c = {0};
    edo_task holder;

    (void)arg;
    put_file("tree/file", "x");
    assert_ok(edo_spawn_blocking(run_call, &c, &holder));
    wait_until(has_begun(&c));
    edo_fs_remove_future removal = edo_fs_remove_dir_all_async("tree");
    assert_pending(&removal.base);
    edo_future_cancel(&removal.base);
    assert_ready_eq(&removal.base, -ECANCELED);
    let_go(&c);
    join_result(holder);
    assert_true(holds("tree/file", "x"));
    future_restart(&removal.base);
    assert_int_equal(edo_await(&removal.base), 0); /* and it isn't stopped for what came before */
    assert_false(is_there("tree"));
    return 0;
}

EDO_TEST_PLAIN(a_removal_that_waits_for_a_thread_is_dropped)
{
    enter_place();
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(mkdir("tree", 0700), 0);
        assert_int_equal(edo_block_on(runtime, remove_behind_another, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
    leave_place();
}

/* The task may have opened it before it found that it takes a thread. */
static int read_behind_another(void *arg)
{
    call c = {0};
    edo_buf buf = {0};
    edo_task holder;

    (void)arg;
    assert_ok(edo_spawn_blocking(run_call, &c, &holder));
    wait_until(has_begun(&c));
    edo_fs_whole_future read = edo_fs_read_async("large", &buf);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    assert_false(is_open("large"));
    assert_int_equal(read.done, 0);
    let_go(&c);
    edo_buf_fini(&buf);
    return join_result(holder);
}

EDO_TEST_PLAIN(a_read_that_waits_for_a_thread_is_dropped_with_its_descriptor)
{
    enter_place();
    put_file("large", "");
    assert_int_equal(truncate("large", FILE_NOW_MAX + 1), 0);
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(edo_block_on(runtime, read_behind_another, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
    leave_place();
}

enum { SIZE = 1 << 20, PIPE_ROOM = 65536 };

static void put_zeros(const char *path)
{
    put_file(path, "");
    assert_int_equal(truncate(path, SIZE), 0);
}

/* Opens the FIFO that a copy goes to, and waits until the copy waits. */
static int open_stuck(void)
{
    int fd = open("fifo", O_RDONLY | O_CLOEXEC), held;

    assert_true(fd >= 0);
    wait_until(ioctl(fd, FIONREAD, &held) == 0 && held == PIPE_ROOM);
    return fd;
}

static size_t drain(int fd)
{
    static char chunk[PIPE_ROOM];
    size_t got = 0;
    ssize_t n;

    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        got += (size_t)n;
    assert_int_equal(n, 0);
    close(fd);
    return got;
}

EDO_TEST_BOTH(a_copy_under_way_is_ended_by_a_cancel)
{
    enter_place();
    put_zeros("a");
    assert_int_equal(mkfifo("fifo", 0600), 0);
    edo_fs_copy_future copy = edo_fs_copy_async("a", "fifo");
    assert_pending(&copy.base);
    int fd = open_stuck();
    edo_future_cancel(&copy.base);
    assert_pending(&copy.base); /* it is in the middle of a piece */
    size_t got = drain(fd);
    assert_in_range(got, PIPE_ROOM, SIZE - 1);
    assert_int_equal(edo_await(&copy.base), -ECANCELED);
    assert_int_equal(copy.done, got);
    future_restart(&copy.base);
    assert_pending(&copy.base);
    assert_int_equal(drain(open_stuck()), SIZE); /* from its beginning, to its end */
    assert_int_equal(edo_await(&copy.base), 0);
    assert_int_equal(copy.done, SIZE);
    leave_place();
}

EDO_TEST_BOTH(a_copy_that_was_cancelled_before_it_began_can_be_begun)
{
    enter_place();
    put_zeros("a");
    edo_fs_copy_future copy = edo_fs_copy_async("a", "b");
    edo_future_cancel(&copy.base);
    assert_int_equal(edo_await(&copy.base), -ECANCELED);
    assert_false(is_there("b"));
    future_restart(&copy.base);
    assert_int_equal(edo_await(&copy.base), 0);
    assert_int_equal(copy.done, SIZE);
    leave_place();
}

/* As if the cancel came while the first piece was written. */
EDO_TEST_BOTH(a_write_of_several_pieces_is_stopped_after_one_and_goes_on_from_there)
{
    edo_file *file;

    enter_place();
    assert_ok(edo_file_create("a", &file));
    assert_ok(edo_file_set_max_buf_size(file, 4));
    edo_file_at_future at = edo_file_write_all_at_async(file, "0123456789", 10, 0);
    at.op.stops = true;
    assert_int_equal(edo_await(&at.base), -ECANCELED);
    assert_int_equal(at.done, 4);
    assert_true(holds("a", "0123"));
    future_restart(&at.base);
    assert_int_equal(edo_await(&at.base), 0);
    assert_int_equal(at.done, 10);
    assert_true(holds("a", "0123456789"));
    at = edo_file_write_all_at_async(file, "abcd", 4, 0);
    at.op.stops = true; /* too late: all is done */
    assert_int_equal(edo_await(&at.base), 0);
    assert_true(holds("a", "abcd456789"));
    assert_ok(edo_file_close(file));
    leave_place();
}

EDO_TEST_BOTH(a_file_that_is_written_whole_is_stopped_after_a_piece)
{
    static const char zeros[FILE_MAX_BUF + 1];

    edo_fs_whole_future write = edo_fs_write_async("/dev/null", zeros, FILE_MAX_BUF + 1);
    write.stops = true;
    assert_int_equal(edo_await(&write.base), -ECANCELED);
    assert_int_equal(write.done, FILE_MAX_BUF);
    write = edo_fs_write_async("/dev/null", zeros, FILE_MAX_BUF);
    write.stops = true;
    assert_int_equal(edo_await(&write.base), 0);
    assert_int_equal(write.done, FILE_MAX_BUF);
}

EDO_TEST_PLAIN(a_file_that_is_read_whole_is_stopped_after_a_piece)
{
    edo_buf buf = {0};

    enter_place();
    put_file("a", "text");
    int fds = open_fds();
    edo_fs_whole_future read = edo_fs_read_async("a", &buf);
    read.stops = true;
    assert_int_equal(edo_await(&read.base), -ECANCELED);
    assert_int_equal(read.done, 4);
    assert_int_equal(buf.len, 4);
    assert_int_equal(open_fds(), fds);
    edo_buf_fini(&buf);
    leave_place();
}
