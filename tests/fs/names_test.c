/* names_test.c: making, moving and removing names of folders, files and links. */
#include "fs/place.h"

EDO_TEST_BOTH(folders_are_made) /* fs-045 */
{
    enter_place();
    assert_ok(edo_fs_create_dir("one"));
    assert_int_equal(mode_of("one"), 0755);
    assert_err(edo_fs_create_dir("one"), -EEXIST);
    assert_err(edo_fs_create_dir("none/two"), -ENOENT);
    assert_ok(edo_fs_create_dir_all("a/b"));
    assert_ok(edo_fs_create_dir_all("a/b"));
    assert_ok(edo_fs_create_dir_all("a//b/c/"));
    assert_true(is_there("a/b/c"));
    put_file("a/file", "");
    assert_err(edo_fs_create_dir_all("a/file"), -EEXIST);
    assert_err(edo_fs_create_dir_all("a/file/x"), -ENOTDIR);
    assert_err(edo_fs_create_dir_all("a/file/x/y"), -ENOTDIR);
    assert_err(edo_fs_create_dir_all(""), -ENOENT);
    assert_ok(edo_fs_create_dir_all("/"));
    leave_place();
}

EDO_TEST_BOTH(folders_are_made_with_options) /* fs-046 */
{
    enter_place();
    assert_ok(edo_fs_create_dir_with("a/b", EDO_OPTS(fs_create_dir, .recursive = true)));
    assert_ok(edo_fs_create_dir_with("a/b", EDO_OPTS(fs_create_dir, .recursive = true)));
    assert_err(edo_fs_create_dir_with("a", NULL), -EEXIST);
    assert_err(edo_fs_create_dir_with("x/y", EDO_OPTS(fs_create_dir, .mode = 0700)), -ENOENT);
    assert_ok(edo_fs_create_dir_with("r", EDO_OPTS(fs_create_dir, .mode = 0444)));
    assert_int_equal(mode_of("r"), 0444);
    assert_ok(
        edo_fs_create_dir_with("p/q/r", EDO_OPTS(fs_create_dir, .mode = 0700, .recursive = true)));
    assert_int_equal(mode_of("p/q"), 0755);
    assert_int_equal(mode_of("p/q/r"), 0700);
    leave_place();
}

EDO_TEST_BOTH(an_empty_folder_is_removed) /* fs-047 */
{
    enter_place();
    assert_ok(edo_fs_create_dir_all("full/empty"));
    assert_err(edo_fs_remove_dir("full"), -ENOTEMPTY);
    assert_ok(edo_fs_remove_dir("full/empty"));
    assert_false(is_there("full/empty"));
    assert_ok(edo_fs_remove_dir("full"));
    assert_err(edo_fs_remove_dir("full"), -ENOENT);
    put_file("file", "x");
    assert_err(edo_fs_remove_dir("file"), -ENOTDIR);
    assert_true(holds("file", "x"));
    leave_place();
}

EDO_TEST_BOTH(a_file_is_removed) /* fs-049 */
{
    enter_place();
    put_file("file", "x");
    assert_int_equal(chmod("file", 0444), 0);
    assert_ok(edo_fs_remove_file("file"));
    assert_false(is_there("file"));
    assert_err(edo_fs_remove_file("file"), -ENOENT);
    assert_ok(edo_fs_create_dir("dir"));
    assert_err(edo_fs_remove_file("dir"), -EISDIR);
    assert_int_equal(symlink("dir", "link"), 0);
    assert_ok(edo_fs_remove_file("link"));
    assert_true(is_there("dir"));
    leave_place();
}

EDO_TEST_BOTH(a_rename_moves_and_replaces) /* fs-053 */
{
    enter_place();
    put_file("a", "old");
    put_file("b", "new");
    assert_ok(edo_fs_rename("b", "a"));
    assert_false(is_there("b"));
    assert_true(holds("a", "new"));
    assert_ok(edo_fs_create_dir_all("dir/in"));
    put_file("dir/in/file", "x");
    assert_ok(edo_fs_rename("dir", "moved"));
    assert_true(holds("moved/in/file", "x"));
    assert_err(edo_fs_rename("dir", "again"), -ENOENT);
    assert_err(edo_fs_rename("a", long_name(256)), -ENAMETOOLONG);
    assert_err(edo_fs_rename("a", "/proc/a"), -EXDEV);
    assert_true(holds("a", "new"));
    leave_place();
}

EDO_TEST_BOTH(a_file_has_two_names) /* fs-055 */
{
    char *target = NULL;

    enter_place();
    put_file("a", "1");
    assert_ok(edo_fs_hard_link("a", "b"));
    put_file("b", "22");
    assert_true(holds("a", "22"));
    assert_err(edo_fs_read_link("b", &target), -EINVAL);
    assert_null(target);
    assert_err(edo_fs_hard_link("none", "c"), -ENOENT);
    put_file("c", "3");
    assert_err(edo_fs_hard_link("a", "c"), -EEXIST);
    assert_ok(edo_fs_create_dir("dir"));
    assert_err(edo_fs_hard_link("dir", "d"), -EPERM);
    leave_place();
}

EDO_TEST_BOTH(a_link_points_to_its_target) /* fs-056 */
{
    char *target;
    edo_metadata about;

    enter_place();
    put_file("a", "text");
    assert_ok(edo_fs_symlink("./a", "link"));
    assert_true(holds("link", "text"));
    assert_ok(edo_fs_read_link("link", &target));
    assert_string_equal(target, "./a");
    free(target);
    assert_ok(edo_fs_symlink_metadata("link", &about));
    assert_int_equal(about.type, EDO_FILE_SYMLINK);
    assert_err(edo_fs_symlink("x", "link"), -EEXIST);
    leave_place();
}

EDO_TEST_BOTH(a_long_target_is_given_whole) /* fs-057 */
{
    enter_place();
    for (size_t len = 1; len <= 4000; len += len < 100 || len > 300 ? 99 : 1) {
        char *target;
        assert_int_equal(symlink(long_name(len), "link"), 0);
        assert_ok(edo_fs_read_link("link", &target));
        assert_string_equal(target, long_name(len));
        free(target);
        assert_int_equal(unlink("link"), 0);
    }
    leave_place();
}

EDO_TEST_BOTH(a_path_is_made_canonical) /* fs-044 */
{
    char *path, wanted[100], *none = NULL;

    snprintf(wanted, sizeof wanted, "%s/dir/file", enter_place());
    assert_ok(edo_fs_canonicalize("/.", &path));
    assert_string_equal(path, "/");
    free(path);
    assert_ok(edo_fs_create_dir("dir"));
    put_file("dir/file", "");
    assert_ok(edo_fs_symlink("dir/../dir/./file", "link"));
    assert_ok(edo_fs_canonicalize("link", &path));
    assert_string_equal(path, wanted);
    free(path);
    assert_err(edo_fs_canonicalize("none", &none), -ENOENT);
    assert_null(none);
    leave_place();
}

enum { MANY = 512 };

static int rename_one(void *arg)
{
    char from[32], to[32];

    snprintf(from, sizeof from, "old-%d", (int)(intptr_t)arg);
    snprintf(to, sizeof to, "new-%d", (int)(intptr_t)arg);
    return edo_fs_rename(from, to);
}

EDO_TEST_BOTH(many_renames_at_a_time) /* fs-054 */
{
    edo_task tasks[MANY];
    char name[32];
    int rc;

    enter_quick_place();
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "old-%d", i);
        put_file(name, name);
    }
    for (int i = 0; i < MANY; i++)
        assert_ok(edo_spawn(rename_one, (void *)(intptr_t)i, &tasks[i]));
    for (int i = 0; i < MANY; i++) {
        assert_ok(edo_join(tasks[i], &rc));
        assert_ok(rc);
    }
    for (int i = 0; i < MANY; i++) {
        char text[32];
        snprintf(name, sizeof name, "new-%d", i);
        snprintf(text, sizeof text, "old-%d", i);
        assert_true(holds(name, text));
        assert_false(is_there(text));
    }
    leave_place();
}

EDO_TEST_BOTH(what_a_losing_arm_found_is_freed)
{
    char *path = NULL;

    enter_place();
    assert_ok(edo_fs_symlink("target", "link"));
    edo_fs_future read = edo_fs_read_link_async("link", &path);
    assert_ok(edo_await(&read.base));
    assert_non_null(path);
    edo_future_put_back(&read.base);
    assert_null(path); /* and LeakSanitizer finds nothing */
    assert_err(read.base.result, -ECANCELED);
    leave_place();
}

EDO_TEST_BOTH(null_is_refused)
{
    char *path;
    edo_metadata about;
    edo_file_times times = {0};

    assert_err(edo_fs_create_dir(NULL), -EINVAL);
    assert_err(edo_fs_create_dir_all(NULL), -EINVAL);
    assert_err(edo_fs_create_dir_with(NULL, NULL), -EINVAL);
    assert_err(edo_fs_remove_dir(NULL), -EINVAL);
    assert_err(edo_fs_remove_dir_all(NULL), -EINVAL);
    assert_err(edo_fs_remove_file(NULL), -EINVAL);
    assert_err(edo_fs_rename("a", NULL), -EINVAL);
    assert_err(edo_fs_rename(NULL, "a"), -EINVAL);
    assert_err(edo_fs_hard_link("a", NULL), -EINVAL);
    assert_err(edo_fs_symlink(NULL, "a"), -EINVAL);
    assert_err(edo_fs_read_link(NULL, &path), -EINVAL);
    assert_err(edo_fs_read_link("a", NULL), -EINVAL);
    assert_err(edo_fs_canonicalize("/", NULL), -EINVAL);
    assert_err(edo_fs_metadata("/", NULL), -EINVAL);
    assert_err(edo_fs_symlink_metadata(NULL, &about), -EINVAL);
    assert_err(edo_fs_try_exists(NULL), -EINVAL);
    assert_err(edo_fs_set_permissions(NULL, 0), -EINVAL);
    assert_err(edo_fs_set_permissions("/", 010000), -EINVAL);
    assert_err(edo_fs_set_times(NULL, &times), -EINVAL);
    assert_err(edo_fs_set_times("/", NULL), -EINVAL);
    assert_err(edo_fs_set_symlink_times("/", NULL), -EINVAL);
}

/* Outside of a runtime the thread itself makes the call. */
EDO_TEST_PLAIN(a_plain_thread_needs_no_runtime)
{
    enter_place();
    assert_ok(edo_fs_create_dir_all("a/b"));
    assert_int_equal(edo_fs_try_exists("a/b"), 1);
    assert_ok(edo_fs_remove_dir_all("a"));
    assert_int_equal(edo_fs_try_exists("a"), 0);
    leave_place();
}
