/* file_stress_test.c: many tasks with files at once. */
#include "fs/folder.h"

#include "base/random.h"

enum { FILES = 512 };

static int failures; /* atomic */

static void name_of(char *path, unsigned i, unsigned files)
{
    snprintf(path, IN_FOLDER_MAX, "%s/%u", folder, i % files);
}

static int open_one(void *arg)
{
    char path[IN_FOLDER_MAX];
    edo_file *file;

    name_of(path, (unsigned)(uintptr_t)arg, FILES);
    if (edo_file_open(path, NULL, &file) < 0 || edo_file_close(file) < 0)
        a_fetch_add(&failures, 1, relaxed);
    return 0;
}

/* Whether these are the bytes of the file of that number, of which each has others. */
static bool is_of(const unsigned char *data, size_t len, unsigned i, size_t size)
{
    return len == size && are_bytes(data, len, i % FILES);
}

static int read_one(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    char path[IN_FOLDER_MAX];
    edo_buf buf = {0};

    name_of(path, i, FILES);
    if (edo_fs_read(path, &buf, NULL) < 0 || !is_of(buf.data, buf.len, i, 1023))
        a_fetch_add(&failures, 1, relaxed);
    edo_buf_fini(&buf);
    return 0;
}

static int read_by_handle(void *arg)
{
    unsigned i = (unsigned)(uintptr_t)arg;
    unsigned char buf[2000];
    char path[IN_FOLDER_MAX];
    edo_file *file;

    name_of(path, i, FILES);
    if (edo_file_open(path, NULL, &file) < 0)
        return a_fetch_add(&failures, 1, relaxed);
    ssize_t n = edo_file_read(file, buf, sizeof buf);
    if (!is_of(buf, n < 0 ? 0 : (size_t)n, i, 1024))
        a_fetch_add(&failures, 1, relaxed);
    return edo_file_close(file);
}

static void make_files(unsigned files, size_t size)
{
    unsigned char data[1024];
    char name[16];

    make_folder();
    for (unsigned i = 0; i < files; i++) {
        fill_bytes(data, size, i);
        snprintf(name, sizeof name, "%u", i);
        put_file(name, data, size);
    }
}

typedef struct crowd {
    int (*fn)(void *arg);
    unsigned count;
} crowd;

static int run_crowd(void *arg)
{
    crowd *c = arg;
    edo_join_set *set;

    assert_ok(edo_join_set_new(&set));
    for (unsigned i = 0; i < c->count; i++)
        assert_ok(edo_join_set_spawn(set, c->fn, (void *)(uintptr_t)i, NULL));
    while (edo_join_set_next(set, NULL) > 0)
        ;
    edo_join_set_free(set);
    return 0;
}

static void check_crowd_with(int workers, crowd *c)
{
    edo_runtime *runtime = workers ? make_multi(workers) : make_current();

    assert_ok(edo_block_on(runtime, run_crowd, c));
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(failures, 0);
}

EDO_TEST_PLAIN(ten_thousand_opens) /* fs-030 */
{
    static const int workers[] = {0, 1, 2, 8, 64};
    crowd c = {open_one, 10000 / test_scale()};

    make_files(FILES, 1);
    for (size_t i = 0; i < sizeof workers / sizeof *workers; i++)
        check_crowd_with(workers[i], &c);
    remove_folder();
}

EDO_TEST_PLAIN(a_hundred_files_at_once) /* fs-031 */
{
    crowd c = {read_by_handle, 100};

    make_files(100, 1024);
    check_crowd_with(0, &c);
    check_crowd_with(2, &c);
    remove_folder();
}

EDO_TEST_PLAIN(ten_thousand_reads) /* fs-039 */
{
    crowd c = {read_one, 10000 / test_scale()};

    make_files(FILES, 1023);
    check_crowd_with(0, &c);
    check_crowd_with(2, &c);
    remove_folder();
}

/* Records through one position, of writers that give up now and then. */

enum { WRITERS = 8, RECORD = 64, RECORDS = 200 };

typedef struct writer {
    edo_file *file;
    unsigned number, written;
    unsigned char is_there[RECORDS];
} writer;

static int write_records(void *arg)
{
    writer *w = arg;
    char record[RECORD + 1];
    rng random;

    rng_seed(&random, w->number);
    for (int i = 0; i < RECORDS; i++) {
        snprintf(record, sizeof record, "%4u %4d %*s\n", w->number, i, RECORD - 11, "x");
        edo_write_future write = edo_file_write_async(w->file, record, RECORD);
        edo_sleep_future soon = edo_sleep_async(EDO_MICROS(rng_below(&random, 20)));
        int64_t result = edo_select(&write.base, &soon.base) == 0 ? RECORD : write.base.result;
        assert_true(result == RECORD || result == -ECANCELED);
        assert_true(write.base.result == result);
        w->is_there[i] = result == RECORD;
        w->written += result == RECORD;
    }
    return edo_file_close(w->file);
}

static void check_records(edo_file *file, writer *writers)
{
    char record[RECORD + 1] = {0};
    unsigned number, total = 0, before[WRITERS] = {0};
    int i;

    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    while (edo_read_exact(edo_file_reader(file), record, RECORD, NULL) == 0) {
        assert_int_equal(sscanf(record, "%u %d x\n", &number, &i), 2);
        assert_true(number < WRITERS && i < RECORDS && record[RECORD - 1] == '\n');
        assert_true(writers[number].is_there[i] == 1);
        assert_true((unsigned)i + 1 > before[number]);
        before[number] = (unsigned)i + 1;
        writers[number].is_there[i] = 2;
        total++;
    }
    for (number = 0; number < WRITERS; number++)
        total -= writers[number].written;
    assert_int_equal(total, 0);
}

EDO_TEST_MT(records_of_many_who_give_up_are_whole_or_not_there)
{
    static writer writers[WRITERS];
    edo_task tasks[WRITERS];

    make_folder();
    edo_file *file = open_both(in_folder("log"));
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i].number = i;
        assert_ok(edo_file_try_clone(file, &writers[i].file));
        assert_ok(edo_spawn(write_records, &writers[i], &tasks[i]));
    }
    for (unsigned i = 0; i < WRITERS; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    check_records(file, writers);
    close_file(file);
    remove_folder();
}
