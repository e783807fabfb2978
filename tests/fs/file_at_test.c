/* file_at_test.c: reading and writing at an offset. */
#include "fs/folder.h"

#include <sys/ioctl.h>

#include "sched/coop.h"

EDO_TEST_BOTH(at_an_offset_the_position_stays) /* fs-020 */
{
    char buf[16];

    make_folder();
    edo_file *file = open_both(put_text("a", "0123456789"));
    assert_int_equal(edo_file_read(file, buf, 3), 3);
    assert_int_equal(edo_file_read_at(file, buf, 4, 5), 4);
    assert_memory_equal(buf, "5678", 4);
    assert_int_equal(edo_file_write_at(file, "XY", 2, 8), 2);
    assert_int_equal(edo_file_read_at(file, buf, 4, 10), 0);
    assert_int_equal(edo_file_read_at(file, buf, 4, 1000), 0);
    assert_int_equal(edo_file_read_at(file, buf, 4, -1), -EINVAL);
    assert_int_equal(edo_file_position(file), 3);
    assert_rest(file, "34567XY");
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(an_exact_read_at_an_offset)
{
    char buf[16];
    size_t done;

    make_folder();
    edo_file *file = open_both(put_text("a", "0123456789"));
    assert_ok(edo_file_read_exact_at(file, buf, 5, 5, &done));
    assert_int_equal(done, 5);
    assert_int_equal(edo_file_read_exact_at(file, buf, 5, 7, &done), -EDO_EEOF);
    assert_int_equal(done, 3);
    assert_ok(edo_file_write_all_at(file, "abc", 3, 10, &done));
    assert_int_equal(done, 3);
    assert_contains(in_folder("a"), "0123456789abc");
    close_file(file);
    remove_folder();
}

/* Until the task has to let others run before it does more. */
static void use_up_turn(void)
{
    while (coop_proceed(edo_test_waker()))
        coop_spend();
}

EDO_TEST_BOTH(what_is_cancelled_before_it_begins_does_nothing)
{
    make_folder();
    edo_file *file = open_both(put_text("a", "0123456789"));
    edo_file_at_future write = edo_file_write_at_async(file, "X", 1, 0);
    edo_file_future cut = edo_file_set_len_async(file, 0);
    use_up_turn();
    assert_pending(&write.base);
    assert_pending(&cut.base);
    edo_future_cancel(&write.base);
    edo_future_cancel(&cut.base);
    assert_ready_eq(&write.base, -ECANCELED);
    assert_ready_eq(&cut.base, -ECANCELED);
    assert_contains(in_folder("a"), "0123456789");
    close_file(file);
    remove_folder();
}

typedef struct half {
    edo_file *file;
    size_t begin;
} half;

enum { BLOCK = 1000, BLOCKS = 40 };

static int write_half(void *arg)
{
    half *h = arg;
    unsigned char block[BLOCK], back[BLOCK];

    for (size_t i = h->begin; i < BLOCKS; i += 2) {
        fill_bytes(block, BLOCK, i * BLOCK);
        assert_int_equal(edo_file_write_at(h->file, block, BLOCK, (int64_t)(i * BLOCK)), BLOCK);
        assert_int_equal(edo_file_read_at(h->file, back, BLOCK, (int64_t)(i * BLOCK)), BLOCK);
        assert_memory_equal(block, back, BLOCK);
    }
    return 0;
}

EDO_TEST_BOTH(two_at_once_do_not_disturb_each_other) /* fs-021 */
{
    static unsigned char all[BLOCK * BLOCKS];
    edo_task other;

    make_folder();
    edo_file *file = open_both(in_folder("a"));
    half even = {file, 0}, odd = {file, 1};
    assert_ok(edo_spawn(write_half, &odd, &other));
    write_half(&even);
    assert_int_equal(join_result(other), 0);
    assert_int_equal(look_at(in_folder("a"), all, sizeof all), sizeof all);
    assert_true(are_bytes(all, sizeof all, 0));
    assert_int_equal(edo_file_position(file), 0);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(slices_beyond_number) /* fs-022 */
{
    enum { SLICES = 54321, LEN = 13 };
    struct iovec *slices = calloc(SLICES, sizeof *slices);
    unsigned char *data = malloc(SLICES * LEN);
    size_t done = 0;

    make_folder();
    edo_file *file = open_both(in_folder("a"));
    fill_bytes(data, SLICES * LEN, 0);
    for (size_t i = 0; i < SLICES; i++)
        slices[i] = (struct iovec){data + i * LEN, LEN};
    assert_ok(edo_file_writev_all_at(file, slices, SLICES, 10, &done));
    assert_int_equal(done, 706173);
    assert_int_equal(size_of(in_folder("a")), 706183);
    memset(data, 0, SLICES * LEN);
    assert_int_equal(edo_file_readv_at(file, slices, SLICES, 10), 1024 * LEN);
    assert_true(are_bytes(data, 1024 * LEN, 0));
    assert_int_equal(edo_file_writev_at(file, slices, SLICES, 0), 1024 * LEN);
    free(slices);
    free(data);
    close_file(file);
    remove_folder();
}

static int count_turn(void *arg)
{
    a_fetch_add((unsigned *)arg, 1, relaxed);
    return 0;
}

EDO_TEST(cached_reads_at_an_offset_let_others_run)
{
    unsigned turns = 0;
    edo_task other;
    char byte;

    make_folder();
    edo_file *file = open_both(put_text("a", "0123456789"));
    assert_ok(edo_spawn(count_turn, &turns, &other));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(edo_file_read_at(file, &byte, 1, i % 10), 1);
    assert_int_equal(a_load(&turns, relaxed), 1);
    assert_ok(edo_join(other, NULL));
    close_file(file);
    remove_folder();
}

typedef struct long_write {
    edo_file *file;
    int end;
    size_t done;
    int rc;
} long_write;

static void *write_outside(void *arg)
{
    static const char bytes[1 << 20];
    long_write *w = arg;

    w->rc = edo_file_write_all(w->file, bytes, sizeof bytes, &w->done);
    return NULL;
}

/* A thread writes to a pipe, which is full until the handle has been closed. */
EDO_TEST_PLAIN(a_file_may_be_closed_while_a_thread_uses_it)
{
    static char chunk[65536];
    long_write w = {.rc = 1};
    int fds[2], held;

    assert_int_equal(pipe(fds), 0);
    assert_ok(edo_file_from_fd(fds[1], &w.file));
    pthread_t writer = start_thread(write_outside, &w);
    wait_until(ioctl(fds[0], FIONREAD, &held) == 0 && held == 65536);
    assert_ok(edo_file_close(w.file));
    for (size_t got = 0; got < 1 << 20;) {
        ssize_t n = read(fds[0], chunk, sizeof chunk);
        assert_true(n > 0);
        got += (size_t)n;
    }
    join_thread(writer);
    assert_int_equal(w.rc, 0);
    assert_int_equal(w.done, 1 << 20);
    assert_int_equal(read(fds[0], chunk, 1), 0); /* and then its descriptor was */
    close(fds[0]);
}
