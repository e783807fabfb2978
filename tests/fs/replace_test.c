/* replace_test.c: new contents in one step; names that nobody else has. */
#include "fs/place.h"

#include <dirent.h>

#include "base/random.h"
#include "fs/temp_name.h"

static int replace(const char *path, const char *text)
{
    return edo_fs_replace(path, text, strlen(text), NULL);
}

static unsigned names_here(void)
{
    DIR *dir = opendir(".");
    unsigned count = 0;

    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

EDO_TEST_BOTH(a_replaced_file_keeps_its_permissions)
{
    enter_place();
    assert_ok(replace("file", "first"));
    assert_true(holds("file", "first"));
    assert_int_equal(mode_of("file"), 0644);
    assert_int_equal(chmod("file", 04750), 0);
    assert_ok(replace("file", "second"));
    assert_true(holds("file", "second"));
    assert_int_equal(mode_of("file"), 04750);
    if (geteuid() == 0) {
        assert_int_equal(chown("file", 1234, 4321), 0);
        assert_int_equal(chmod("file", 02640), 0);
        assert_ok(replace("file", "third"));
        struct stat about;
        assert_int_equal(stat("file", &about), 0);
        assert_int_equal(about.st_uid, 1234);
        assert_int_equal(about.st_gid, 4321);
        assert_int_equal(mode_of("file"), 02640);
    }
    assert_ok(edo_fs_replace("other", "", 0, EDO_OPTS(fs_replace, .mode = 0640, .no_sync = true)));
    assert_int_equal(mode_of("other"), 0640);
    assert_true(holds("other", ""));
    assert_int_equal(names_here(), 2); /* nothing is left */
    leave_place();
}

EDO_TEST_BOTH(who_has_it_open_reads_the_old_contents_on)
{
    char old[8] = "";

    enter_place();
    put_file("file", "old");
    int fd = open("file", O_RDONLY | O_CLOEXEC);
    assert_int_equal(link("file", "hard"), 0);
    assert_ok(replace("file", "new"));
    assert_int_equal(read(fd, old, sizeof old), 3);
    assert_string_equal(old, "old");
    assert_true(holds("hard", "old"));
    close(fd);
    leave_place();
}

EDO_TEST_BOTH(a_link_is_followed_by_a_replacement)
{
    enter_place();
    assert_ok(edo_fs_create_dir("dir"));
    put_file("dir/file", "old");
    assert_int_equal(symlink("dir/file", "link"), 0);
    assert_ok(replace("link", "new"));
    assert_true(holds("dir/file", "new"));
    assert_true(holds("link", "new"));
    edo_metadata about;
    assert_ok(edo_fs_symlink_metadata("link", &about));
    assert_int_equal(about.type, EDO_FILE_SYMLINK);
    leave_place();
}

EDO_TEST_BOTH(a_failed_replacement_changes_nothing)
{
    enter_place();
    assert_ok(edo_fs_create_dir("dir"));
    assert_err(replace("dir", "x"), -EISDIR);
    assert_err(replace("dir/", "x"), -EISDIR);
    assert_err(replace("none/file", "x"), -ENOENT);
    assert_err(replace("", "x"), -ENOENT);
    assert_err(replace("dir/new/", "x"), -EISDIR);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_err(replace("fifo", "x"), -EINVAL);
    assert_err(replace(long_name(256), "x"), -ENAMETOOLONG);
    assert_err(edo_fs_replace(NULL, "x", 1, NULL), -EINVAL);
    assert_err(edo_fs_replace("file", NULL, 1, NULL), -EINVAL);
    assert_int_equal(names_here(), 2);
    assert_ok(replace(long_name(255), "x")); /* its neighbour's name is no longer than it may be */
    assert_true(holds(long_name(255), "x"));
    leave_place();
}

EDO_TEST_BOTH(a_template_becomes_a_name) /* fs-063 */
{
    char dir[] = "dir-XXXXXX", file[] = "file-XXXXXX", bad[] = "XXXXX", other[] = "XXXXXX.txt";
    int fd = -1;

    enter_place();
    assert_ok(edo_fs_mkdtemp(dir));
    assert_int_equal(mode_of(dir), 0700);
    assert_string_not_equal(dir, "dir-XXXXXX");
    assert_memory_equal(dir, "dir-", 4);
    assert_ok(edo_fs_mkstemp(file, &fd));
    assert_int_equal(mode_of(file), 0600);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_true(holds(file, "x"));
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    assert_err(edo_fs_mkdtemp(bad), -EINVAL);
    assert_err(edo_fs_mkdtemp(other), -EINVAL);
    assert_err(edo_fs_mkstemp(bad, &fd), -EINVAL);
    assert_err(edo_fs_mkstemp(NULL, &fd), -EINVAL);
    assert_err(edo_fs_mkdtemp(NULL), -EINVAL);
    char none[] = "none/XXXXXX";
    assert_err(edo_fs_mkdtemp(none), -ENOENT);
    leave_place();
}

enum { CALLS = 1000 };

static int make_one(void *arg)
{
    char name[] = "XXXXXX";
    int fd, rc;

    if ((intptr_t)arg % 2)
        return edo_fs_mkdtemp(name);
    rc = edo_fs_mkstemp(name, &fd);
    if (rc == 0)
        close(fd);
    return rc;
}

EDO_TEST_BOTH(no_name_is_given_twice) /* fs-063 */
{
    static edo_task tasks[CALLS];
    int rc;

    enter_quick_place();
    for (intptr_t i = 0; i < CALLS; i++)
        assert_ok(edo_spawn(make_one, (void *)i, &tasks[i]));
    for (int i = 0; i < CALLS; i++) {
        assert_ok(edo_join(tasks[i], &rc));
        assert_ok(rc);
    }
    assert_int_equal(names_here(), CALLS);
    leave_place();
}

/* By the same numbers as the first: its name is tried, and is there. */
EDO_TEST_PLAIN(a_name_that_is_there_is_not_taken) /* fs-063 */
{
    char names[2][7] = {"XXXXXX", "XXXXXX"};
    rng numbers;
    int fds[2];

    enter_place();
    for (int i = 0; i < 2; i++) {
        rng_seed(&numbers, 42);
        fds[i] = temp_name_open_by(&numbers, AT_FDCWD, names[i], names[i], O_RDWR, 0600);
        assert_true(fds[i] >= 0);
    }
    assert_string_not_equal(names[0], names[1]);
    assert_int_equal(names_here(), 2);
    close(fds[0]);
    close(fds[1]);
    leave_place();
}

EDO_TEST_BOTH(a_losing_arms_name_is_removed)
{
    char dir[] = "XXXXXX", file[] = "XXXXXX";
    int fd, fds = open_fds();

    enter_place();
    edo_fs_future make = edo_fs_mkdtemp_async(dir);
    assert_ok(edo_await(&make.base));
    edo_future_put_back(&make.base);
    edo_fs_future open = edo_fs_mkstemp_async(file, &fd);
    assert_ok(edo_await(&open.base));
    edo_future_put_back(&open.base);
    assert_int_equal(names_here(), 0);
    assert_int_equal(open_fds(), fds);
    leave_place();
}
