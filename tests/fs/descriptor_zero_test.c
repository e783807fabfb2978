/* descriptor_zero_test.c: a program without a standard input, whose files get descriptor 0. */
#include "fs/place.h"

static void enter_place_without_input(void)
{
    enter_place();
    put_file("file", "text");
    close(0);
}

static void is_free_again(void)
{
    assert_int_equal(fcntl(0, F_GETFD), -1);
}

EDO_TEST_PLAIN(open_files_are_zero)
{
    edo_file *file;
    char buf[8];
    int fd = -1;

    enter_place_without_input();
    assert_ok(edo_file_open("file", NULL, &file));
    assert_int_equal(edo_file_fd(file), 0);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 4);
    assert_ok(edo_file_close(file));
    is_free_again();
    assert_ok(edo_file_create("new", &file));
    assert_ok(edo_file_into_fd(file, &fd));
    assert_int_equal(fd, 0);
    int other = open("file", O_RDONLY | O_CLOEXEC);
    close(0);
    assert_ok(edo_file_from_fd(other, &file));
    edo_file *clone;
    assert_ok(edo_file_try_clone(file, &clone));
    assert_int_equal(edo_file_fd(clone), 0);
    assert_ok(edo_file_close(clone));
    assert_ok(edo_file_close(file));
    is_free_again();
    leave_place();
}

EDO_TEST_PLAIN(whole_files_are_zero)
{
    edo_buf buf = {0};

    enter_place_without_input();
    assert_ok(edo_fs_write("file", "longer text", 11, NULL));
    is_free_again();
    assert_ok(edo_fs_read("file", &buf, NULL));
    assert_int_equal(buf.len, 11);
    is_free_again();
    assert_ok(edo_fs_copy("file", "copy", NULL));
    assert_true(holds("copy", "longer text"));
    is_free_again();
    assert_ok(edo_fs_replace("file", "new", 3, NULL));
    assert_true(holds("file", "new"));
    is_free_again();
    assert_int_equal(edo_fs_try_exists("file"), 1);
    edo_buf_fini(&buf);
    leave_place();
}

EDO_TEST_PLAIN(folders_are_zero)
{
    edo_dir *dir;
    edo_dir_entry entry;

    enter_place_without_input();
    assert_ok(edo_dir_open(".", &dir));
    assert_int_equal(edo_dir_fd(dir), 0);
    assert_int_equal(edo_dir_next(dir, &entry), 1);
    edo_dir_close(dir);
    is_free_again();
    assert_ok(edo_fs_create_dir_all("tree/a/b"));
    assert_ok(edo_fs_remove_dir_all("tree"));
    is_free_again();
    leave_place();
}

EDO_TEST_PLAIN(temporary_files_are_zero)
{
    const edo_temp_opts here = {.dir = "."};
    edo_temp *temp;
    char name[] = "XXXXXX";
    int fd = -1;

    enter_place_without_input();
    assert_ok(edo_temp_file_new(&here, &temp));
    assert_int_equal(edo_temp_fd(temp), 0);
    char *path = strdup(edo_temp_path(temp));
    assert_ok(edo_temp_close(temp));
    assert_false(is_there(path));
    free(path);
    is_free_again();
    assert_ok(edo_fs_mkstemp(name, &fd));
    assert_int_equal(fd, 0);
    close(fd);
    leave_place();
}

/* What the task does by itself, where it may. */
EDO_TEST(what_is_told_at_once_is_zero)
{
    edo_buf buf = {0};
    edo_file *file;

    enter_place_without_input();
    assert_int_equal(edo_fs_try_exists("file"), 1);
    is_free_again();
    assert_ok(edo_fs_read("file", &buf, NULL));
    assert_int_equal(buf.len, 4);
    is_free_again();
    assert_ok(edo_file_open("file", NULL, &file));
    assert_int_equal(edo_file_fd(file), 0);
    assert_ok(edo_file_close(file));
    edo_buf_fini(&buf);
    leave_place();
}
