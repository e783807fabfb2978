/* now_test.c: what needs no disk is done in the task; what may take long is not. */
#include "fs/place.h"

#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/file.h"

/* Whether it is READY by its first poll; else it is waited for. */
static bool is_told_at_once(edo_future *fut)
{
    bool at_once = edo_test_poll(fut) == EDO_READY;

    if (!at_once)
        edo_await(fut);
    return at_once;
}

static void put_large(const char *path, size_t size)
{
    static char bytes[FILE_NOW_MAX + 1];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0 && size <= sizeof bytes);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    close(fd);
}

/* Some systems and some disks never tell what they know; none has to every time. */
static void enter_place_that_tells(void)
{
    struct iovec into = {(char[1]){0}, 1};

    enter_place();
    put_large("least", 1);
    int fd = sys_open_cached("least", O_RDONLY);
    if (fd < 0 || sys_file_read_cached(fd, &into, 1, 0) != 1) {
        leave_place();
        EDO_SKIP("what is in memory is not told here");
    }
    close(fd);
}

static bool exists_at_once(const char *path, int64_t expected)
{
    edo_fs_future fut = edo_fs_try_exists_async(path);
    bool at_once = is_told_at_once(&fut.base);

    assert_int_equal(fut.base.result, expected);
    return at_once;
}

EDO_TEST_BOTH(a_known_path_is_told_at_once)
{
    enter_place_that_tells();
    task_wait_until(exists_at_once("least", 1));
    exists_at_once("none", 0); /* from here on it is known; not to all file systems */
    task_wait_until(exists_at_once("none", 0) || sys_open_cached("none", O_PATH) == -EAGAIN);
    assert_false(is_open("least"));
    leave_place();
}

static bool opens_at_once(const edo_file_opts *opts)
{
    edo_file *file = NULL;
    edo_file_open_future fut = edo_file_open_async("least", opts, &file);
    bool at_once = is_told_at_once(&fut.base);

    assert_int_equal(fut.base.result, 0);
    assert_int_equal(fcntl(edo_file_fd(file), F_GETFL) & O_NONBLOCK, 0);
    assert_ok(edo_file_close(file));
    return at_once;
}

EDO_TEST_BOTH(a_known_file_is_opened_at_once)
{
    enter_place_that_tells();
    task_wait_until(opens_at_once(NULL));
    task_wait_until(opens_at_once(EDO_OPTS(file, .read = true, .write = true)));
    /* What changes a disk waits for it. */
    assert_false(opens_at_once(EDO_OPTS(file, .write = true, .create = true)));
    assert_false(opens_at_once(EDO_OPTS(file, .write = true, .truncate = true)));
    assert_false(is_open("least"));
    leave_place();
}

static bool reads_at_once(edo_file *file, size_t len)
{
    static char buf[FILE_NOW_MAX + 1];

    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    edo_read_future fut = edo_file_read_async(file, buf, len);
    bool at_once = is_told_at_once(&fut.base);
    assert_in_range(fut.base.result, 1, len);
    return at_once;
}

static bool reads_at_once_at(edo_file *file, size_t len)
{
    static char buf[FILE_NOW_MAX + 1];
    edo_file_at_future fut = edo_file_read_at_async(file, buf, len, 0);
    bool at_once = is_told_at_once(&fut.base);

    assert_in_range(fut.base.result, 1, len);
    return at_once;
}

EDO_TEST_BOTH(a_part_of_a_file_is_read_at_once)
{
    edo_file *file;

    enter_place_that_tells();
    put_large("file", FILE_NOW_MAX + 1);
    assert_ok(edo_file_open("file", NULL, &file));
    task_wait_until(reads_at_once(file, FILE_NOW_MAX));
    assert_false(reads_at_once(file, FILE_NOW_MAX + 1));
    task_wait_until(reads_at_once_at(file, FILE_NOW_MAX));
    assert_false(reads_at_once_at(file, FILE_NOW_MAX + 1));
    assert_ok(edo_file_close(file));
    leave_place();
}

static bool is_read_at_once(const char *path, size_t size)
{
    edo_buf buf = {0};
    edo_fs_whole_future fut = edo_fs_read_async(path, &buf);
    bool at_once = is_told_at_once(&fut.base);

    assert_int_equal(fut.base.result, 0);
    assert_int_equal(buf.len, size);
    edo_buf_fini(&buf);
    return at_once;
}

EDO_TEST_BOTH(a_whole_file_is_read_at_once)
{
    enter_place_that_tells();
    put_large("largest", FILE_NOW_MAX);
    put_large("larger", FILE_NOW_MAX + 1);
    task_wait_until(is_read_at_once("least", 1));
    task_wait_until(is_read_at_once("largest", FILE_NOW_MAX));
    assert_false(is_read_at_once("larger", FILE_NOW_MAX + 1));
    assert_false(is_open("least") || is_open("largest") || is_open("larger"));
    leave_place();
}

/* The first one asks the system for hundreds. */
EDO_TEST_BOTH(entries_that_were_read_are_given_at_once)
{
    edo_dir *dir;
    edo_dir_entry entry;

    enter_place();
    put_file("a", "");
    put_file("b", "");
    assert_ok(edo_dir_open(".", &dir));
    for (int i = 0; i < 5; i++) { /* two, and the end, which takes another look at first */
        edo_dir_next_future next = edo_dir_next_async(dir, &entry);
        assert_int_equal(is_told_at_once(&next.base), i != 0 && i != 2);
        assert_int_equal(next.base.result, i < 2);
    }
    edo_dir_close(dir);
    leave_place();
}
