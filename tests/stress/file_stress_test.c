/* file_stress_test.c: many tasks with files at once. */
#include "fs/folder.h"

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

static void run_with(int workers, crowd *c)
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
        run_with(workers[i], &c);
    remove_folder();
}

EDO_TEST_PLAIN(a_hundred_files_at_once) /* fs-031 */
{
    crowd c = {read_by_handle, 100};

    make_files(100, 1024);
    run_with(0, &c);
    run_with(2, &c);
    remove_folder();
}

EDO_TEST_PLAIN(ten_thousand_reads) /* fs-039 */
{
    crowd c = {read_one, 10000 / test_scale()};

    make_files(FILES, 1023);
    run_with(0, &c);
    run_with(2, &c);
    remove_folder();
}
