/* remove_tree_test.c: removing a folder with all that is in it, while others may change it. */
#include "fs/place.h"

#include <sys/fsuid.h>
#include <sys/resource.h>

#include "fs/remove_tree.h"

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

static void remove_both(void)
{
    assert_int_equal(unlink("tree/dir/file"), 0);
    assert_int_equal(rmdir("tree/dir"), 0);
    assert_int_equal(unlink("tree/file"), 0);
}

EDO_TEST_PLAIN(what_others_remove_meanwhile_is_gone_as_well)
{
    for (unsigned at = 1; at <= 2; at++) { /* before the folder is read; before its first name */
        intruder removes = {.at = at, .act = remove_both};

        enter_place();
        assert_int_equal(mkdir("tree", 0700), 0);
        assert_int_equal(mkdir("tree/dir", 0700), 0);
        put_file("tree/dir/file", "");
        put_file("tree/file", "");
        assert_ok(remove_tree_all("tree", intrude, &removes));
        assert_false(is_there("tree"));
        leave_place();
    }
}

static void put_more(void)
{
    put_file("tree/more", "");
    assert_int_equal(mkdir("tree/folder", 0700), 0);
}

EDO_TEST_PLAIN(what_others_put_in_meanwhile_is_found_at_the_end)
{
    intruder puts = {.at = 3, .act = put_more}; /* the one name there was is gone */

    enter_place();
    assert_int_equal(mkdir("tree", 0700), 0);
    put_file("tree/file", "");
    assert_ok(remove_tree_all("tree", intrude, &puts));
    assert_false(is_there("tree"));
    leave_place();
}

static bool go_on(void *arg)
{
    (void)arg;
    return false;
}

/* On a thread that isn't root any more; others of the process stay what they are. */
static void *remove_as_nobody(void *arg)
{
    int fds = open_fds();

    (void)arg;
    if (geteuid() == 0)
        assert_int_equal(setfsuid(65534), 0);
    assert_err(remove_tree_all("tree", go_on, NULL), -EACCES);
    assert_int_equal(open_fds(), fds);
    return NULL;
}

EDO_TEST_PLAIN(what_may_not_be_removed_is_an_error)
{
    enter_place();
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(mkdir("tree", 0755), 0);
    assert_int_equal(mkdir("tree/dir", 0755), 0);
    put_file("tree/dir/file", "x");
    assert_int_equal(chmod("tree/dir", 0555), 0);
    join_thread(start_thread(remove_as_nobody, NULL));
    assert_true(holds("tree/dir/file", "x"));
    assert_int_equal(chmod("tree/dir", 0755), 0);
    assert_int_equal(unlink("tree/dir/file"), 0);
    assert_int_equal(chmod("tree", 0555), 0); /* an empty folder that may not be removed */
    join_thread(start_thread(remove_as_nobody, NULL));
    assert_true(is_there("tree/dir"));
    assert_int_equal(chmod("tree", 0755), 0);
    leave_place();
}
