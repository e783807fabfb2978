/* file_end_test.c: aborts and shutdowns amid operations on files. */
#include "runtime/blocking_rig.h"

#include "fs/folder.h"

/* Until others have begun. */
static int let_others_run(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++)
        edo_yield();
    return 0;
}

EDO_TEST_PLAIN(without_its_pool_every_operation_says_so) /* fs-037 rt-084 */
{
    edo_enter_guard entered;
    char byte;

    make_folder();
    edo_runtime *runtime = make_multi(1);
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_file *file = open_both(put_text("a", "hello"));
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_enter(handle, &entered));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_file_read(file, &byte, 1), -EDO_ESHUTDOWN);
        assert_int_equal(edo_file_seek(file, 0, SEEK_SET), -EDO_ESHUTDOWN);
        assert_int_equal(edo_file_write(file, "x", 1), -EDO_ESHUTDOWN);
        assert_int_equal(edo_flush(edo_file_writer(file)), -EDO_ESHUTDOWN);
        assert_int_equal(edo_file_set_len(file, 0), -EDO_ESHUTDOWN);
        assert_int_equal(edo_file_read_at(file, &byte, 1, 0), -EDO_ESHUTDOWN);
        assert_int_equal(edo_file_sync_all(file), -EDO_ESHUTDOWN);
    }
    edo_leave(&entered);
    edo_handle_unref(handle);
    assert_contains(in_folder("a"), "hello");
    assert_int_equal(edo_file_read(file, &byte, 1), 1); /* outside of the runtime it goes on */
    assert_int_equal(byte, 'h');
    close_file(file);
    remove_folder();
}

static int open_it(const char *path)
{
    edo_file *file;
    int rc = edo_file_open(path, EDO_OPTS(file, .write = true, .create = true), &file);

    return rc < 0 ? rc : edo_file_close(file);
}

static int read_it(const char *path)
{
    edo_buf buf = {0};
    int rc = edo_fs_read(path, &buf, NULL);

    edo_buf_fini(&buf);
    return rc;
}

/* There and back. */
static int rename_own(int number)
{
    char from[IN_FOLDER_MAX], to[IN_FOLDER_MAX];

    snprintf(from, sizeof from, "%s/from-%d", folder, number);
    snprintf(to, sizeof to, "%s/to-%d", folder, number);
    if (access(from, F_OK) < 0 && access(to, F_OK) < 0)
        close(open(from, O_CREAT | O_CLOEXEC | O_WRONLY, 0600));
    return access(from, F_OK) == 0 ? edo_fs_rename(from, to) : edo_fs_rename(to, from);
}

/* Operations without an end, of one of four kinds, until one says why it may not go on. */
static int operate(void *arg)
{
    int number = *(int *)arg, rc = 0;
    edo_metadata about;
    char path[IN_FOLDER_MAX];

    strcpy(path, in_folder("a"));
    for (; rc == 0; edo_yield())
        rc = number % 4 == 0   ? open_it(path)
             : number % 4 == 1 ? read_it(path)
             : number % 4 == 2 ? edo_fs_metadata(path, &about)
                               : rename_own(number);
    return rc;
}

enum { MOST = 400 };

static void check_shutdown_amid(edo_runtime *runtime, int (*fn)(void *arg), int count)
{
    static edo_task tasks[MOST];
    static int numbers[MOST];

    for (int i = 0; i < count; i++) {
        numbers[i] = i;
        tasks[i] = spawn_on(runtime, fn, &numbers[i]);
    }
    assert_int_equal(edo_block_on(runtime, let_others_run, NULL), 0);
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5 * test_patience())));
    for (int i = 0; i < count; i++)
        assert_int_equal(join_result(tasks[i]), -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_shutdown_amid_operations_returns) /* fs-065 */
{
    static const int workers[] = {0, 1, 2, 64};

    make_folder();
    put_text("a", "hello");
    for (size_t i = 0; i < sizeof workers / sizeof *workers; i++)
        check_shutdown_amid(workers[i] ? make_multi(workers[i]) : make_current(), operate, MOST);
    remove_folder();
}

static int read_on_and_on(void *arg)
{
    char path[IN_FOLDER_MAX];
    int rc;

    (void)arg;
    strcpy(path, in_folder("a"));

    do {
        edo_file *file;
        edo_buf buf = {0};
        if ((rc = edo_file_open(path, NULL, &file)) < 0)
            return rc;
        rc = edo_read_to_end(edo_file_reader(file), &buf, NULL);
        close_file(file);
        edo_buf_fini(&buf);
        edo_yield();
    } while (rc == 0);
    return rc;
}

EDO_TEST_PLAIN(a_shutdown_amid_long_reads_returns) /* fs-066 */
{
    make_folder();
    put_bytes("a", 1000000);
    for (int kind = 0; kind < 2; kind++) {
        int before = open_fds();
        check_shutdown_amid(kind ? make_multi(2) : make_current(), read_on_and_on, 50);
        assert_true(open_fds() < before + 10); /* a driver of the tests may keep some */
    }
    remove_folder();
}

EDO_TEST_BOTH(an_abort_amid_reads_leaves_the_runtime_working) /* fs-067 */
{
    edo_task task;
    edo_buf buf = {0};

    make_folder();
    put_bytes("a", 10000);
    for (int i = 0; i < 10; i++) {
        assert_ok(edo_spawn(read_on_and_on, NULL, &task));
        for (int j = 0; j < i; j++)
            edo_yield();
        edo_task_abort(task);
        assert_int_equal(join_result(task), -ECANCELED);
        edo_buf_clear(&buf);
        assert_ok(edo_fs_read(in_folder("a"), &buf, NULL));
        assert_int_equal(buf.len, 10000);
        assert_true(are_bytes(buf.data, buf.len, 0));
    }
    edo_buf_fini(&buf);
    remove_folder();
}

EDO_TEST_BOTH(who_is_aborted_amid_an_operation_joins_as_canceled) /* fs-068 */
{
    enum { TASKS = 40 };
    edo_task tasks[TASKS];
    int numbers[TASKS];

    make_folder();
    put_text("a", "hello");
    for (int i = 0; i < TASKS; i++) {
        numbers[i] = i;
        assert_ok(edo_spawn(operate, &numbers[i], &tasks[i]));
    }
    let_others_run(NULL);
    for (int i = 0; i < TASKS; i++) {
        edo_task_abort(tasks[i]);
        assert_int_equal(join_result(tasks[i]), -ECANCELED);
    }
    remove_folder();
}

static int sleep_while_full(void *arg)
{
    call c = {0};
    edo_file *file;
    edo_task holder;

    (void)arg;
    assert_ok(edo_file_create(in_folder("a"), &file));
    assert_ok(edo_spawn_blocking(run_call, &c, &holder));
    wait_until(has_begun(&c));
    edo_write_future write = edo_file_write_async(file, "x", 1);
    assert_pending(&write.base);
    for (int i = 0; i < 3; i++)
        assert_ok(edo_sleep(EDO_MILLIS(1)));
    assert_pending(&write.base); /* and it would wait for ever: the thread waits for us */
    let_go(&c);
    assert_int_equal(edo_await(&write.base), 1);
    join_result(holder);
    close_file(file);
    return 0;
}

EDO_TEST_PLAIN(with_all_threads_busy_timers_still_fire) /* fs-070 */
{
    make_folder();
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);

        assert_int_equal(edo_block_on(runtime, sleep_while_full, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
    remove_folder();
}
