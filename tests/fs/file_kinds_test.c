/* file_kinds_test.c: files that are none on a disk: pipes, FIFOs, terminals, devices. */
#include "fs/folder.h"

#include <pty.h>
#include <termios.h>

typedef struct reading {
    edo_file *file;
    char buf[16];
} reading;

static int read_once(void *arg)
{
    reading *r = arg;

    return (int)edo_file_read(r->file, r->buf, sizeof r->buf);
}

/* A read waits while others run, and a write ends it. */
static void pass_on(edo_file *from, edo_file *to)
{
    reading r = {.file = from};
    edo_task reader;

    assert_ok(edo_spawn(read_once, &r, &reader));
    for (int i = 0; i < 10; i++)
        edo_yield();
    assert_ok(edo_file_write_all(to, "through\n", 8, NULL));
    assert_int_equal(join_result(reader), 8);
    assert_memory_equal(r.buf, "through\n", 8);
}

static void assert_no_position(edo_file *file)
{
    char byte;

    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), -ESPIPE);
    assert_int_equal(edo_file_position(file), -ESPIPE);
    assert_int_equal(edo_file_read_at(file, &byte, 1, 0), -ESPIPE);
}

EDO_TEST_BOTH(a_pipe_is_a_file) /* fs-024 */
{
    edo_file *in, *out;
    int fds[2], before = open_fds();
    char buf[4];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_ok(edo_file_from_fd(fds[0], &in));
    assert_ok(edo_file_from_fd(fds[1], &out));
    pass_on(in, out);
    assert_no_position(in);
    edo_read_future read = edo_file_read_async(in, buf, sizeof buf);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(1));
    assert_int_equal(edo_select(&read.base, &sleep.base), 1);
    assert_int_equal(read.base.result, -ECANCELED);
    close_file(out);
    assert_int_equal(edo_file_read(in, buf, sizeof buf), 0);
    close_file(in);
    assert_int_equal(open_fds(), before);
}

EDO_TEST_BOTH(a_pipe_is_given_back)
{
    edo_file *in;
    int fds[2], fd;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_ok(edo_file_from_fd(fds[0], &in));
    char byte;
    edo_read_future read = edo_file_read_async(in, &byte, 1);
    assert_pending(&read.base);
    assert_int_equal(edo_file_try_into_fd(in, &fd), -EBUSY);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(edo_await(&read.base), 1);
    assert_ok(edo_file_into_fd(in, &fd));
    assert_int_equal(fd, fds[0]);
    close(fd);
    close(fds[1]);
}

EDO_TEST_BOTH(a_terminal_is_a_file) /* fs-024 */
{
    edo_file *in, *out;
    struct termios raw;
    int master, slave;

    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    assert_ok(edo_file_from_fd(slave, &in));
    assert_ok(edo_file_from_fd(master, &out));
    pass_on(in, out);
    pass_on(out, in);
    assert_no_position(in);
    close_file(in);
    close_file(out);
}

EDO_TEST_BOTH(a_device_is_a_file) /* fs-024 */
{
    char buf[4] = {1, 1, 1, 1};

    edo_file *file = open_file("/dev/null", EDO_OPTS(file, .read = true, .write = true));
    assert_int_equal(edo_file_write(file, "lost", 4), 4);
    assert_int_equal(edo_file_read(file, buf, 4), 0);
    assert_int_equal(edo_file_seek(file, 0, SEEK_SET), -ESPIPE);
    close_file(file);
    file = open_file("/dev/zero", NULL);
    assert_int_equal(edo_file_read(file, buf, 4), 4);
    assert_int_equal(buf[0] | buf[3], 0);
    close_file(file);
}

static int open_to_read(void *arg)
{
    char path[IN_FOLDER_MAX];

    strcpy(path, in_folder("fifo"));
    edo_file *file = open_file(path, NULL);
    *(edo_file **)arg = file;
    return 0;
}

EDO_TEST_BOTH(an_open_of_a_fifo_waits_for_the_other_side) /* fs-024 */
{
    edo_file *in = NULL;
    edo_task reader;

    make_folder();
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_ok(edo_spawn(open_to_read, &in, &reader));
    for (int i = 0; i < 10; i++)
        edo_yield();
    assert_null(in);
    edo_file *out = open_file(in_folder("fifo"), EDO_OPTS(file, .write = true));
    join_result(reader);
    pass_on(in, out);
    close_file(in);
    close_file(out);
    remove_folder();
}
