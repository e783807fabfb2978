/* framed_tcp_test.c: codecs over real streams, and the two directions of one in two tasks. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#define LINES 1000

/* Sends all of the lines, in one write or byte by byte; the last has no end. */
typedef struct sender {
    edo_tcp_stream *stream;
    bool bytewise;
    unsigned lines;
} sender;

static int send_lines(void *arg)
{
    sender *s = arg;
    edo_buf text = {0};
    int rc = 0;

    for (unsigned i = 0; i < s->lines; i++)
        assert_ok(edo_buf_print(&text, "line number %u\r\n", i));
    assert_ok(edo_buf_print(&text, "last"));
    if (!s->bytewise)
        rc = edo_tcp_write_all(s->stream, text.data, text.len);
    for (size_t i = 0; s->bytewise && i < text.len && rc == 0; i++)
        rc = edo_tcp_write_all(s->stream, text.data + i, 1);
    edo_buf_fini(&text);
    return rc < 0 ? rc : edo_tcp_shutdown(s->stream, EDO_WRITE_HALF);
}

static void check_lines(bool bytewise, unsigned count)
{
    edo_tcp_stream *server, *client;
    edo_lines_codec codec = {.max_len = 64, .lends = bytewise};
    edo_framed_reader lines;
    edo_task task;
    edo_bytes line;
    char expected[64];

    connect_pair(&server, &client);
    sender s = {client, bytewise, count};
    assert_ok(edo_spawn(send_lines, &s, &task));
    assert_ok(
        edo_framed_reader_init(&lines, edo_tcp_reader(server), edo_lines_decoder(&codec), NULL));
    for (unsigned i = 0; i <= count; i++) {
        snprintf(expected, sizeof expected, i < count ? "line number %u" : "last", i);
        assert_int_equal(edo_framed_next(&lines, &line), 1);
        assert_string_equal((const char *)line.data, expected);
        edo_bytes_free(&line);
    }
    assert_err(edo_framed_next(&lines, &line), 0);
    int result;
    assert_ok(edo_join(task, &result));
    assert_ok(result);
    edo_framed_reader_fini(&lines);
    edo_tcp_close(server);
    edo_tcp_close(client);
}

EDO_TEST_BOTH(lines_in_pieces_of_a_byte) /* codec-058 */
{
    check_lines(true, 8);
}

EDO_TEST_BOTH(a_thousand_lines_in_one_write) /* codec-058 */
{
    check_lines(false, LINES);
}

static int send_numbers(void *arg)
{
    edo_framed_writer *writer = arg;
    char text[32];

    for (int i = 0; i < LINES; i++) {
        edo_bytes line = edo_bytes_static(text, (size_t)snprintf(text, sizeof text, "%d", i));
        int rc = i % 10 ? edo_framed_feed(writer, &line) : edo_framed_send(writer, &line, NULL);
        if (rc < 0)
            return rc;
    }
    return edo_framed_close(writer);
}

static int read_numbers(void *arg)
{
    edo_framed_reader *reader = arg;
    edo_bytes line;

    for (int i = 0; i < LINES; i++) {
        int rc = edo_framed_next(reader, &line);
        if (rc <= 0)
            return rc < 0 ? rc : -EDO_EEOF;
        assert_int_equal(strtol((const char *)line.data, NULL, 10), i);
        edo_bytes_free(&line);
    }
    return edo_framed_next(reader, &line);
}

/* Both ends send and read at the same time, each by two tasks. */
static void check_both_ways(edo_io a, edo_io b)
{
    edo_lines_codec codecs[2] = {{0}, {0}};
    edo_framed framed[2];
    edo_task tasks[4];

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_framed_init(&framed[i], i ? b : a, edo_lines_decoder(&codecs[i]),
                                  edo_lines_encoder(), EDO_OPTS(framed, .boundary = 100)));
        assert_ok(edo_spawn(send_numbers, &framed[i].writer, &tasks[2 * i]));
        assert_ok(edo_spawn(read_numbers, &framed[i].reader, &tasks[2 * i + 1]));
    }
    for (int i = 0; i < 4; i++) {
        int result;
        assert_ok(edo_join(tasks[i], &result));
        assert_ok(result);
    }
    edo_framed_fini(&framed[0]);
    edo_framed_fini(&framed[1]);
}

EDO_TEST_BOTH(the_two_directions_work_in_two_tasks) /* codec-060 */
{
    edo_tcp_stream *server, *client;
    edo_duplex *a, *b;

    connect_pair(&server, &client);
    check_both_ways(edo_tcp_io(server), edo_tcp_io(client));
    edo_tcp_close(server);
    edo_tcp_close(client);
    assert_ok(edo_duplex_new(37, &a, &b));
    check_both_ways(edo_duplex_io(a), edo_duplex_io(b));
    edo_duplex_close(a);
    edo_duplex_close(b);
}
