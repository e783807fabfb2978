/* memory_test.c: what is closed, and what fails, keeps no memory and no descriptor. */
#include "fs/place.h"

#include <malloc.h>

#include "base/macros.h"
#include "fs/remove_tree.h"

enum { WARM_UP = 10, ROUNDS = 3 }; /* malloc keeps up to seven of each size for its thread */

/* Of all that was allocated; after some rounds it is the same after each. */
static size_t memory(void)
{
#if HAS_ASAN || HAS_TSAN /* whose mallinfo2 tells nothing; LeakSanitizer does */
    return 0;
#else
    struct mallinfo2 all = mallinfo2();

    return all.uordblks + all.hblkhd;
#endif
}

static void check_keeps_nothing(void (*use)(void))
{
    for (int i = 0; i < WARM_UP; i++)
        use();
    size_t before = memory();
    int fds = open_fds();
    for (int i = 0; i < ROUNDS; i++)
        use();
    assert_int_equal(memory(), before);
    assert_int_equal(open_fds(), fds);
}

static void use_links(void)
{
    char *text = NULL;

    assert_err(edo_fs_read_link("file", &text), -EINVAL);
    assert_ok(edo_fs_read_link("link", &text)); /* too long for the first buffer */
    free(text);
    edo_fs_future lost = edo_fs_canonicalize_async("file", &text);
    assert_ok(edo_await(&lost.base));
    edo_future_put_back(&lost.base);
    assert_err(edo_fs_canonicalize("none", &text), -ENOENT);
}

EDO_TEST_PLAIN(links_keep_nothing)
{
    enter_quick_place();
    put_file("file", "x");
    assert_int_equal(symlink(long_name(1000), "link"), 0);
    check_keeps_nothing(use_links);
    leave_place();
}

static bool stop(void *arg)
{
    return !arg;
}

static void use_folders(void)
{
    edo_dir *dir;
    edo_dir_entry entry;

    assert_err(edo_dir_open("none", &dir), -ENOENT);
    assert_ok(edo_fs_create_dir_all("a/b/c"));
    assert_err(edo_fs_create_dir_all("file/b/c"), -ENOTDIR);
    assert_ok(edo_dir_open("a", &dir));
    assert_int_equal(edo_dir_next(dir, &entry), 1);
    edo_dir_close(dir);
    edo_fs_future lost = edo_dir_open_async("a", &dir);
    assert_ok(edo_await(&lost.base));
    edo_future_put_back(&lost.base);
    assert_err(remove_tree_all("a", stop, NULL), -ECANCELED);
    assert_ok(edo_fs_remove_dir_all("a"));
    assert_err(edo_fs_remove_dir_all("a"), -ENOENT);
}

EDO_TEST_PLAIN(folders_keep_nothing)
{
    enter_quick_place();
    put_file("file", "x");
    check_keeps_nothing(use_folders);
    leave_place();
}

static void use_whole_files(void)
{
    edo_buf buf = {0};

    assert_ok(edo_fs_read("file", &buf, NULL));
    edo_buf_fini(&buf);
    assert_ok(edo_fs_write("file", "x", 1, NULL));
    assert_ok(edo_fs_replace("link", "new", 3, NULL));
    assert_err(edo_fs_replace(".", "new", 3, NULL), -EISDIR);
    assert_err(edo_fs_replace("file/x", "new", 3, NULL), -ENOTDIR);
    assert_ok(edo_fs_copy("/proc/version", "copy", NULL)); /* by a buffer */
    assert_err(edo_fs_copy("file", ".", NULL), -EISDIR);
    assert_err(edo_fs_copy(".", "copy", NULL), -EINVAL);
}

EDO_TEST_PLAIN(whole_files_keep_nothing)
{
    enter_quick_place();
    put_file("file", "x");
    assert_int_equal(symlink("file", "link"), 0);
    check_keeps_nothing(use_whole_files);
    leave_place();
}

static void use_temporary(void)
{
    const edo_temp_opts here = {.dir = "."}, nowhere = {.dir = "none"};
    edo_temp *temp;
    char name[] = "XXXXXX";
    int fd;

    assert_ok(edo_temp_file_new(&here, &temp));
    assert_ok(edo_temp_close(temp));
    assert_ok(edo_temp_dir_new(&here, &temp));
    assert_ok(edo_temp_close(temp));
    edo_temp_new_future lost = edo_temp_file_new_async(&here, &temp);
    assert_ok(edo_await(&lost.base));
    edo_future_put_back(&lost.base);
    assert_err(edo_temp_file_new(&nowhere, &temp), -ENOENT);
    assert_err(edo_temp_dir_new(&nowhere, &temp), -ENOENT);
    edo_fs_future open = edo_fs_mkstemp_async(name, &fd);
    assert_ok(edo_await(&open.base));
    edo_future_put_back(&open.base);
}

EDO_TEST_PLAIN(what_is_temporary_keeps_nothing)
{
    enter_quick_place();
    check_keeps_nothing(use_temporary);
    leave_place();
}

static void use_files(void)
{
    char buf[16];
    edo_file *file, *clone;
    int fd;

    assert_err(edo_file_open("none", NULL, &file), -ENOENT);
    assert_err(edo_file_from_fd(-1, &file), -EBADF);
    assert_ok(edo_file_open("file", NULL, &file));
    assert_ok(edo_file_try_clone(file, &clone));
    edo_read_future read = edo_file_read_async(file, buf, sizeof buf);
    assert_int_equal(edo_await(&read.base), 1);
    assert_ok(edo_file_close(file));
    assert_ok(edo_file_into_fd(clone, &fd));
    close(fd);
    assert_ok(edo_file_create("file", &file));
    assert_ok(edo_file_write_all(file, "x", 1, NULL));
    assert_ok(edo_file_try_into_fd(file, &fd));
    close(fd);
    edo_file_open_future lost = edo_file_open_async("file", NULL, &file);
    assert_ok(edo_await(&lost.base));
    edo_future_put_back(&lost.base);
}

EDO_TEST_PLAIN(files_keep_nothing)
{
    enter_quick_place();
    put_file("file", "x");
    check_keeps_nothing(use_files);
    leave_place();
}

/* In a task, whose runtime allocates as well, but not as much. */
EDO_TEST(a_watch_keeps_nothing)
{
    edo_fs_watch *watch;
    size_t before = 0;
    int fds = 0;

    enter_quick_place();
    for (int i = 0; i <= ROUNDS; i++) {
        assert_ok(edo_fs_watch_new(&watch));
        assert_int_equal(edo_fs_watch_add(watch, ".", EDO_FS_CREATED), 1);
        assert_err(edo_fs_watch_add(watch, "none", EDO_FS_CREATED), -ENOENT);
        assert_ok(edo_fs_watch_close(watch));
        before = i == 0 ? memory() : before;
        fds = i == 0 ? open_fds() : fds;
    }
    assert_true(memory() < before + ROUNDS * 4096);
    assert_int_equal(open_fds(), fds);
    leave_place();
}
