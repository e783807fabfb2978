/* fs_whole_test.c: whole files by their names. */
#include "fs/folder.h"

EDO_TEST_BOTH(what_was_written_is_read) /* fs-038 */
{
    edo_buf buf = {0};
    size_t done;

    make_folder();
    put_text("a", "something longer than what comes");
    assert_ok(edo_fs_write(in_folder("a"), "Hello, World!", 13, &done));
    assert_int_equal(done, 13);
    assert_contains(in_folder("a"), "Hello, World!");
    assert_ok(edo_fs_read(in_folder("a"), &buf, &done));
    assert_int_equal(done, 13);
    assert_ok(edo_fs_read_to_string(in_folder("a"), &buf, &done));
    assert_string_equal(edo_buf_text(&buf), "Hello, World!Hello, World!");
    assert_ok(edo_fs_write(in_folder("b"), NULL, 0, NULL));
    assert_contains(in_folder("b"), "");
    edo_buf_clear(&buf);
    assert_ok(edo_fs_read(in_folder("b"), &buf, NULL));
    assert_int_equal(buf.len, 0);
    edo_buf_fini(&buf);
    remove_folder();
}

EDO_TEST_BOTH(files_of_any_size_are_read)
{
    static const size_t sizes[] = {1, 4095, 4096, 200000, 300000, 3000000};

    make_folder();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        edo_buf buf = {0};
        const char *path = put_bytes("a", sizes[i]);

        assert_ok(edo_fs_read(path, &buf, NULL));
        assert_int_equal(buf.len, sizes[i]);
        assert_true(are_bytes(buf.data, buf.len, 0));
        assert_true(buf.room <= sizes[i] + 64); /* its size was asked for */
        assert_ok(edo_fs_write(in_folder("b"), buf.data, buf.len, NULL));
        assert_int_equal(size_of(in_folder("b")), sizes[i]);
        edo_buf_fini(&buf);
    }
    remove_folder();
}

EDO_TEST_PLAIN(a_plain_thread_gets_room_for_the_whole_file_at_once)
{
    edo_buf buf = {0};

    make_folder();
    assert_ok(edo_fs_read(put_bytes("a", 200000), &buf, NULL));
    assert_int_equal(buf.len, 200000);
    assert_true(buf.room <= 200000 + 64);
    edo_buf_fini(&buf);
    remove_folder();
}

EDO_TEST_BOTH(a_file_without_a_size_is_read) /* fs-040 */
{
    edo_buf buf = {0};

    assert_ok(edo_fs_read_to_string("/proc/self/status", &buf, NULL));
    assert_non_null(strstr(edo_buf_text(&buf), "Threads:"));
    edo_buf_clear(&buf);
    assert_ok(edo_fs_read("/proc/version", &buf, NULL));
    assert_int_equal(memcmp(buf.data, "Linux", 5), 0);
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(what_cannot_be_read_says_why)
{
    edo_buf buf = {0};
    size_t done = 7;

    make_folder();
    put_file("a", "a\xff", 2);
    assert_int_equal(edo_fs_read(in_folder("missing"), &buf, &done), -ENOENT);
    assert_int_equal(done, 0);
    assert_int_equal(edo_fs_read(folder, &buf, NULL), -EISDIR);
    assert_int_equal(edo_fs_read_to_string(in_folder("a"), &buf, NULL), -EILSEQ);
    assert_int_equal(buf.len, 2);
    assert_int_equal(edo_fs_read(NULL, &buf, NULL), -EINVAL);
    assert_int_equal(edo_fs_read(in_folder("a"), NULL, NULL), -EINVAL);
    assert_int_equal(edo_fs_write(folder, "x", 1, NULL), -EISDIR);
    assert_int_equal(edo_fs_write("/dev/full", "x", 1, &done), -ENOSPC);
    assert_int_equal(done, 0);
    edo_buf_fini(&buf);
    remove_folder();
}

static void *write_fifo(void *path)
{
    int fd = open(path, O_WRONLY);

    assert_int_equal(write(fd, "through", 7), 7);
    close(fd);
    return NULL;
}

EDO_TEST_BOTH(a_fifo_is_read_from_its_writer_to_its_end)
{
    edo_buf buf = {0};
    char path[IN_FOLDER_MAX];

    make_folder();
    strcpy(path, in_folder("fifo"));
    assert_int_equal(mkfifo(path, 0600), 0);
    int before = open_fds();
    pthread_t writer = start_thread(write_fifo, path);
    assert_ok(edo_fs_read(path, &buf, NULL));
    join_thread(writer);
    assert_int_equal(buf.len, 7);
    assert_int_equal(open_fds(), before);
    edo_buf_fini(&buf);
    remove_folder();
}

static void *read_a_part(void *path)
{
    int fd = open(path, O_RDONLY);
    char byte;

    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
    return NULL;
}

/* The default action of SIGPIPE would end the test. */
EDO_TEST_BOTH(a_fifo_whose_reader_leaves_is_an_error_and_no_signal)
{
    char path[IN_FOLDER_MAX];
    size_t size = 1 << 20, done;
    char *bytes = calloc(1, size);

    assert_non_null(bytes);
    make_folder();
    strcpy(path, in_folder("fifo"));
    assert_int_equal(mkfifo(path, 0600), 0);
    pthread_t reader = start_thread(read_a_part, path);
    assert_int_equal(edo_fs_write(path, bytes, size, &done), -EPIPE);
    join_thread(reader);
    free(bytes);
    remove_folder();
}
