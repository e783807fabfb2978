/* bad_disk_test.c: what a disk that fails, or does little at a time, does to files. */
#include "fs/bad_disk.h"

#include "fs/mounts.h"
#include "support/netns.h"

static edo_file *open_one(const char *name)
{
    edo_file *file = NULL;

    assert_ok(edo_file_open(name, EDO_OPTS(file, .read = true, .write = true), &file));
    return file;
}

static void check_bytes(const unsigned char *buf, size_t from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(buf[i], (unsigned char)((from + i) * 7));
}

static void check_reads(void)
{
    static unsigned char buf[BAD_SIZE];
    edo_buf all = {0};
    size_t done;
    edo_file *file = open_one("bad/" BAD_READ);

    assert_int_equal(edo_file_read(file, buf, sizeof buf), 4096);
    assert_err(edo_file_read(file, buf, 10), -EIO);
    assert_int_equal(edo_file_position(file), 4096);
    assert_err(edo_file_read_at(file, buf, 10, 5000), -EIO);
    assert_int_equal(edo_file_seek(file, 1000, SEEK_SET), 1000);
    assert_int_equal(edo_file_read(file, buf, 100), 100); /* the next one works */
    check_bytes(buf, 1000, 100);
    assert_ok(edo_file_close(file));
    assert_err(edo_fs_read("bad/" BAD_READ, &all, &done), -EIO);
    assert_int_equal(done, 4096);
    check_bytes(all.data, 0, 4096);
    edo_buf_fini(&all);
    assert_err(edo_fs_copy("bad/" BAD_READ, "copy", NULL), -EIO);
}

static void check_writes(void)
{
    unsigned char byte;
    size_t done = 7;
    edo_file *file = open_one("bad/" BAD_WRITE);

    assert_err(edo_file_write(file, "x", 1), -EIO);
    assert_int_equal(edo_file_position(file), 0);
    assert_int_equal(edo_file_read(file, &byte, 1), 1); /* and nothing else fails for it */
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), 0);
    assert_ok(edo_file_sync_all(file));
    assert_err(edo_file_write_all(file, "xyz", 3, &done), -EIO);
    assert_int_equal(done, 0);
    assert_ok(edo_file_close(file));
    assert_err(edo_fs_write("bad/" BAD_WRITE, "x", 1, NULL), -EIO);
}

static void check_ends(void)
{
    edo_file *file = open_one("bad/" BAD_SYNC);

    assert_int_equal(edo_file_write(file, "x", 1), 1);
    assert_err(edo_file_sync_all(file), -EIO);
    assert_err(edo_file_sync_data(file), -EIO);
    assert_ok(edo_file_close(file));
    assert_err(edo_file_close(open_one("bad/" BAD_CLOSE)), -EIO);
    assert_err(edo_fs_write("bad/" BAD_CLOSE, "x", 1, NULL), -EIO);
}

static int check_errors(void *arg)
{
    (void)arg;
    check_reads();
    check_writes();
    check_ends();
    return 0;
}

EDO_TEST_PLAIN(a_disk_that_fails_says_so_each_time) /* fs-032 fs-033 */
{
    int before = open_fds();

    enter_place();
    bad_disk_mount("bad");
    check_in_both(check_errors, NULL);
    bad_disk_unmount("bad");
    assert_int_equal(open_fds(), before);
    leave_place();
}

static int check_little(void *arg)
{
    static unsigned char buf[BAD_SIZE], out[1000];
    edo_buf all = {0};
    size_t done;
    edo_file *file = open_one("bad/" BAD_SHORT);

    assert_int_equal(edo_file_read(file, buf, 100), 7);
    assert_ok(edo_file_read_exact_at(file, buf, 1000, 500, &done));
    assert_int_equal(done, 1000);
    check_bytes(buf, 500, 1000);
    for (size_t i = 0; i < sizeof out; i++)
        out[i] = (unsigned char)((7 + i) * 7); /* as it was */
    assert_ok(edo_file_write_all(file, out, sizeof out, &done));
    assert_int_equal(done, sizeof out);
    assert_int_equal(edo_file_position(file), 1007);
    assert_ok(edo_file_close(file));
    assert_ok(edo_fs_read("bad/" BAD_SHORT, &all, NULL));
    assert_int_equal(all.len, BAD_SIZE);
    check_bytes(all.data, 0, BAD_SIZE);
    edo_buf_fini(&all);
    (void)arg;
    return 0;
}

EDO_TEST_PLAIN(a_disk_that_does_little_at_a_time_gets_all_of_it)
{
    enter_place();
    bad_disk_mount("bad");
    check_in_both(check_little, NULL);
    bad_disk_unmount("bad");
    leave_place();
}
