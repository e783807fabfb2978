/* Requests, whole, in pieces, and those that are none. */
#include <stdlib.h>
#include <string.h>

#include "support/edo_test.h"

#include "resp.h"

static void put(edo_buf *buf, const char *bytes, size_t len)
{
    assert_ok(edo_buf_append(buf, bytes, len));
}

static void assert_args(const resp_request *request, const char *const *expected)
{
    size_t n = 0;

    for (; expected[n]; n++) {
        assert_true(n < request->count);
        assert_true(slice_equal(request->args[n], slice_of(expected[n])));
    }
    assert_int_equal(request->count, n);
}

#define ASSERT_ARGS(request, ...) assert_args((request), (const char *const[]){__VA_ARGS__, NULL})

/* What a text is refused for. */
static void assert_refused(const char *text, const char *why)
{
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    resp_request request;

    put(&buf, text, strlen(text));
    assert_err(edo_decode(resp_requests(&d), &buf, &request), -EBADMSG);
    assert_string_equal(d.error, why);
    assert_int_equal(buf.len, 0); /* what follows can't be trusted */
    resp_fini(&d);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(a_request_is_its_arguments_in_place)
{
    static const char set[] = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n";
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    resp_request request;

    put(&buf, set, sizeof set - 1);
    const char *memory = (const char *)buf.data;
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 1);
    ASSERT_ARGS(&request, "SET", "k", "a\r\nb");
    assert_ptr_equal(request.args[0].data, memory + 8); /* nothing was copied */
    assert_int_equal(buf.len, 0);
    resp_fini(&d);
    edo_buf_fini(&buf);
}

static const char three[] =
    "*2\r\n$3\r\nGET\r\n$0\r\n\r\nPING  'a b' \"\\x41\\n\"\r\n*1\r\n$2\r\n\r\n\r\n";

/* Each request that is complete, checked. */
static void decode_some(resp_decoder *d, edo_buf *buf, unsigned *seen)
{
    resp_request request;

    while (edo_decode(resp_requests(d), buf, &request) == 1) {
        if (*seen == 0)
            ASSERT_ARGS(&request, "GET", "");
        else if (*seen == 1)
            ASSERT_ARGS(&request, "PING", "a b", "A\n");
        else
            ASSERT_ARGS(&request, "\r\n");
        (*seen)++;
    }
}

EDO_TEST_PLAIN(requests_are_the_same_wherever_they_are_cut)
{
    size_t len = sizeof three - 1;

    for (size_t a = 0; a <= len; a++)
        for (size_t b = a; b <= len; b++) {
            resp_decoder d = {.room = 0};
            edo_buf buf = {0};
            unsigned seen = 0;
            put(&buf, three, a);
            decode_some(&d, &buf, &seen);
            put(&buf, three + a, b - a);
            decode_some(&d, &buf, &seen);
            put(&buf, three + b, len - b);
            decode_some(&d, &buf, &seen);
            assert_int_equal(seen, 3);
            assert_int_equal(buf.len, 0);
            resp_fini(&d);
            edo_buf_fini(&buf);
        }
}

/* In pieces of one byte, each in memory of its own, so that the sanitizers see every stray look. */
EDO_TEST_PLAIN(a_request_survives_that_its_buffer_moves)
{
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    unsigned seen = 0;

    for (size_t i = 0; i < sizeof three - 1; i++) {
        edo_buf moved = {0};
        put(&moved, (const char *)buf.data, buf.len);
        put(&moved, &three[i], 1);
        edo_buf_fini(&buf);
        buf = moved;
        decode_some(&d, &buf, &seen);
    }
    assert_int_equal(seen, 3);
    resp_fini(&d);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(an_empty_request_has_no_arguments)
{
    static const char *const empty[] = {"*0\r\n", "*-1\r\n", "\r\n", "\n", "   \r\n"};

    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        resp_decoder d = {.room = 0};
        edo_buf buf = {0};
        resp_request request;
        put(&buf, empty[i], strlen(empty[i]));
        assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 1);
        assert_int_equal(request.count, 0);
        assert_int_equal(buf.len, 0);
        resp_fini(&d);
        edo_buf_fini(&buf);
    }
}

EDO_TEST_PLAIN(what_is_no_request_is_refused_with_the_reason)
{
    assert_refused("*x\r\n", "invalid multibulk length");
    assert_refused("*1048577\r\n", "invalid multibulk length");
    assert_refused("*\r\n", "invalid multibulk length");
    assert_refused("*1\r\n+PING\r\n", "expected '$', got '+'");
    assert_refused("*1\r\n$-1\r\n", "invalid bulk length");
    assert_refused("*1\r\n$536870913\r\n", "invalid bulk length");
    assert_refused("*1\r\n$4x\r\n", "invalid bulk length");
    assert_refused("set a \"b\r\n", "unbalanced quotes in request");
    assert_refused("set a \"b\"c\r\n", "unbalanced quotes in request");
}

EDO_TEST_PLAIN(a_line_without_end_is_refused_once_it_is_too_long)
{
    char *line = malloc(RESP_LINE_MAX + 1);

    memset(line, 'a', RESP_LINE_MAX);
    line[RESP_LINE_MAX] = '\0';
    char *text = malloc(RESP_LINE_MAX + 16);
    sprintf(text, "a%s", line);
    assert_refused(text, "too big inline request");
    sprintf(text, "*%s", line);
    assert_refused(text, "too big mbulk count string");
    sprintf(text, "*1\r\n$%s", line);
    assert_refused(text, "too big bulk count string");
    free(text);
    free(line);
}

EDO_TEST_PLAIN(a_long_argument_gets_its_room_at_once)
{
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    resp_request request;

    put(&buf, "*1\r\n$1000000\r\n", 14);
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 0);
    assert_true(edo_buf_spare(&buf) >= 1000002);
    resp_fini(&d);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(many_arguments_are_taken_as_they_come)
{
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    resp_request request;

    put(&buf, "*1000\r\n", 7);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 0);
        assert_true(d.room < 2048); /* a number alone takes no memory */
        put(&buf, "$1\r\nx\r\n", 7);
    }
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 1);
    assert_int_equal(request.count, 1000);
    resp_trim(&d);
    assert_true(d.room == 1024); /* it may well come again */
    put(&buf, "*2000\r\n", 7);
    for (int i = 0; i < 2000; i++)
        put(&buf, "$1\r\nx\r\n", 7);
    put(&buf, "*2\r\n$1\r\n", 8);
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 1);
    assert_int_equal(request.count, 2000);
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 0);
    resp_trim(&d);
    assert_int_equal(d.room, 0);
    put(&buf, "y\r\n$1\r\nz\r\n", 10);
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 1);
    ASSERT_ARGS(&request, "y", "z"); /* what had come of it is still known */
    resp_fini(&d);
    edo_buf_fini(&buf);
}

EDO_TEST_PLAIN(a_request_that_is_longer_than_its_buffer_may_be_is_an_error)
{
    static const char begin[] = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2000\r\nabc";
    resp_decoder d = {.room = 0};
    edo_buf buf = {.limit = 2000};
    resp_request request;

    put(&buf, begin, sizeof begin - 1);
    assert_err(edo_decode(resp_requests(&d), &buf, &request), -EDO_ETOOLONG);
    buf.limit = 3000;
    assert_int_equal(edo_decode(resp_requests(&d), &buf, &request), 0); /* it needs the rest */
    resp_fini(&d);
    edo_buf_fini(&buf);
}
