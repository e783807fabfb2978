/* file_at_test.c: reading and writing at an offset. */
#include "fs/folder.h"

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
