/* file_open_test.c: opening files, adopting descriptors and giving them back. */
#include "fs/folder.h"

EDO_TEST_BOTH(an_adopted_descriptor_keeps_its_position) /* fs-017 */
{
    edo_file *file = NULL;
    char buf[32];

    make_folder();
    int fd = open(put_text("a", "0123456789abcdefghij1234"), O_RDONLY | O_CLOEXEC);
    assert_int_equal(lseek(fd, 10, SEEK_SET), 10);
    assert_ok(edo_file_from_fd(fd, &file));
    assert_int_equal(edo_file_fd(file), fd);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 14);
    assert_memory_equal(buf, "abcdefghij1234", 14);
    close_file(file);
    assert_int_equal(edo_file_from_fd(fd, &file), -EBADF);
    assert_int_equal(edo_file_from_fd(-1, &file), -EBADF);
    remove_folder();
}

EDO_TEST_BOTH(a_descriptor_given_back_stands_where_the_file_stood) /* fs-016 */
{
    char buf[16];
    int fd = -1;

    make_folder();
    edo_file *file = open_both(put_text("a", "hello world"));
    assert_int_equal(edo_file_read(file, buf, 6), 6);
    assert_ok(edo_file_into_fd(file, &fd));
    assert_int_equal(read(fd, buf, sizeof buf), 5);
    assert_memory_equal(buf, "world", 5);
    close(fd);
    file = open_both(in_folder("a"));
    assert_ok(edo_file_try_into_fd(file, &fd));
    assert_int_equal(read(fd, buf, sizeof buf), 11);
    close(fd);
    remove_folder();
}

static mode_t mode_at(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 07777;
}

static int flags_of(const edo_file_opts *opts)
{
    edo_file *file = open_file(in_folder("a"), opts);
    int flags = fcntl(edo_file_fd(file), F_GETFL);

    assert_int_equal(fcntl(edo_file_fd(file), F_GETFD), FD_CLOEXEC);
    close_file(file);
    return flags & ~(O_LARGEFILE | 0100000);
}

EDO_TEST_BOTH(each_option_reaches_the_system) /* fs-026 fs-028 */
{
    edo_file *file;

    make_folder();
    umask(0);
    file = open_file(in_folder("m"), EDO_OPTS(file, .write = true, .create = true, .mode = 0644));
    close_file(file);
    assert_int_equal(mode_at(in_folder("m")), 0644);
    assert_ok(edo_file_create(in_folder("d"), &file));
    assert_int_equal(fcntl(edo_file_fd(file), F_GETFD), FD_CLOEXEC);
    close_file(file);
    assert_int_equal(mode_at(in_folder("d")), 0666);
    put_text("a", "hello");
    assert_int_equal(flags_of(NULL), O_RDONLY);
    assert_int_equal(flags_of(EDO_OPTS(file, .read = true)), O_RDONLY);
    assert_int_equal(flags_of(EDO_OPTS(file, .write = true)), O_WRONLY);
    assert_int_equal(flags_of(EDO_OPTS(file, .read = true, .write = true)), O_RDWR);
    assert_int_equal(flags_of(EDO_OPTS(file, .append = true)), O_WRONLY | O_APPEND);
    assert_int_equal(flags_of(EDO_OPTS(file, .read = true, .append = true)), O_RDWR | O_APPEND);
    assert_int_equal(flags_of(EDO_OPTS(file, .read = true, .flags = O_NONBLOCK)), O_NONBLOCK);
    assert_contains(in_folder("a"), "hello");
    assert_int_equal(flags_of(EDO_OPTS(file, .write = true, .truncate = true)), O_WRONLY);
    assert_contains(in_folder("a"), "");
    assert_int_equal(symlink("a", in_folder("link")), 0);
    assert_int_equal(
        edo_file_open(in_folder("link"), EDO_OPTS(file, .read = true, .flags = O_NOFOLLOW), &file),
        -ELOOP);
    remove_folder();
}

EDO_TEST_BOTH(opens_cancelled_after_their_first_poll_leak_nothing) /* future-014 */
{
    int pending = 0;

    make_folder();
    put_text("a", "hello");
    int before = open_fds();
    for (int i = 0; i < 128; i++) {
        edo_file *file = NULL;
        edo_file_open_future open = edo_file_open_async(
            in_folder("a"), EDO_OPTS(file, .write = true, .create = true), &file);
        pending += edo_test_poll(&open.base) == EDO_PENDING;
        edo_future_cancel(&open.base);
        task_wait_until(edo_test_poll(&open.base) == EDO_READY);
        if (open.base.result == 0)
            close_file(file);
        else
            assert_err(open.base.result, -ECANCELED);
    }
    assert_true(pending > 0); /* by far the most: they are made by a thread */
    assert_int_equal(open_fds(), before);
    remove_folder();
}

static int try_open(const edo_file_opts *opts)
{
    edo_file *file = NULL;
    int rc = edo_file_open(in_folder("a"), opts, &file);

    if (rc == 0)
        close_file(file);
    return rc;
}

EDO_TEST_BOTH(options_make_sense_or_are_refused) /* fs-027 */
{
    edo_file *file;

    make_folder();
    put_text("a", "hello");
    assert_int_equal(try_open(EDO_OPTS(file, .write = true, .create_new = true)), -EEXIST);
    assert_int_equal(try_open(EDO_OPTS(file, .write = true, .create = true)), 0);
    assert_contains(in_folder("a"), "hello");
    assert_int_equal(try_open(EDO_OPTS(file, .truncate = true, .append = true)), -EINVAL);
    assert_int_equal(try_open(EDO_OPTS(file, .read = true, .truncate = true)), -EINVAL);
    assert_int_equal(try_open(EDO_OPTS(file, .read = true, .create = true)), -EINVAL);
    assert_int_equal(try_open(EDO_OPTS(file, .create_new = true)), -EINVAL);
    assert_int_equal(try_open(EDO_OPTS(file, .mode = 0600)), -EINVAL);
    assert_contains(in_folder("a"), "hello");
    assert_int_equal(try_open(EDO_OPTS(file, .write = true, .truncate = true)), 0);
    assert_contains(in_folder("a"), "");
    assert_int_equal(unlink(in_folder("a")), 0);
    assert_int_equal(try_open(EDO_OPTS(file, .append = true, .create_new = true)), 0);
    assert_int_equal(edo_file_open(NULL, NULL, &file), -EINVAL);
    assert_int_equal(edo_file_open(in_folder("a"), NULL, NULL), -EINVAL);
    remove_folder();
}

EDO_TEST_BOTH(what_cannot_be_opened_says_why) /* fs-029 fs-069 */
{
    static char name[IN_FOLDER_MAX + 300];
    edo_file *file = NULL;

    make_folder();
    assert_int_equal(edo_file_open(in_folder("missing"), NULL, &file), -ENOENT);
    snprintf(name, sizeof name, "%s/%0256d", folder, 1);
    assert_int_equal(edo_file_open(name, NULL, &file), -ENAMETOOLONG);
    assert_int_equal(symlink("two", in_folder("one")), 0);
    assert_int_equal(symlink("one", in_folder("two")), 0);
    assert_int_equal(edo_file_open(in_folder("one"), NULL, &file), -ELOOP);
    put_text("a", "secret");
    assert_int_equal(chmod(in_folder("a"), 0), 0);
    chmod(folder, 0755);
    if (geteuid() == 0) /* whom nothing is denied: from now on it is somebody else */
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(edo_file_open(in_folder("a"), NULL, &file), -EACCES);
    assert_null(file);
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    remove_folder();
}

EDO_TEST_BOTH(an_open_that_lost_is_closed)
{
    edo_file *file = NULL;

    make_folder();
    put_text("a", "hello");
    int before = open_fds();
    edo_file_open_future open = edo_file_open_async(in_folder("a"), NULL, &file);
    assert_int_equal(edo_await(&open.base), 0);
    edo_future_put_back(&open.base);
    assert_int_equal(open.base.result, -ECANCELED);
    assert_int_equal(open_fds(), before);
    remove_folder();
}

EDO_TEST_BOTH(the_mode_and_the_length_can_be_set) /* fs-036 */
{
    edo_metadata about;
    char buf[128];

    make_folder();
    edo_file *file = open_both(put_text("a", "hello"));
    assert_int_equal(edo_file_read(file, buf, 2), 2);
    assert_ok(edo_file_set_len(file, 123));
    assert_int_equal(size_of(in_folder("a")), 123);
    assert_int_equal(edo_file_position(file), 2);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 121);
    assert_memory_equal(buf, "llo\0\0", 5);
    assert_int_equal(buf[120], 0);
    assert_ok(edo_file_set_permissions(file, 0400));
    assert_ok(edo_file_metadata(file, &about));
    assert_int_equal(about.mode, 0400);
    assert_int_equal(about.size, 123);
    assert_int_equal(edo_file_set_len(file, -1), -EINVAL);
    assert_ok(edo_file_set_len(file, 0));
    assert_contains(in_folder("a"), "");
    close_file(file);
    assert_int_equal(chmod(in_folder("a"), 0600), 0);
    file = open_file(in_folder("a"), NULL);
    assert_int_equal(edo_file_set_len(file, 1), -EINVAL); /* it isn't open for writing */
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(null_is_refused)
{
    edo_file *file, *other = NULL;
    edo_metadata about;
    char byte;
    int fd = -1;

    make_folder();
    assert_err(edo_file_from_fd(0, NULL), -EINVAL);
    assert_err(edo_file_create(NULL, &file), -EINVAL);
    assert_err(edo_file_create(in_folder("a"), NULL), -EINVAL);
    file = open_both(in_folder("a"));
    assert_err(edo_file_try_clone(file, NULL), -EINVAL);
    assert_err(edo_file_try_clone(NULL, &other), -EINVAL);
    assert_err(edo_file_into_fd(file, NULL), -EINVAL);
    assert_err(edo_file_into_fd(NULL, &fd), -EINVAL);
    assert_err(edo_file_try_into_fd(file, NULL), -EINVAL);
    assert_err(edo_file_try_into_fd(NULL, &fd), -EINVAL);
    assert_err(edo_file_metadata(file, NULL), -EINVAL);
    assert_err(edo_file_metadata(NULL, &about), -EINVAL);
    assert_err(edo_file_set_times(file, NULL), -EINVAL);
    assert_err(edo_file_read_at(file, NULL, 1, 0), -EINVAL);
    assert_err(edo_file_read_at(NULL, &byte, 1, 0), -EINVAL);
    assert_err(edo_file_write_at(file, &byte, 1, -1), -EINVAL);
    assert_err(edo_file_read(NULL, &byte, 1), -EINVAL);
    assert_err(edo_file_write(NULL, &byte, 1), -EINVAL);
    assert_err(edo_file_seek(NULL, 0, SEEK_SET), -EINVAL);
    assert_err(edo_file_set_max_buf_size(NULL, 1), -EINVAL);
    assert_err(edo_file_position(NULL), -EINVAL);
    assert_err(edo_file_fd(NULL), -EINVAL);
    assert_int_equal(edo_file_max_buf_size(NULL), 0);
    assert_err(edo_file_close(NULL), -EINVAL);
    assert_null(other);
    close_file(file); /* it is as it was */
    remove_folder();
}
