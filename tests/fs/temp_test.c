/* temp_test.c: temporary files and folders. */
#include "fs/place.h"

static edo_temp *make(bool is_dir)
{
    const edo_temp_opts here = {.dir = "."};
    edo_temp *temp;

    assert_ok(is_dir ? edo_temp_dir_new(&here, &temp) : edo_temp_file_new(&here, &temp));
    assert_true(is_there(edo_temp_path(temp)));
    return temp;
}

EDO_TEST_BOTH(closing_removes_the_path) /* fs-064 */
{
    char path[100];

    enter_place();
    edo_temp *file = make(false);
    snprintf(path, sizeof path, "%s", edo_temp_path(file));
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(write(edo_temp_fd(file), "text", 4), 4);
    assert_true(holds(path, "text"));
    assert_ok(edo_temp_close(file));
    assert_false(is_there(path));

    edo_temp *dir = make(true);
    snprintf(path, sizeof path, "%s/in", edo_temp_path(dir));
    assert_int_equal(mode_of(edo_temp_path(dir)), 0700);
    assert_err(edo_temp_fd(dir), -EINVAL);
    assert_ok(edo_fs_create_dir(path));
    strcat(path, "/file");
    put_file(path, "x");
    assert_ok(edo_temp_close(dir));
    leave_place();
    assert_false(is_there(place_path));
}

EDO_TEST_BOTH(what_is_kept_stays) /* fs-064 */
{
    char path[2][100];

    enter_place();
    for (int i = 0; i < 2; i++) {
        edo_temp *temp = make(i);
        snprintf(path[i], sizeof path[i], "%s", edo_temp_path(temp));
        assert_ok(edo_temp_keep(temp));
        assert_ok(edo_temp_close(temp));
        assert_true(is_there(path[i]));
    }
    leave_place();
}

EDO_TEST_BOTH(a_name_is_made_as_asked_for) /* fs-064 */
{
    edo_temp *temp;
    char end[32];

    setenv("TMPDIR", enter_place(), 1);
    assert_ok(edo_temp_file_new(EDO_OPTS(temp, .prefix = "a-", .suffix = ".json"), &temp));
    const char *path = edo_temp_path(temp);
    assert_memory_equal(path, place_path, strlen(place_path));
    assert_memory_equal(path + strlen(place_path), "/a-", 3);
    snprintf(end, sizeof end, "%s", path + strlen(path) - 5);
    assert_string_equal(end, ".json");
    assert_int_equal(strlen(path), strlen(place_path) + 3 + 6 + 5);
    assert_ok(edo_temp_close(temp));
    assert_ok(edo_temp_dir_new(NULL, &temp));
    assert_memory_equal(edo_temp_path(temp) + strlen(place_path), "/tmp-", 5);
    assert_ok(edo_fs_remove_dir(edo_temp_path(temp)));
    assert_ok(edo_temp_close(temp)); /* somebody else has removed it: fine */
    assert_err(edo_temp_file_new(EDO_OPTS(temp, .prefix = "a/b"), &temp), -EINVAL);
    assert_err(edo_temp_file_new(EDO_OPTS(temp, .suffix = "/"), &temp), -EINVAL);
    assert_err(edo_temp_file_new(EDO_OPTS(temp, .dir = "/none"), &temp), -ENOENT);
    assert_err(edo_temp_dir_new(NULL, NULL), -EINVAL);
    assert_err(edo_temp_close(NULL), -EINVAL);
    assert_err(edo_temp_keep(NULL), -EINVAL);
    assert_null(edo_temp_path(NULL));
    leave_place();
}

static int close_when_aborted(void *arg)
{
    edo_future never = edo_pending();

    (void)edo_await(&never);
    return edo_temp_close(arg);
}

/* The clean-up of a task that was aborted does what it is for. */
EDO_TEST_BOTH(an_aborted_task_removes_it_too) /* fs-064 */
{
    edo_task task;
    int rc = 1;

    enter_place();
    edo_temp *temp = make(true);
    char *path = strdup(edo_temp_path(temp));
    assert_ok(edo_spawn(close_when_aborted, temp, &task));
    assert_ok(edo_yield());
    edo_task_abort(task);
    assert_ok(edo_join(task, &rc));
    assert_false(is_there(path));
    free(path);
    leave_place();
}

EDO_TEST_BOTH(a_losing_arms_is_removed) /* fs-064 */
{
    edo_temp *temp;
    const edo_temp_opts here = {.dir = "here"};
    int fds = open_fds();

    enter_place();
    assert_ok(edo_fs_create_dir("here"));
    edo_temp_new_future file = edo_temp_file_new_async(&here, &temp);
    assert_ok(edo_await(&file.base));
    edo_future_put_back(&file.base);
    assert_null(temp);
    edo_temp_new_future dir = edo_temp_dir_new_async(&here, &temp);
    assert_ok(edo_await(&dir.base));
    edo_future_put_back(&dir.base);
    assert_ok(edo_fs_remove_dir("here"));
    assert_int_equal(open_fds(), fds);

    assert_ok(edo_temp_dir_new(EDO_OPTS(temp, .dir = "."), &temp));
    edo_temp_close_future close = edo_temp_close_async(temp);
    edo_future_cancel(&close.base);
    assert_err((int)edo_await(&close.base), -ECANCELED);
    assert_true(is_there(edo_temp_path(temp)));
    assert_ok(edo_temp_close(temp));
    leave_place();
}
