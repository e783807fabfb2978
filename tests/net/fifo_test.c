/* fifo_test.c: pipes with a name. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <edo/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char text[] = "38 bytes, which is what Tokio's have: 3";
#define TEXT 38

/* A folder of its own with a FIFO in it. */
static const char *make_fifo(void)
{
    static char folder[64], path[96];

    snprintf(folder, sizeof folder, "/tmp/edo-fifo-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    return path;
}

static void remove_fifo(const char *path)
{
    char folder[96];

    unlink(path);
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    rmdir(folder);
}

static void pass_on(edo_pipe_sender *sender, edo_pipe_receiver *receiver)
{
    char buf[TEXT] = {0};

    assert_ok(edo_pipe_write_all(sender, text, TEXT));
    assert_ok(edo_read_exact(edo_pipe_reader(receiver), buf, TEXT, NULL));
    assert_memory_equal(buf, text, TEXT);
}

EDO_TEST_BOTH(a_reader_then_a_writer) /* net-106 */
{
    const char *path = make_fifo();
    edo_pipe_sender *sender = NULL;
    edo_pipe_receiver *receiver;

    assert_err(edo_fifo_open_sender(path, NULL, &sender), -ENXIO);
    assert_null(sender);
    assert_ok(edo_fifo_open_receiver(path, NULL, &receiver));
    assert_ok(edo_fifo_open_sender(path, NULL, &sender));
    pass_on(sender, receiver);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
    remove_fifo(path);
}

EDO_TEST_BOTH(a_writer_that_waits_for_no_reader) /* net-106 */
{
    const char *path = make_fifo();
    char buf[TEXT];
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    const edo_fifo_opts both = {.read_write = true};

    assert_ok(edo_fifo_open_sender(path, &both, &sender));
    assert_ok(edo_pipe_write_all(sender, text, TEXT));
    assert_ok(edo_fifo_open_receiver(path, NULL, &receiver));
    assert_ok(edo_read_exact(edo_pipe_reader(receiver), buf, TEXT, NULL));
    assert_memory_equal(buf, text, TEXT);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
    remove_fifo(path);
}

EDO_TEST_BOTH(a_reader_outlives_its_writers) /* net-107 */
{
    const char *path = make_fifo();
    char buf[TEXT];
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;

    assert_ok(edo_fifo_open_receiver(path, NULL, &receiver));
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_fifo_open_sender(path, NULL, &sender));
        pass_on(sender, receiver);
        edo_pipe_sender_close(sender);
        task_wait_until(edo_pipe_receiver_try_ready(receiver, EDO_READABLE) & EDO_READ_CLOSED);
        assert_err(edo_read_exact(edo_pipe_reader(receiver), buf, TEXT, NULL), -EDO_EEOF);
    }
    edo_pipe_receiver_close(receiver);
    remove_fifo(path);
}

EDO_TEST_BOTH(a_reader_that_is_a_writer_too_sees_no_end) /* net-108 */
{
    const char *path = make_fifo();
    char buf[TEXT];
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    const edo_fifo_opts both = {.read_write = true};

    assert_ok(edo_fifo_open_receiver(path, &both, &receiver));
    assert_ok(edo_fifo_open_sender(path, NULL, &sender));
    pass_on(sender, receiver);
    edo_read_exact_future read = edo_read_exact_async(edo_pipe_reader(receiver), buf, TEXT);
    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING);
    edo_pipe_sender_close(sender);
    settle();
    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING);
    assert_err(edo_pipe_receiver_try_ready(receiver, EDO_READABLE | EDO_READ_CLOSED), -EAGAIN);
    assert_ok(edo_fifo_open_sender(path, NULL, &sender));
    assert_ok(edo_pipe_write_all(sender, text, TEXT));
    assert_ok(poll_to_end(&read.base));
    assert_memory_equal(buf, text, TEXT);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
    remove_fifo(path);
}
