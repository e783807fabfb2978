/* udp_frames_test.c: frames by UDP as streams and sinks of frames with their addresses. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <string.h>

#include <edo/error.h>

/* Two sockets, with lines that come and bytes that go on each. */
typedef struct rig {
    edo_udp_socket *a_socket, *b_socket;
    edo_addr a_addr, b_addr;
    edo_lines_codec lines;
    edo_udp_framed a, b;
    edo_stream b_in;
    edo_item_sink a_out;
} rig;

static void begin(rig *r)
{
    *r = (rig){.lines = {.max_len = 0}};
    r->a_socket = udp_here(&r->a_addr);
    r->b_socket = udp_here(&r->b_addr);
    edo_decoder decoder = edo_lines_decoder(&r->lines);
    assert_ok(edo_udp_framed_init(&r->a, r->a_socket, decoder, edo_bytes_encoder()));
    assert_ok(edo_udp_framed_init(&r->b, r->b_socket, decoder, edo_bytes_encoder()));
    r->b_in = edo_udp_framed_stream(&r->b, NULL);
    r->a_out = edo_udp_framed_sink(&r->a, NULL);
    assert_non_null(r->b_in.ops);
    assert_non_null(r->a_out.ops);
}

static void end(rig *r)
{
    edo_udp_framed_fini(&r->a);
    edo_udp_framed_fini(&r->b);
    assert_ok(edo_udp_close(r->a_socket));
    assert_ok(edo_udp_close(r->b_socket));
}

static edo_udp_frame frame_to(const char *text, const edo_addr *to)
{
    static const edo_addr nobody;
    edo_udp_frame item = {.addr = to ? *to : nobody};

    assert_ok(edo_bytes_copy(text, strlen(text), &item.frame));
    return item;
}

static void feed(rig *r, const char *text)
{
    edo_udp_frame item = frame_to(text, &r->b_addr);

    assert_ok(edo_item_sink_feed(r->a_out, &item));
}

static void check_item(edo_udp_frame *item, const char *text, const edo_addr *from)
{
    assert_int_equal(item->frame.len, strlen(text));
    assert_memory_equal(item->frame.data, text, item->frame.len);
    assert_addr(&item->addr, from);
    edo_bytes_free(&item->frame);
}

static void check_next(rig *r, const char *text)
{
    edo_udp_frame item;

    assert_int_equal(edo_stream_next(r->b_in, &item), 1);
    check_item(&item, text, &r->a_addr);
}

/* No datagram has come. */
static void check_nothing_came(rig *r)
{
    char byte;

    assert_err(edo_udp_try_recv(r->b_socket, &byte, 1), -EAGAIN);
}

EDO_TEST_BOTH(items_are_frames_with_their_addresses)
{
    edo_udp_frame item;
    rig r;

    begin(&r);
    item = frame_to("1\n2\n", &r.b_addr);
    assert_ok(edo_item_sink_send(r.a_out, &item, NULL));
    item = frame_to("3\n", &r.b_addr);
    assert_ok(edo_item_sink_send(r.a_out, &item, NULL));
    check_next(&r, "1");
    check_next(&r, "2");
    check_next(&r, "3");
    end(&r);
}

static int echo(void *arg)
{
    edo_udp_framed *framed = arg;

    return edo_stream_forward(edo_udp_framed_stream(framed, NULL),
                              edo_udp_framed_sink(framed, NULL), NULL);
}

EDO_TEST_BOTH(what_comes_can_go_back_as_it_is)
{
    edo_bytes frame = edo_bytes_static("one\ntwo\n", 8), got;
    edo_addr from;
    edo_task server;
    rig r;

    begin(&r);
    assert_ok(edo_spawn(echo, &r.b, &server));
    assert_ok(edo_udp_framed_send(&r.a, &frame, &r.b_addr));
    static const char *const texts[] = {"one", "two"};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_udp_framed_next(&r.a, &got, &from), 1);
        check_item(&(edo_udp_frame){got, from}, texts[i], &r.b_addr);
    }
    edo_task_abort(server);
    edo_join(server, NULL);
    end(&r);
}

EDO_TEST_BOTH(a_frame_is_held_until_a_flush_or_the_next_one)
{
    rig r;

    begin(&r);
    assert_ok(edo_item_sink_flush(r.a_out)); /* of nothing */
    feed(&r, "1\n");
    check_nothing_came(&r);
    feed(&r, "2\n");
    check_next(&r, "1");
    check_nothing_came(&r);
    assert_ok(edo_item_sink_flush(r.a_out));
    check_next(&r, "2");
    feed(&r, "3\n");
    assert_ok(edo_item_sink_close(r.a_out));
    check_next(&r, "3");
    end(&r);
}

EDO_TEST_BOTH(a_send_beside_a_held_frame_is_refused)
{
    edo_bytes frame = edo_bytes_static("other\n", 6);
    rig r;

    begin(&r);
    feed(&r, "held\n");
    assert_err(edo_udp_framed_send(&r.a, &frame, &r.b_addr), -EBUSY);
    assert_ok(edo_item_sink_flush(r.a_out));
    assert_ok(edo_udp_framed_send(&r.a, &frame, &r.b_addr));
    check_next(&r, "held");
    check_next(&r, "other");
    end(&r);
}

EDO_TEST_BOTH(a_frame_without_an_address_goes_to_the_peer)
{
    edo_udp_frame item = frame_to("hello", NULL);
    edo_udp_socket *a, *b;
    edo_udp_framed from;
    char got[8];

    udp_pair(&a, &b);
    assert_ok(edo_udp_framed_init(&from, a, (edo_decoder){0}, edo_bytes_encoder()));
    assert_ok(edo_item_sink_send(edo_udp_framed_sink(&from, NULL), &item, NULL));
    assert_int_equal(edo_udp_recv(b, got, sizeof got), 5);
    assert_memory_equal(got, "hello", 5);
    edo_udp_framed_fini(&from);
    assert_ok(edo_udp_close(a));
    assert_ok(edo_udp_close(b));
}

EDO_TEST_BOTH(a_stream_by_udp_puts_back)
{
    edo_udp_frame item;
    rig r;

    begin(&r);
    feed(&r, "1\n2\n");
    assert_ok(edo_item_sink_flush(r.a_out));
    edo_stream_next_future next = edo_stream_next_async(r.b_in, &item);
    assert_int_equal(poll_to_end(&next.base), 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    memset(&item, 0, sizeof item);
    check_next(&r, "1");
    check_next(&r, "2");
    end(&r);
}

EDO_TEST_BOTH(only_one_frame_comes_back)
{
    edo_udp_frame first, second;
    rig r;

    begin(&r);
    feed(&r, "1\n2\n");
    assert_ok(edo_item_sink_flush(r.a_out));
    edo_stream_next_future one = edo_stream_next_async(r.b_in, &first),
                           two = edo_stream_next_async(r.b_in, &second);
    assert_int_equal(poll_to_end(&one.base), 1);
    assert_int_equal(poll_to_end(&two.base), 1);
    edo_future_put_back(&two.base);
    edo_future_put_back(&one.base);
    assert_int_equal(one.base.result, 1); /* its success stands */
    check_item(&first, "1", &r.a_addr);
    check_next(&r, "2");
    end(&r);
}

EDO_TEST_BOTH(a_cancelled_next_of_a_stream_takes_no_datagram)
{
    edo_udp_frame item;
    rig r;

    begin(&r);
    edo_stream_next_future next = edo_stream_next_async(r.b_in, &item);
    assert_pending(&next.base);
    assert_err(edo_stream_next(r.b_in, &item), -EBUSY);
    edo_future_cancel(&next.base);
    assert_err(poll_to_end(&next.base), -ECANCELED);
    feed(&r, "for the next\n");
    assert_ok(edo_item_sink_flush(r.a_out));
    check_next(&r, "for the next");
    end(&r);
}

/* Sends until one has to wait, as the budget is spent. */
static unsigned send_until_held_back(rig *r, edo_item_sink_future *ret_send)
{
    for (unsigned sent = 0;; sent++) {
        edo_udp_frame item = frame_to("x\n", &r->b_addr);

        assert_ok(edo_item_sink_feed(r->a_out, &item));
        *ret_send = edo_item_sink_flush_async(r->a_out);
        if (edo_test_poll(&ret_send->base) == EDO_PENDING)
            return sent;
        assert_int_equal(ret_send->base.result, 0);
        assert_in_range(sent, 0, 1000);
    }
}

EDO_TEST(a_frame_of_a_cancelled_flush_is_the_next_ones)
{
    edo_bytes frame = edo_bytes_static("y\n", 2);
    edo_item_sink_future flush;
    rig r;

    begin(&r);
    unsigned sent = send_until_held_back(&r, &flush);
    assert_err(edo_item_sink_flush(r.a_out), -EBUSY);
    assert_err(edo_udp_framed_send(&r.a, &frame, &r.b_addr), -EBUSY);
    edo_future_cancel(&flush.base);
    int64_t result = poll_to_end(&flush.base);
    if (sent > 0 || result != 0) /* else it has a driver that had begun */
        assert_err(result, -ECANCELED);
    assert_ok(edo_item_sink_flush(r.a_out));
    assert_ok(edo_udp_framed_send(&r.a, &frame, &r.b_addr));
    for (unsigned i = 0; i <= sent; i++)
        check_next(&r, "x"); /* the last one once */
    check_next(&r, "y");
    end(&r);
}

EDO_TEST_BOTH(a_datagram_that_cannot_be_sent_is_dropped)
{
    static char data[65508 + 1];
    edo_udp_frame item;
    bool taken = false;
    rig r;

    begin(&r);
    memset(data, 'x', sizeof data - 1);
    item = frame_to(data, &r.b_addr);
    assert_err(edo_item_sink_send(r.a_out, &item, &taken), -EMSGSIZE);
    assert_true(taken);
    assert_ok(edo_item_sink_flush(r.a_out)); /* it was told once */
    feed(&r, "short\n");
    assert_ok(edo_item_sink_flush(r.a_out));
    check_next(&r, "short");
    end(&r);
}

/* Numbers with a frame's size that isn't a multiple of an address's alignment. */
typedef struct number {
    uint32_t frame;
    edo_addr addr;
} number;

static unsigned destroyed;

static void destroy(void *item)
{
    (void)item;
    destroyed++;
}

static int number_decode(void *self, edo_buf *src, void *frame)
{
    (void)self;
    return src->len < 4 ? 0 : edo_buf_take(src, frame, 4) < 0 ? -EINVAL : 1;
}

static int number_encode(void *self, const void *frame, edo_buf *dst)
{
    (void)self;
    return *(const uint32_t *)frame == 13 ? -EILSEQ : edo_buf_append(dst, frame, 4);
}

static const edo_item number_frame = {
    .size = sizeof(uint32_t), .align = _Alignof(uint32_t), .destroy = destroy};
static const edo_item number_item = {
    .size = sizeof(number), .align = _Alignof(number), .destroy = destroy};

static void use_numbers(rig *r)
{
    static const edo_decoder_ops decoder_ops = {.decode = number_decode, .name = "number"};
    static const edo_encoder_ops encoder_ops = {.encode = number_encode, .name = "number"};

    edo_udp_framed_fini(&r->a);
    edo_udp_framed_fini(&r->b);
    assert_ok(edo_udp_framed_init(&r->a, r->a_socket, (edo_decoder){0},
                                  (edo_encoder){&encoder_ops, NULL, &number_frame}));
    assert_ok(edo_udp_framed_init(
        &r->b, r->b_socket, (edo_decoder){&decoder_ops, NULL, &number_frame}, (edo_encoder){0}));
    r->a_out = edo_udp_framed_sink(&r->a, &number_item);
    r->b_in = edo_udp_framed_stream(&r->b, &number_item);
    destroyed = 0;
}

EDO_TEST_BOTH(frames_of_a_codec_of_ones_own_lie_before_the_address)
{
    number item = {.frame = 42}, got;
    rig r;

    begin(&r);
    use_numbers(&r);
    item.addr = r.b_addr;
    assert_ok(edo_item_sink_send(r.a_out, &item, NULL));
    assert_int_equal(destroyed, 1);
    assert_int_equal(edo_stream_next(r.b_in, &got), 1);
    assert_int_equal(got.frame, 42);
    assert_addr(&got.addr, &r.a_addr);
    assert_int_equal(destroyed, 1);
    end(&r);
}

EDO_TEST_BOTH(a_frame_that_cannot_be_encoded_stays_its_callers)
{
    number item = {.frame = 13};
    bool taken = true;
    rig r;

    begin(&r);
    use_numbers(&r);
    item.addr = r.b_addr;
    assert_err(edo_item_sink_send(r.a_out, &item, &taken), -EILSEQ);
    assert_false(taken);
    assert_int_equal(destroyed, 0);
    assert_ok(edo_item_sink_flush(r.a_out));
    check_nothing_came(&r);
    end(&r);
}

EDO_TEST_BOTH(releasing_one_direction_leaves_the_other)
{
    edo_udp_frame item;
    rig r;

    begin(&r);
    edo_stream a_in = edo_udp_framed_stream(&r.a, NULL);
    feed(&r, "held\n");
    edo_stream_release(a_in);
    assert_err(edo_stream_next(a_in, &item), -EINVAL);
    assert_ok(edo_item_sink_flush(r.a_out));
    check_next(&r, "held");
    edo_item_sink b_out = edo_udp_framed_sink(&r.b, NULL);
    edo_item_sink_release(b_out);
    item = frame_to("no", &r.a_addr);
    assert_err(edo_item_sink_feed(b_out, &item), -EINVAL);
    edo_bytes_free(&item.frame);
    feed(&r, "still\n");
    assert_ok(edo_item_sink_flush(r.a_out));
    check_next(&r, "still");
    edo_stream_release(r.b_in);
    edo_item_sink_release(r.a_out); /* nothing is left of either */
    assert_ok(edo_udp_close(r.a_socket));
    assert_ok(edo_udp_close(r.b_socket));
}

EDO_TEST(an_items_clone_has_the_same_bytes_and_address)
{
    edo_addr addr = addr_of("127.0.0.1:9");
    edo_udp_frame item = frame_to("text", &addr), other;
    edo_buf buf;

    assert_ok(edo_udp_frame_item()->clone(&other, &item));
    assert_ptr_equal(other.frame.data, item.frame.data);
    edo_bytes last = edo_bytes_clone(&other.frame);
    edo_udp_frame_item()->destroy(&item);
    check_item(&other, "text", &addr);
    assert_ok(edo_bytes_thaw(&last, &buf)); /* the others have ended */
    edo_buf_fini(&buf);
}

EDO_TEST(what_cannot_be_a_stream_or_a_sink_is_none)
{
    static const edo_item small = {.size = offsetof(number, addr) + sizeof(edo_addr) - 1};
    edo_lines_codec lent = {.lends = true};
    edo_udp_framed framed;
    rig r;

    begin(&r);
    assert_null(edo_udp_framed_stream(NULL, NULL).ops);
    assert_null(edo_udp_framed_sink(NULL, NULL).ops);
    assert_ok(edo_udp_framed_init(&framed, r.a_socket, edo_lines_decoder(&lent), (edo_encoder){0}));
    assert_null(edo_udp_framed_stream(&framed, NULL).ops);
    assert_null(edo_udp_framed_stream(&framed, edo_udp_frame_item()).ops);
    assert_null(edo_udp_framed_sink(&framed, NULL).ops);
    edo_udp_framed_fini(&framed);
    use_numbers(&r);
    assert_null(edo_udp_framed_sink(&r.b, &number_item).ops);
    assert_null(edo_udp_framed_stream(&r.a, &number_item).ops);
    assert_null(edo_udp_framed_stream(&r.b, NULL).ops);
    assert_null(edo_udp_framed_sink(&r.a, NULL).ops);
    assert_null(edo_udp_framed_stream(&r.b, &small).ops);
    assert_null(edo_udp_framed_sink(&r.a, &small).ops);
    r.a.out.encoder.item = NULL;
    assert_null(edo_udp_framed_sink(&r.a, &number_item).ops);
    end(&r);
}
