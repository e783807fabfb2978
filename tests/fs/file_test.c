/* file_test.c: reading, writing and seeking at a file's position. */
#include "fs/folder.h"

#include <signal.h>
#include <sys/resource.h>

static const char hello[] = "hello world...";

EDO_TEST_BOTH(a_read_gives_what_is_there_then_the_end) /* fs-001 */
{
    char buf[1024];

    make_folder();
    edo_file *file = open_file(put_text("a", hello), NULL);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 14);
    assert_memory_equal(buf, hello, 14);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 0);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(what_is_written_is_seen_at_once) /* fs-002 fs-035 */
{
    edo_file *file;
    size_t done = 0;

    make_folder();
    assert_ok(edo_file_create(in_folder("a"), &file));
    edo_writer to = edo_file_writer(file);
    assert_ok(edo_flush(to)); /* nothing to do */
    assert_ok(edo_file_write_all(file, hello, 14, &done));
    assert_int_equal(done, 14);
    assert_contains(in_folder("a"), hello);
    assert_ok(edo_flush(to));
    assert_ok(edo_shutdown(to));
    assert_contains(in_folder("a"), hello);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_vectored_write_has_both_slices) /* fs-003 */
{
    struct iovec both[] = {{(void *)(uintptr_t)hello, 14}, {(void *)(uintptr_t)hello, 14}};
    edo_file *file;

    make_folder();
    assert_ok(edo_file_create(in_folder("a"), &file));
    assert_true(edo_writer_is_vectored(edo_file_writer(file)));
    assert_int_equal(edo_file_writev(file, both, 2), 28);
    assert_contains(in_folder("a"), "hello world...hello world...");
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_read_of_nothing_is_not_the_end) /* fs-004 */
{
    char buf[16];

    make_folder();
    edo_file *file = open_file(put_text("a", hello), NULL);
    assert_int_equal(edo_file_read(file, buf, 0), 0);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 14);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_read_to_the_end_gives_all_of_it) /* fs-005 */
{
    static const size_t sizes[] = {0, 20, 100, 1023, 5000, 100000, 3000000, (4 << 20) + 1000};

    make_folder();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        edo_file *file = open_file(put_bytes("a", sizes[i]), NULL);
        edo_buf buf = {0};
        size_t done;

        assert_ok(edo_read_to_end(edo_file_reader(file), &buf, &done));
        assert_int_equal(done, sizes[i]);
        assert_int_equal(buf.len, sizes[i]);
        assert_true(are_bytes(buf.data, buf.len, 0));
        edo_buf_fini(&buf);
        close_file(file);
    }
    remove_folder();
}

EDO_TEST_BOTH(an_exact_read_then_the_rest_then_anywhere) /* fs-006 */
{
    unsigned char five[5];
    edo_buf buf = {0};

    make_folder();
    edo_file *file = open_file(put_bytes("a", 100), NULL);
    assert_ok(edo_read_exact(edo_file_reader(file), five, 5, NULL));
    assert_ok(edo_read_to_end(edo_file_reader(file), &buf, NULL));
    assert_int_equal(buf.len, 95);
    assert_true(are_bytes(buf.data, 95, 5));
    edo_buf_fini(&buf);
    close_file(file);
    file = open_file(put_text("b", "hello world"), NULL);
    assert_int_equal(edo_file_seek(file, 6, SEEK_SET), 6);
    assert_rest(file, "world");
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_rest(file, "hello world");
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(the_position_is_told) /* fs-007 */
{
    edo_file *file;

    make_folder();
    assert_ok(edo_file_create(in_folder("a"), &file));
    assert_int_equal(edo_file_seek(file, 10, SEEK_CUR), 10);
    assert_int_equal(edo_file_position(file), 10);
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_int_equal(edo_file_position(file), 0);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(nothing_is_before_the_start_and_a_hole_behind_the_end) /* fs-008 */
{
    char buf[32];

    make_folder();
    edo_file *file = open_both(put_text("a", "0123"));
    assert_int_equal(edo_file_seek(file, 2, SEEK_SET), 2);
    assert_int_equal(edo_file_seek(file, -3, SEEK_CUR), -EINVAL);
    assert_int_equal(edo_file_seek(file, -1, SEEK_SET), -EINVAL);
    assert_int_equal(edo_file_seek(file, -5, SEEK_END), -EINVAL);
    assert_int_equal(edo_file_seek(file, INT64_MAX, SEEK_CUR), -EOVERFLOW);
    assert_int_equal(edo_file_position(file), 2);
    assert_int_equal(edo_file_seek(file, 4, SEEK_END), 8);
    assert_int_equal(edo_file_write(file, "89", 2), 2);
    assert_int_equal(look_at(in_folder("a"), buf, sizeof buf), 10);
    assert_memory_equal(buf, "0123\0\0\0\089", 10);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(what_was_written_is_read_by_the_same_handle) /* fs-009 */
{
    make_folder();
    edo_file *file = open_both(in_folder("a"));
    assert_ok(edo_file_write_all(file, hello, 14, NULL));
    assert_ok(edo_flush(edo_file_writer(file)));
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_rest(file, hello);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_write_lands_where_the_reads_have_come_to) /* fs-010 fs-011 */
{
    char buf[16];

    make_folder();
    edo_file *file = open_both(put_text("a", "hello world, it is me"));
    assert_int_equal(edo_file_read(file, buf, 5), 5);
    assert_int_equal(edo_file_write(file, "123456789", 9), 9);
    assert_contains(in_folder("a"), "hello123456789t is me");
    close_file(file);
    file = open_both(put_text("b", "0123456789abcdefghij"));
    assert_int_equal(edo_file_read(file, buf, 10), 10);
    assert_int_equal(edo_file_read(file, buf, 3), 3);
    assert_memory_equal(buf, "abc", 3);
    assert_int_equal(edo_file_write(file, "XYZ", 3), 3);
    assert_contains(in_folder("b"), "0123456789abcXYZghij");
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(reads_add_up_in_order) /* fs-012 */
{
    unsigned char buf[2048];
    size_t done;

    make_folder();
    edo_file *file = open_file(put_bytes("a", 1024), NULL);
    edo_buf_reader *buffered;
    assert_ok(edo_buf_reader_new(edo_file_reader(file), NULL, &buffered));
    edo_reader from = edo_buf_reader_reader(buffered);
    assert_ok(edo_read_exact(from, buf, 4, NULL));
    assert_ok(edo_read_exact(from, buf + 4, 32, NULL));
    assert_int_equal(edo_read_exact(from, buf + 36, 2000, &done), -EDO_EEOF);
    assert_int_equal(done, 1024 - 36);
    assert_true(are_bytes(buf, 1024, 0));
    edo_buf_reader_free(buffered);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_buffered_reader_shows_it_and_then_the_end) /* io-037 */
{
    const void *data;

    make_folder();
    edo_file *file = open_file(put_text("a", "hello"), NULL);
    edo_buf_reader *buffered;
    assert_ok(edo_buf_reader_new(edo_file_reader(file), NULL, &buffered));
    edo_reader from = edo_buf_reader_reader(buffered);
    assert_int_equal(edo_fill(from, &data), 5);
    assert_memory_equal(data, "hello", 5);
    assert_ok(edo_consume(from, 5));
    assert_int_equal(edo_fill(from, &data), 0);
    edo_buf_reader_free(buffered);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_maximum_bounds_each_read_and_write) /* fs-013 */
{
    unsigned char buf[16];
    edo_buf all = {0};

    make_folder();
    edo_file *file = open_both(put_bytes("a", 1000));
    assert_int_equal(edo_file_set_max_buf_size(file, 0), -EINVAL);
    assert_ok(edo_file_set_max_buf_size(file, 1));
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 1);
    assert_int_equal(edo_file_write(file, buf, sizeof buf), 1);
    struct iovec pieces[] = {{buf, 3}, {buf + 3, 3}};
    assert_int_equal(edo_file_readv(file, pieces, 2), 1);
    assert_ok(edo_file_set_max_buf_size(file, 64));
    assert_int_equal(edo_file_seek(file, 2, SEEK_SET), 2);
    assert_ok(edo_read_to_end(edo_file_reader(file), &all, NULL));
    assert_int_equal(all.len, 998);
    assert_true(are_bytes(all.data, 998, 2));
    edo_buf_fini(&all);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(much_is_read_and_written_in_parts) /* fs-014 */
{
    size_t len = (8 << 20) - 1, done = 0;
    unsigned char *data = malloc(len);

    make_folder();
    edo_file *file = open_both(in_folder("a"));
    assert_int_equal(edo_file_max_buf_size(file), 2 << 20);
    fill_bytes(data, len, 0);
    while (done < len) {
        ssize_t n = edo_file_write(file, data + done, len - done);
        assert_true(n > 0 && n <= 2 << 20);
        done += (size_t)n;
    }
    assert_int_equal(size_of(in_folder("a")), len);
    memset(data, 0, len);
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    for (done = 0; done < len;) {
        ssize_t n = edo_file_read(file, data + done, len - done);
        assert_true(n > 0 && n <= 2 << 20);
        done += (size_t)n;
    }
    assert_true(are_bytes(data, len, 0));
    free(data);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_clone_shares_the_position) /* fs-015 */
{
    edo_file *clone;

    make_folder();
    edo_file *file = open_both(in_folder("a"));
    assert_ok(edo_file_set_max_buf_size(file, 128));
    assert_ok(edo_file_try_clone(file, &clone));
    assert_int_equal(edo_file_max_buf_size(clone), 128);
    assert_int_equal(edo_file_write(file, "one ", 4), 4);
    assert_int_equal(edo_file_write(clone, "two ", 4), 4);
    assert_int_equal(edo_file_write(file, "three", 5), 5);
    assert_int_equal(edo_file_position(clone), 13);
    assert_contains(in_folder("a"), "one two three");
    close_file(file);
    assert_int_equal(edo_file_seek(clone, 4, SEEK_SET), 4);
    assert_rest(clone, "two three");
    close_file(clone);
    remove_folder();
}

EDO_TEST_BOTH(appends_go_to_the_end) /* fs-019 */
{
    edo_file *first, *second;

    make_folder();
    for (int i = 0; i < 2; i++) {
        first = open_file(in_folder("a"), EDO_OPTS(file, .append = true, .create = true));
        assert_ok(edo_file_write_all(first, "thirteen byte", 13, NULL));
        assert_int_equal(edo_file_position(first), 13 * (i + 1));
        close_file(first);
    }
    assert_int_equal(size_of(in_folder("a")), 26);
    first = open_file(in_folder("a"), EDO_OPTS(file, .append = true));
    second = open_file(in_folder("a"), EDO_OPTS(file, .append = true));
    assert_int_equal(edo_file_write_at(first, "1", 1, 0), 1);
    assert_int_equal(edo_file_write(second, "2", 1), 1);
    assert_int_equal(edo_file_write(first, "3", 1), 1);
    assert_contains(in_folder("a"), "thirteen bytethirteen byte123");
    close_file(first);
    close_file(second);
    remove_folder();
}

EDO_TEST_BOTH(no_pieces_are_nothing_and_a_missing_array_a_mistake) /* fs-023 */
{
    struct iovec none = {NULL, 0};

    make_folder();
    edo_file *file = open_both(put_text("a", hello));
    assert_int_equal(edo_file_readv(file, NULL, 0), 0);
    assert_int_equal(edo_file_writev(file, NULL, 0), 0);
    assert_int_equal(edo_file_readv(file, &none, 1), 0);
    assert_int_equal(edo_file_readv(file, NULL, 1), -EINVAL);
    assert_int_equal(edo_file_writev(file, NULL, 2), -EINVAL);
    assert_int_equal(edo_file_readv_at(file, NULL, 0, 0), 0);
    assert_int_equal(edo_file_writev_at(file, NULL, 0, 0), 0);
    assert_int_equal(edo_file_readv_at(file, NULL, 1, 0), -EINVAL);
    assert_int_equal(edo_file_writev_at(file, NULL, 1, 0), -EINVAL);
    assert_contains(in_folder("a"), hello);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_directory_cannot_be_read) /* fs-025 */
{
    char buf[8];

    make_folder();
    edo_file *file = open_file(folder, NULL);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), -EISDIR);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(after_a_failed_read_the_next_one_works) /* fs-032 */
{
    char buf[8];

    make_folder();
    edo_file *file = open_file(put_text("a", hello), NULL);
    assert_int_equal(edo_file_read(file, (void *)8, 8), -EFAULT);
    assert_int_equal(edo_file_position(file), 0);
    assert_int_equal(edo_file_read(file, buf, 5), 5);
    assert_memory_equal(buf, hello, 5);
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_failed_write_is_told_once) /* fs-033 */
{
    char buf[16];

    make_folder();
    edo_file *file = open_file(put_text("a", hello), NULL); /* not to be written */
    assert_int_equal(edo_file_write(file, "x", 1), -EBADF);
    assert_ok(edo_flush(edo_file_writer(file)));
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_int_equal(edo_file_read(file, buf, sizeof buf), 14);
    close_file(file);
    file = open_both(in_folder("b"));
    assert_int_equal(edo_file_write(file, (void *)8, 8), -EFAULT);
    assert_int_equal(edo_file_write(file, "x", 1), 1);
    assert_contains(in_folder("b"), "x");
    close_file(file);
    remove_folder();
}

EDO_TEST_BOTH(a_limit_is_a_short_count_then_an_error) /* fs-018 */
{
    struct rlimit limit = {10, 10};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, now;

    make_folder();
    assert_int_equal(sigaction(SIGXFSZ, &ignore, NULL), 0);
    edo_file *file = open_both(in_folder("a"));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(edo_file_write(file, hello, 14), 10);
    assert_int_equal(edo_file_write(file, hello + 10, 4), -EFBIG);
    assert_int_equal(sigaction(SIGXFSZ, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_IGN);
    close_file(file);
    file = open_file("/dev/full", EDO_OPTS(file, .write = true));
    assert_int_equal(edo_file_write(file, hello, 14), -ENOSPC);
    close_file(file);
    remove_folder();
}

static int count_turns(void *arg)
{
    ++*(int *)arg;
    return 0;
}

EDO_TEST(a_loop_of_reads_and_seeks_gives_way) /* io-030 */
{
    char buf[16];
    int turns = 0;
    edo_task other;

    make_folder();
    edo_file *file = open_file(put_text("a", hello), NULL);
    assert_ok(edo_spawn(count_turns, &turns, &other));
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(edo_file_read(file, buf, sizeof buf), 14);
        assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    }
    assert_int_equal(turns, 1);
    join_result(other);
    close_file(file);
    remove_folder();
}

EDO_TEST_PLAIN(plain_threads_have_files_too)
{
    make_folder();
    edo_file *file = open_both(in_folder("a"));
    assert_ok(edo_file_write_all(file, hello, 14, NULL));
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_rest(file, hello);
    assert_ok(edo_file_sync_all(file));
    close_file(file);
    remove_folder();
}
