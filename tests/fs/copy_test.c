/* copy_test.c: copying a file by its names. */
#include "fs/place.h"

#include <pthread.h>

#include "base/atomic.h"
#include "fs/copy_file.h"

EDO_TEST_BOTH(a_copy_has_contents_and_permissions) /* fs-041 */
{
    uint64_t done = 77;

    enter_place();
    put_file("a", "twelve bytes");
    assert_int_equal(chmod("a", 0444), 0);
    assert_ok(edo_fs_copy("a", "b", &done));
    assert_int_equal(done, 12);
    assert_true(holds("b", "twelve bytes"));
    assert_int_equal(mode_of("b"), 0444);
    put_file("c", "what is longer than the other and is to go");
    assert_int_equal(chmod("c", 0666), 0);
    assert_ok(edo_fs_copy("a", "c", NULL));
    assert_true(holds("c", "twelve bytes"));
    assert_int_equal(mode_of("c"), 0444);
    put_file("empty", "");
    assert_ok(edo_fs_copy("empty", "b", &done));
    assert_int_equal(done, 0);
    assert_true(holds("b", ""));
    assert_ok(edo_fs_copy("a", "/dev/null", &done));
    assert_int_equal(done, 12);
    leave_place();
}

static void fill(const char *path, size_t size)
{
    static unsigned char block[1 << 16];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    uint32_t x = 1;

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (unsigned char)((x = x * 1664525 + 1013904223) >> 24);
    for (size_t done = 0; done < size;) {
        memcpy(block, &done, sizeof done); /* no two alike */
        size_t n = size - done < sizeof block ? size - done : sizeof block;
        assert_int_equal(write(fd, block, n), (ssize_t)n);
        done += n;
    }
    close(fd);
}

static void are_equal(const char *a, const char *b)
{
    static char one[1 << 16], other[1 << 16];
    int fd_a = open(a, O_RDONLY | O_CLOEXEC), fd_b = open(b, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    assert_true(fd_a >= 0 && fd_b >= 0);
    do {
        n = read(fd_a, one, sizeof one);
        assert_int_equal(read(fd_b, other, sizeof other), n);
        assert_memory_equal(one, other, (size_t)n);
    } while (n > 0);
    close(fd_a);
    close(fd_b);
}

EDO_TEST_MT(a_file_of_several_pieces_is_copied) /* fs-041 */
{
    enum { SIZE = (9 << 20) + 12345 };
    uint64_t done;

    enter_quick_place();
    fill("a", SIZE);
    assert_ok(edo_fs_copy("a", "b", &done));
    assert_int_equal(done, SIZE);
    are_equal("a", "b");
    leave_place();
}

/* Files that are made up as they are read say that they have no bytes; other file systems have to be copied
 * to by a buffer. */
EDO_TEST_BOTH(what_the_kernel_cannot_copy_is_copied) /* fs-041 */
{
    uint64_t done = 0;

    enter_place();
    assert_ok(edo_fs_copy("/proc/version", "b", &done));
    assert_true(done > 10);
    are_equal("/proc/version", "b");
    leave_place();
}

static void write_at(const char *path, off_t at, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
    close(fd);
}

static void check_holes(const char *path, off_t size)
{
    char found[8] = "";
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    assert_int_equal(fstat(fd, &about), 0);
    assert_int_equal(about.st_size, size);
    assert_in_range(about.st_blocks, 0, (8 << 20) / 512);
    assert_int_equal(pread(fd, found, 5, 100 << 20), 5);
    assert_string_equal(found, "first");
    assert_int_equal(pread(fd, found, 6, 300 << 20), 6);
    assert_string_equal(found, "second");
    assert_int_equal(pread(fd, found, 1, 200 << 20), 1);
    assert_int_equal(found[0], 0);
    close(fd);
}

EDO_TEST_BOTH(holes_stay_holes) /* fs-041 */
{
    enum { SIZE = 400 << 20 };
    uint64_t done;

    enter_quick_place();
    write_at("a", 100 << 20, "first");
    write_at("a", 300 << 20, "second");
    assert_int_equal(truncate("a", SIZE), 0);
    put_file("b", "what was there before, and is to go");
    assert_ok(edo_fs_copy("a", "b", &done));
    assert_int_equal(done, SIZE);
    check_holes("b", SIZE);
    assert_int_equal(truncate("a", 0), 0);
    assert_int_equal(truncate("a", SIZE), 0); /* nothing but a hole */
    assert_ok(edo_fs_copy("a", "b", &done));
    assert_int_equal(done, SIZE);
    struct stat about;
    assert_int_equal(stat("b", &about), 0);
    assert_int_equal(about.st_size, SIZE);
    assert_int_equal(about.st_blocks, 0);
    leave_place();
}

EDO_TEST_BOTH(what_is_no_file_is_not_copied) /* fs-042 */
{
    uint64_t done = 77;

    enter_place();
    assert_ok(edo_fs_create_dir("dir"));
    assert_err(edo_fs_copy("dir", "b", &done), -EINVAL);
    assert_int_equal(done, 0);
    assert_err(edo_fs_copy("none", "b", NULL), -ENOENT);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_err(edo_fs_copy("fifo", "b", NULL), -EINVAL);
    assert_false(is_there("b"));
    put_file("a", "x");
    assert_err(edo_fs_copy("a", "dir", NULL), -EISDIR);
    assert_err(edo_fs_copy("a", NULL, NULL), -EINVAL);
    assert_err(edo_fs_copy(NULL, "b", NULL), -EINVAL);
    leave_place();
}

EDO_TEST_BOTH(a_file_is_not_copied_onto_itself) /* fs-043 */
{
    enter_place();
    put_file("a", "x");
    assert_int_equal(link("a", "hard"), 0);
    assert_int_equal(symlink("a", "soft"), 0);
    assert_err(edo_fs_copy("a", "a", NULL), -EINVAL);
    assert_err(edo_fs_copy("a", "./a", NULL), -EINVAL);
    assert_err(edo_fs_copy("a", "hard", NULL), -EINVAL);
    assert_err(edo_fs_copy("a", "soft", NULL), -EINVAL);
    assert_err(edo_fs_copy("soft", "a", NULL), -EINVAL);
    assert_true(holds("a", "x"));
    leave_place();
}

EDO_TEST_PLAIN(a_copy_that_is_stopped_can_be_begun_anew)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC),
        zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    uint64_t done = 0;
    uint32_t stop = 1;

    assert_err(copy_bytes(zero, null, &done, &stop), -ECANCELED);
    assert_int_equal(done, 0);
    assert_int_equal(stop, 0); /* it can be begun anew */
    close(null);
    close(zero);
}

typedef struct endless {
    int from, to;
    uint64_t done;
    uint32_t stop;
    int rc;
} endless;

static void *copy_without_end(void *arg)
{
    endless *e = arg;

    e->rc = copy_bytes(e->from, e->to, &e->done, &e->stop);
    return NULL;
}

EDO_TEST_PLAIN(a_copy_without_end_is_ended)
{
    endless e = {.from = open("/dev/zero", O_RDONLY | O_CLOEXEC),
                 .to = open("/dev/null", O_WRONLY | O_CLOEXEC)};
    pthread_t thread = start_thread(copy_without_end, &e);

    a_store(&e.stop, 1, relaxed);
    join_thread(thread);
    assert_err(e.rc, -ECANCELED);
    close(e.from);
    close(e.to);
}

EDO_TEST_BOTH(a_copy_that_never_began_has_copied_nothing)
{
    enter_place();
    put_file("a", "x");
    edo_fs_copy_future copy = edo_fs_copy_async("a", "b");
    edo_future_cancel(&copy.base);
    assert_err((int)edo_await(&copy.base), -ECANCELED);
    assert_int_equal(copy.done, 0);
    assert_false(is_there("b"));
    leave_place();
}
