/* dir_test.c: what is in a folder. */
#include "fs/place.h"

/* A letter for each of "aa", "bb", "cc" that an entry has. */
static unsigned seen(edo_dir *dir)
{
    edo_dir_entry entry;
    unsigned found = 0;
    int rc;

    while ((rc = edo_dir_next(dir, &entry)) > 0) {
        assert_int_equal(strlen(entry.name), 2);
        assert_int_equal(found & 1U << (entry.name[0] - 'a'), 0);
        found |= 1U << (entry.name[0] - 'a');
    }
    assert_ok(rc);
    return found;
}

EDO_TEST_BOTH(a_folder_is_read) /* fs-050 */
{
    edo_dir *dir, *none = NULL;
    edo_dir_entry entry;

    enter_place();
    assert_ok(edo_fs_create_dir_all("d/cc"));
    put_file("d/aa", "");
    put_file("d/bb", "");
    assert_ok(edo_dir_open("d", &dir));
    assert_int_equal(seen(dir), 7);
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    assert_ok(edo_dir_rewind(dir));
    assert_int_equal(seen(dir), 7);
    edo_dir_close(dir);
    assert_ok(edo_dir_open("d/cc", &dir));
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    edo_dir_close(dir);
    assert_err(edo_dir_open("none", &none), -ENOENT);
    assert_err(edo_dir_open("d/aa", &none), -ENOTDIR);
    assert_null(none);
    leave_place();
}

EDO_TEST_BOTH(a_folder_that_was_removed_is_at_its_end)
{
    edo_dir *dir;
    edo_dir_entry entry;

    enter_place();
    assert_ok(edo_fs_create_dir("d"));
    assert_ok(edo_dir_open("d", &dir));
    assert_ok(edo_fs_remove_dir("d"));
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    edo_dir_close(dir);
    leave_place();
}

EDO_TEST_BOTH(an_entry_tells_name_path_type_and_metadata) /* fs-051 */
{
    edo_dir *dir;
    edo_dir_entry entry;
    edo_metadata about;
    struct stat said;
    char path[100];

    snprintf(path, sizeof path, "%s", enter_place());
    put_file("a.txt", "12345");
    assert_ok(edo_dir_open(path, &dir));
    assert_int_equal(edo_dir_next(dir, &entry), 1);
    assert_string_equal(entry.name, "a.txt");
    strcat(path, "/a.txt");
    assert_string_equal(entry.path, path);
    assert_int_equal(entry.type, EDO_FILE_REGULAR);
    assert_int_equal(stat("a.txt", &said), 0);
    assert_int_equal(entry.inode, said.st_ino);
    assert_ok(edo_dir_metadata(dir, entry.name, &about));
    assert_int_equal(about.size, 5);
    assert_int_equal(about.type, EDO_FILE_REGULAR);
    edo_dir_close(dir);

    assert_int_equal(mkdir("links", 0700), 0);
    assert_int_equal(symlink("../a.txt", "links/link"), 0);
    assert_ok(edo_dir_open("links/", &dir));
    assert_int_equal(edo_dir_next(dir, &entry), 1);
    assert_string_equal(entry.path, "links/link");
    assert_int_equal(entry.type, EDO_FILE_SYMLINK);
    assert_ok(edo_dir_metadata(dir, entry.name, &about));
    assert_int_equal(about.type, EDO_FILE_SYMLINK);
    assert_err(edo_dir_metadata(dir, "none", &about), -ENOENT);
    edo_dir_close(dir);
    leave_place();
}

enum { ENTRIES = 10000 };

EDO_TEST_MT(a_large_folder_is_read_in_parts) /* fs-052 */
{
    static bool found[ENTRIES];
    edo_dir *dir;
    edo_dir_entry entry;
    unsigned count = 0;

    enter_quick_place();
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(chdir("d"), 0);
    put_file("00000", "");
    for (unsigned i = 1; i < ENTRIES; i++)
        assert_int_equal(link("00000", numbered(i)), 0);
    assert_ok(edo_dir_open(".", &dir));
    while (edo_dir_next(dir, &entry) == 1) {
        unsigned i = (unsigned)atoi(entry.name);
        assert_false(found[i]);
        found[i] = true;
        count++;
    }
    assert_int_equal(count, ENTRIES);

    assert_ok(edo_dir_rewind(dir));
    assert_int_equal(edo_dir_next(dir, &entry), 1);
    for (unsigned i = 0; i < ENTRIES; i++)
        unlink(numbered(i));
    for (count = 1; edo_dir_next(dir, &entry) == 1;)
        count++;
    assert_in_range(count, 1, ENTRIES / 2); /* what was removed meanwhile had not been read */
    edo_dir_close(dir);
    assert_int_equal(chdir(".."), 0);
    leave_place();
}

EDO_TEST_BOTH(a_losing_entry_is_the_next_one)
{
    edo_dir *dir;
    edo_dir_entry entry = {0}, again;
    char name[8];

    enter_place();
    put_file("aa", "");
    put_file("bb", "");
    put_file("cc", "");
    assert_ok(edo_dir_open(".", &dir));
    for (int i = 0; i < 3; i++) { /* by a hop; and out of what was read */
        edo_dir_next_future next = edo_dir_next_async(dir, &entry);
        assert_int_equal(edo_await(&next.base), 1);
        snprintf(name, sizeof name, "%s", entry.name);
        edo_future_put_back(&next.base);
        assert_err((int)next.base.result, -ECANCELED);
        assert_int_equal(edo_dir_next(dir, &again), 1);
        assert_string_equal(again.name, name);
    }
    assert_int_equal(edo_dir_next(dir, &entry), 0);
    edo_dir_close(dir);
    leave_place();
}

EDO_TEST_BOTH(null_is_refused)
{
    edo_dir *dir;
    edo_dir_entry entry;
    edo_metadata about;

    assert_err(edo_dir_open(NULL, &dir), -EINVAL);
    assert_err(edo_dir_open("/", NULL), -EINVAL);
    assert_err(edo_dir_next(NULL, &entry), -EINVAL);
    assert_err(edo_dir_rewind(NULL), -EINVAL);
    assert_err(edo_dir_metadata(NULL, "x", &about), -EINVAL);
    assert_err(edo_dir_fd(NULL), -EINVAL);
    edo_dir_close(NULL);
    assert_ok(edo_dir_open("/", &dir));
    assert_err(edo_dir_next(dir, NULL), -EINVAL);
    assert_err(edo_dir_metadata(dir, NULL, &about), -EINVAL);
    assert_true(fcntl(edo_dir_fd(dir), F_GETFD) & FD_CLOEXEC);
    edo_dir_close(dir);
}
