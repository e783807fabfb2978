/* dir_test.c: what is in a folder, and removing all of it. */
#include "fs/place.h"

#include <sys/resource.h>

#include "fs/remove_tree.h"

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

static const char *numbered(unsigned i)
{
    static char name[16];

    snprintf(name, sizeof name, "%05u", i);
    return name;
}

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

EDO_TEST_BOTH(a_folder_is_removed_with_all_in_it) /* fs-048 */
{
    enter_place();
    assert_ok(edo_fs_create_dir_all("tree/a/b/c"));
    put_file("tree/file", "x");
    put_file("tree/a/b/file", "x");
    put_file("kept", "x");
    assert_int_equal(mkdir("kept_too", 0700), 0);
    assert_int_equal(symlink("../../kept_too", "tree/a/link"), 0);
    assert_int_equal(symlink("../kept", "tree/link"), 0);
    put_file("kept_too/file", "x");
    assert_ok(edo_fs_remove_dir_all("tree"));
    assert_false(is_there("tree"));
    assert_true(holds("kept", "x"));
    assert_true(holds("kept_too/file", "x"));
    assert_err(edo_fs_remove_dir_all("tree"), -ENOENT);
    assert_err(edo_fs_remove_dir_all("kept"), -ENOTDIR);
    assert_int_equal(symlink("kept_too", "link"), 0);
    assert_err(edo_fs_remove_dir_all("link"), -ENOTDIR);
    assert_err(edo_fs_remove_dir_all("link//"), -ENOTDIR); /* which the system would follow */
    assert_true(holds("kept_too/file", "x"));
    leave_place();
}

/* Deeper than a process has descriptors, and than a path is long. */
EDO_TEST_BOTH(a_deep_and_wide_tree_is_removed) /* fs-048 */
{
    enum { DEPTH = 300, WIDTH = 300 };
    const struct rlimit few = {64, 64};
    int fds = open_fds();

    enter_quick_place();
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(mkdir("kept", 0700),
                     0); /* the links' target: never one that may not be lost */
    put_file("kept/file", "");
    assert_int_equal(mkdir("tree", 0700), 0);
    assert_int_equal(chdir("tree"), 0);
    for (unsigned i = 0; i < WIDTH; i++) {
        assert_int_equal(mkdir(numbered(i), 0700), 0);
        assert_int_equal(symlink("../kept", "link"), 0);
        assert_int_equal(renameat(AT_FDCWD, "link", AT_FDCWD, numbered(i + 1000)), 0);
    }
    for (unsigned i = 0; i < DEPTH; i++) {
        put_file("file", "");
        assert_int_equal(mkdir("down", 0700), 0);
        assert_int_equal(mkdir("e", 0700), 0);
        assert_int_equal(chdir("down"), 0);
    }
    assert_int_equal(chdir(place_path), 0);
    assert_ok(edo_fs_remove_dir_all("tree"));
    assert_false(is_there("tree"));
    assert_int_equal(open_fds(), fds);
    leave_place();
}

/* Somebody who may write into the tree, right before a name of it is removed. */
typedef struct intruder {
    unsigned names, at;
    void (*act)(void);
} intruder;

static bool intrude(void *arg)
{
    intruder *i = arg;

    if (++i->names == i->at)
        i->act();
    return false;
}

static void make_kept(void)
{
    assert_int_equal(mkdir("kept", 0700), 0);
    put_file("kept/file", "x");
}

static void put_link_for_folder(void)
{
    assert_int_equal(rename("tree/dir", "moved"), 0);
    assert_int_equal(symlink(place_path, "tree/dir"), 0);
}

EDO_TEST_PLAIN(a_link_put_in_a_folders_place_leads_nowhere) /* fs-048 */
{
    intruder swaps = {.at = 2, .act = put_link_for_folder}; /* 1: to read the folder; 2: its name */

    enter_place();
    make_kept();
    assert_int_equal(mkdir("tree", 0700), 0);
    assert_int_equal(mkdir("tree/dir", 0700), 0);
    assert_ok(remove_tree_all("tree", intrude, &swaps));
    assert_true(swaps.names > 2);
    assert_false(is_there("tree"));
    assert_true(is_there("moved"));
    assert_true(holds("kept/file", "x"));
    leave_place();
}

static void move_part_out(void)
{
    assert_int_equal(rename("tree/d/d/d", "kept/d"), 0);
}

/* Of a deep tree the upper folders are closed meanwhile, and found again from below. */
EDO_TEST_PLAIN(a_part_moved_out_of_a_tree_leads_nowhere) /* fs-048 */
{
    enum { DEPTH = 50 };
    intruder moves = {.at = 2 * DEPTH, .act = move_part_out};
    int fds = open_fds();

    enter_place();
    make_kept();
    assert_int_equal(mkdir("tree", 0700), 0);
    assert_int_equal(chdir("tree"), 0);
    for (int i = 0; i < DEPTH; i++) {
        assert_int_equal(mkdir("d", 0700), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(place_path), 0);
    assert_err(remove_tree_all("tree", intrude, &moves), -ESTALE);
    assert_true(holds("kept/file", "x"));
    assert_true(is_there("tree/d/d"));
    assert_int_equal(open_fds(), fds);
    leave_place();
}

static bool stop_at_third(void *arg)
{
    return ++*(unsigned *)arg == 3;
}

EDO_TEST_PLAIN(a_removal_is_stopped_at_the_next_name)
{
    unsigned asked = 0;
    int fds = open_fds();

    enter_place();
    assert_int_equal(mkdir("tree", 0700), 0);
    put_file("tree/a", "");
    put_file("tree/b", "");
    assert_err(remove_tree_all("tree", stop_at_third, &asked), -ECANCELED);
    assert_int_equal(asked, 3);
    assert_true(is_there("tree/a") != is_there("tree/b"));
    assert_int_equal(open_fds(), fds);
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
