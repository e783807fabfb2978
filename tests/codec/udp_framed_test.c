/* udp_framed_test.c: frames in datagrams: several in one, with their sender, and what can't be decoded. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <string.h>

#include <edo/error.h>

static void check_next(edo_udp_framed *framed, const char *text, const edo_addr *from)
{
    edo_bytes frame;
    edo_addr sender;

    assert_int_equal(edo_udp_framed_next(framed, &frame, &sender), 1);
    assert_int_equal(frame.len, strlen(text));
    assert_memory_equal(frame.data, text, frame.len);
    assert_addr(&sender, from);
    edo_bytes_free(&frame);
}

static void send_text(edo_udp_framed *framed, const char *text, const edo_addr *to)
{
    edo_bytes frame = edo_bytes_static(text, strlen(text));

    assert_ok(edo_udp_framed_send(framed, &frame, to));
}

/* Two sockets, with a framed object on each. */
typedef struct rig {
    edo_udp_socket *a_socket, *b_socket;
    edo_addr a_addr, b_addr;
    edo_udp_framed a, b;
} rig;

static void begin(rig *r, edo_decoder decoder, edo_encoder encoder)
{
    r->a_socket = udp_here(&r->a_addr);
    r->b_socket = udp_here(&r->b_addr);
    assert_ok(edo_udp_framed_init(&r->a, r->a_socket, decoder, encoder));
    assert_ok(edo_udp_framed_init(&r->b, r->b_socket, decoder, encoder));
}

static void end(rig *r)
{
    edo_udp_framed_fini(&r->a);
    edo_udp_framed_fini(&r->b);
    assert_ok(edo_udp_close(r->a_socket));
    assert_ok(edo_udp_close(r->b_socket));
}

EDO_TEST_BOTH(a_frame_comes_with_its_senders_address) /* codec-054 */
{
    rig r;

    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    send_text(&r.a, "four", &r.b_addr);
    check_next(&r.b, "four", &r.a_addr);
    send_text(&r.b, "back", &r.a_addr);
    check_next(&r.a, "back", &r.b_addr);
    end(&r);
}

EDO_TEST_BOTH(a_frame_is_sent_by_a_future)
{
    edo_bytes frame = edo_bytes_static("four", 4);
    rig r;

    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    edo_udp_framed_send_future send = edo_udp_framed_send_async(&r.a, &frame, &r.b_addr);
    assert_err(poll_to_end(&send.base), 0);
    check_next(&r.b, "four", &r.a_addr);
    end(&r);
}

EDO_TEST_BOTH(a_datagram_may_have_several_frames) /* codec-055 */
{
    edo_lines_codec lines = {0};
    rig r;

    begin(&r, edo_lines_decoder(&lines), edo_bytes_encoder());
    send_text(&r.a, "1\r\n2\r\n3\r\n", &r.b_addr);
    send_text(&r.a, "4\n5\nlast", &r.b_addr);
    check_next(&r.b, "1", &r.a_addr);
    check_next(&r.b, "2", &r.a_addr);
    check_next(&r.b, "3", &r.a_addr);
    check_next(&r.b, "4", &r.a_addr);
    check_next(&r.b, "5", &r.a_addr);
    check_next(&r.b, "last", &r.a_addr); /* a datagram's end is one */
    end(&r);
}

static int count_turns(void *arg)
{
    for (unsigned *turns = arg;; ++*turns)
        if (edo_yield() < 0)
            return 0;
}

EDO_TEST(frames_of_one_datagram_let_others_run)
{
    static char text[2001];
    edo_lines_codec lines = {.lends = true};
    unsigned turns = 0;
    edo_bytes frame;
    edo_task other;
    rig r;

    memset(text, '\n', sizeof text - 1);
    begin(&r, edo_lines_decoder(&lines), edo_bytes_encoder());
    send_text(&r.a, text, &r.b_addr);
    assert_int_equal(edo_udp_framed_next(&r.b, &frame, NULL), 1);
    assert_ok(edo_spawn(count_turns, &turns, &other));
    for (int i = 0; i < 1999; i++)
        assert_int_equal(edo_udp_framed_next(&r.b, &frame, NULL), 1);
    assert_true(turns >= 10);
    edo_task_abort(other);
    edo_join(other, NULL);
    end(&r);
}

EDO_TEST_BOTH(two_objects_share_a_socket) /* codec-056 */
{
    edo_lines_codec lines = {0};
    edo_addr a_addr, b_addr;
    edo_udp_socket *a = udp_here(&a_addr), *b = udp_here(&b_addr);
    edo_udp_framed a_in, a_out, b_in, b_out;

    assert_ok(edo_udp_framed_init(&a_in, a, edo_lines_decoder(&lines), (edo_encoder){0}));
    assert_ok(edo_udp_framed_init(&a_out, a, (edo_decoder){0}, edo_bytes_encoder()));
    assert_ok(edo_udp_framed_init(&b_in, b, edo_lines_decoder(&lines), (edo_encoder){0}));
    assert_ok(edo_udp_framed_init(&b_out, b, (edo_decoder){0}, edo_bytes_encoder()));
    send_text(&a_out, "1\n2\n3\n", &b_addr);
    send_text(&a_out, "4\n5\n6\n", &b_addr);
    static const char *const texts[] = {"1", "2", "3", "4", "5", "6"};
    for (int i = 0; i < 6; i++)
        check_next(&b_in, texts[i], &a_addr);
    send_text(&b_out, "7\n", &a_addr);
    check_next(&a_in, "7", &b_addr);
    edo_bytes frame = {0};
    assert_err(edo_udp_framed_next(&b_out, &frame, NULL), -EINVAL);
    assert_err(edo_udp_framed_send(&b_in, &frame, NULL), -EINVAL);
    edo_udp_framed_fini(&a_in);
    edo_udp_framed_fini(&a_out);
    edo_udp_framed_fini(&b_in);
    edo_udp_framed_fini(&b_out);
    assert_ok(edo_udp_close(a));
    assert_ok(edo_udp_close(b));
}

EDO_TEST_BOTH(the_socket_goes_on_in_another_object) /* codec-057 */
{
    edo_udp_framed other;
    edo_lines_codec lines = {0};
    rig r;

    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    send_text(&r.a, "first", &r.b_addr);
    check_next(&r.b, "first", &r.a_addr);
    edo_udp_framed_fini(&r.b);
    assert_ok(
        edo_udp_framed_init(&other, r.b_socket, edo_lines_decoder(&lines), edo_lines_encoder()));
    send_text(&r.a, "second\nthird\n", &r.b_addr);
    check_next(&other, "second", &r.a_addr);
    check_next(&other, "third", &r.a_addr);
    edo_udp_framed_fini(&other);
    end(&r);
}

static void check_next_fails(edo_udp_framed *framed, int error)
{
    edo_bytes frame;

    assert_err(edo_udp_framed_next(framed, &frame, NULL), error);
}

EDO_TEST_BOTH(what_is_wrong_in_a_datagram_ends_with_it)
{
    edo_length_codec lengths;
    edo_lines_codec lines = {.max_len = 4};
    edo_udp_framed other;
    rig r;

    assert_ok(edo_length_codec_init(&lengths, EDO_OPTS(length_codec, .length_bytes = 1)));
    begin(&r, edo_length_decoder(&lengths), edo_bytes_encoder());
    send_text(&r.a, "\3abc\5cut", &r.b_addr);
    send_text(&r.a, "\2ok", &r.b_addr);
    check_next(&r.b, "abc", &r.a_addr);
    check_next_fails(&r.b, -EDO_EEOF);
    check_next(&r.b, "ok", &r.a_addr);
    edo_udp_framed_fini(&r.b);
    assert_ok(
        edo_udp_framed_init(&other, r.b_socket, edo_lines_decoder(&lines), edo_lines_encoder()));
    send_text(&r.a, "good\ntoo long", &r.b_addr);
    send_text(&r.a, "fine", &r.b_addr);
    check_next(&other, "good", &r.a_addr);
    check_next_fails(&other, -EDO_ETOOLONG);
    check_next(&other, "fine", &r.a_addr);
    edo_bytes long_line = edo_bytes_static("", 0);
    assert_ok(edo_udp_framed_send(&other, &long_line, &r.a_addr)); /* "\n" */
    edo_udp_framed_fini(&other);
    end(&r);
}

/* What a datagram has, and a frame for its end. */
static int with_its_end(void *self, edo_buf *src, void *frame)
{
    bool *ended = self;

    if (src->len) {
        *ended = false;
        return edo_frame_take(src, src->len, 0, frame) == 0;
    }
    if (*ended)
        return *ended = false;
    edo_bytes end = edo_bytes_static("end", 3);
    memcpy(frame, &end, sizeof end);
    return *ended = true;
}

EDO_TEST_BOTH(a_decoder_is_asked_of_a_datagram_until_it_has_no_more)
{
    static const edo_decoder_ops ops = {
        .decode = with_its_end, .decode_eof = with_its_end, .name = "with_its_end"};
    bool ended = false;
    rig r;

    begin(&r, (edo_decoder){&ops, &ended, edo_bytes_item()}, edo_bytes_encoder());
    send_text(&r.a, "1", &r.b_addr);
    send_text(&r.a, "", &r.b_addr);
    static const char *const texts[] = {"1", "end", "end"};
    for (int i = 0; i < 3; i++)
        check_next(&r.b, texts[i], &r.a_addr);
    for (int i = 0; i < 2; i++) {
        edo_bytes frame;
        edo_udp_framed_next_future next = edo_udp_framed_next_async(&r.b, &frame, NULL);
        assert_pending(&next.base);
        edo_future_cancel(&next.base);
        assert_int_equal(poll_to_end(&next.base), -ECANCELED);
    }
    end(&r);
}

EDO_TEST_BOTH(the_longest_datagram_fits)
{
    static char data[65507 + 1];
    rig r;

    memset(data, 'x', sizeof data - 1);
    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    send_text(&r.a, data, &r.b_addr);
    check_next(&r.b, data, &r.a_addr);
    edo_bytes longer = edo_bytes_static(data, 65508);
    assert_err(edo_udp_framed_send(&r.a, &longer, &r.b_addr), -EMSGSIZE);
    send_text(&r.a, "short", &r.b_addr);
    check_next(&r.b, "short", &r.a_addr);
    end(&r);
}

EDO_TEST_BOTH(a_frame_that_came_back_has_its_sender)
{
    edo_lines_codec lines = {0};
    edo_addr from = {0};
    edo_bytes frame;
    edo_buf buf;
    rig r;

    begin(&r, edo_lines_decoder(&lines), edo_bytes_encoder());
    send_text(&r.a, "first\nsecond\n", &r.b_addr);
    edo_udp_framed_next_future next = edo_udp_framed_next_async(&r.b, &frame, &from);
    assert_int_equal(poll_to_end(&next.base), 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    check_next(&r.b, "first", &r.a_addr);
    next = edo_udp_framed_next_async(&r.b, &frame, NULL);
    assert_int_equal(poll_to_end(&next.base), 1);
    edo_bytes other = edo_bytes_clone(&frame);
    edo_future_put_back(&next.base);
    end(&r);
    assert_ok(edo_bytes_thaw(&other, &buf)); /* it ended with the object */
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(a_cancelled_next_takes_no_datagram)
{
    edo_bytes frame;
    rig r;

    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    edo_udp_framed_next_future next = edo_udp_framed_next_async(&r.b, &frame, NULL);
    assert_pending(&next.base);
    check_next_fails(&r.b, -EBUSY);
    edo_future_cancel(&next.base);
    assert_int_equal(poll_to_end(&next.base), -ECANCELED);
    send_text(&r.a, "for the next", &r.b_addr);
    check_next(&r.b, "for the next", &r.a_addr);
    end(&r);
}

EDO_TEST(a_cancelled_send_leaves_nothing_under_way)
{
    edo_bytes frame = edo_bytes_static("x", 1), last = edo_bytes_static("y", 1);
    edo_udp_framed_send_future send;
    unsigned sent = 0;
    edo_bytes got;
    rig r;

    begin(&r, edo_bytes_decoder(), edo_bytes_encoder());
    for (;; sent++) { /* until one has to wait, as the budget is spent */
        send = edo_udp_framed_send_async(&r.a, &frame, &r.b_addr);
        if (edo_test_poll(&send.base) == EDO_PENDING)
            break;
        assert_int_equal(send.base.result, 0);
        assert_in_range(sent, 0, 1000);
    }
    assert_err(edo_udp_framed_send(&r.a, &last, &r.b_addr), -EBUSY);
    edo_future_cancel(&send.base);
    int64_t result = poll_to_end(&send.base);
    if (sent > 0 || result != 0) /* else it has a driver that had begun */
        assert_err(result, -ECANCELED);
    sent += result == 0;
    assert_ok(edo_udp_framed_send(&r.a, &last, &r.b_addr));
    for (unsigned i = 0; i < sent; i++)
        check_next(&r.b, "x", &r.a_addr);
    assert_int_equal(edo_udp_framed_next(&r.b, &got, NULL), 1);
    assert_memory_equal(got.data, "y", 1); /* what was cancelled isn't sent */
    edo_bytes_free(&got);
    end(&r);
}

EDO_TEST_BOTH(a_socket_with_a_peer_needs_no_address)
{
    edo_bytes frame = edo_bytes_static("hello", 5), got;
    edo_udp_socket *a, *b;
    edo_udp_framed from, to;

    udp_pair(&a, &b);
    memset(&from, 0xff, sizeof from); /* whatever was there before */
    memset(&to, 0xff, sizeof to);
    assert_ok(edo_udp_framed_init(&from, a, edo_bytes_decoder(), edo_bytes_encoder()));
    assert_ok(edo_udp_framed_init(&to, b, edo_bytes_decoder(), edo_bytes_encoder()));
    assert_ok(edo_udp_framed_send(&from, &frame, NULL));
    assert_int_equal(edo_udp_framed_next(&to, &got, NULL), 1);
    assert_true(edo_bytes_equal(&got, &frame));
    edo_bytes_free(&got);
    edo_udp_framed_fini(&from);
    edo_udp_framed_fini(&to);
    assert_err(edo_udp_framed_send(&from, &frame, NULL), -EINVAL); /* nothing is left */
    assert_err(edo_udp_framed_next(&to, &got, NULL), -EINVAL);
    edo_udp_framed_fini(NULL);
    assert_err(edo_udp_framed_init(NULL, a, edo_bytes_decoder(), edo_bytes_encoder()), -EINVAL);
    assert_err(edo_udp_framed_init(&from, NULL, edo_bytes_decoder(), edo_bytes_encoder()), -EINVAL);
    assert_err(edo_udp_framed_init(&from, a, (edo_decoder){0}, (edo_encoder){0}), -EINVAL);
    assert_ok(edo_udp_close(a));
    assert_ok(edo_udp_close(b));
}
