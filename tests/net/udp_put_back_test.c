/* udp_put_back_test.c: what a losing receive took is the next one's, whole and with its sender. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <string.h>

/* A receive that has succeeded, and whose success nobody wants. */
static void recv_and_put_back(edo_udp_socket *socket, ssize_t expected)
{
    char buf[64];
    edo_udp_recv_future recv = edo_udp_recv_async(socket, buf, sizeof buf);

    assert_int_equal(poll_to_end(&recv.base), expected);
    edo_future_put_back(&recv.base);
    assert_int_equal(recv.base.result, -ECANCELED);
    memset(buf, '-', sizeof buf);
}

EDO_TEST_BOTH(a_datagram_put_back_is_seen_by_every_way_in) /* net-086 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[16] = {0};

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    assert_int_equal(edo_udp_send_to(a, "first", 5, &b_addr), 5);
    assert_int_equal(edo_udp_send_to(a, "second", 6, &b_addr), 6);
    recv_and_put_back(b, 5); /* by a receive that asks for no sender */
    edo_udp_ready_future readable = edo_udp_readable_async(b);
    assert_ok(poll_to_end(&readable.base));
    memset(&from, 0, sizeof from);
    assert_int_equal(edo_udp_try_peek_from(b, buf, sizeof buf, &from), 5);
    assert_addr(&from, &a_addr);
    assert_int_equal(edo_udp_peek(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "first", 5);
    assert_ok(edo_udp_peek_sender(b, &from));
    recv_and_put_back(b, 5);
    memset(&from, 0, sizeof from);
    assert_int_equal(edo_udp_recv_from(b, buf, sizeof buf, &from), 5);
    assert_addr(&from, &a_addr);
    recv_and_put_back(b, 6);
    assert_int_equal(edo_udp_try_recv_from(b, buf, sizeof buf, &from), 6);
    assert_memory_equal(buf, "second", 6);
    assert_addr(&from, &a_addr);
    assert_err(edo_udp_try_recv(b, buf, sizeof buf), -EAGAIN);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(boundaries_and_order_are_kept) /* net-086 net-064 */
{
    edo_udp_socket *a, *b;
    char one[8], two[8], buf[8];

    udp_pair(&a, &b);
    edo_udp_recv_future first = edo_udp_recv_async(b, one, sizeof one);
    edo_udp_recv_future second = edo_udp_recv_async(b, two, sizeof two);
    edo_udp_send(a, "11", 2);
    edo_udp_send(a, "", 0);
    edo_udp_send(a, "333", 3);
    assert_int_equal(poll_to_end(&first.base), 2);
    assert_int_equal(poll_to_end(&second.base), 0);
    edo_future_put_back(&second.base);
    edo_future_put_back(&first.base);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 2);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 0);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 3);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_smaller_buffer_cuts_what_was_put_back) /* net-063 */
{
    edo_udp_socket *a, *b;
    char buf[8];
    struct iovec iov = {buf, 2};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    udp_pair(&a, &b);
    edo_udp_send(a, "12345", 5);
    edo_udp_send(a, "next", 4);
    recv_and_put_back(b, 5);
    assert_int_equal(edo_udp_recv_msg(b, &msg, MSG_PEEK | MSG_TRUNC), 5);
    assert_int_equal(edo_udp_recv_msg(b, &msg, 0), 2);
    assert_int_equal(msg.msg_flags & MSG_TRUNC, MSG_TRUNC);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 4);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(what_was_cut_stays_cut_when_it_is_put_back) /* net-063 */
{
    edo_udp_socket *a, *b;
    char buf[8];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    udp_pair(&a, &b);
    edo_udp_send(a, "12345", 5);
    edo_udp_recv_future recv = edo_udp_recv_async(b, buf, 2);
    assert_int_equal(poll_to_end(&recv.base), 2);
    edo_future_put_back(&recv.base);
    assert_int_equal(edo_udp_recv_msg(b, &msg, 0), 2);
    assert_int_equal(msg.msg_flags & MSG_TRUNC, MSG_TRUNC);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_receive_that_waits_gets_what_is_put_back) /* net-086 */
{
    edo_udp_socket *a, *b;
    char one[8], two[8];

    udp_pair(&a, &b);
    edo_udp_recv_future first = edo_udp_recv_async(b, one, sizeof one);
    edo_udp_recv_future second = edo_udp_recv_async(b, two, sizeof two);
    assert_pending(&first.base);
    assert_pending(&second.base);
    edo_udp_send(a, "abc", 3);
    assert_int_equal(poll_to_end(&first.base), 3);
    settle();
    assert_pending(&second.base);
    edo_future_put_back(&first.base);
    task_wait_until(edo_test_is_woken());
    assert_int_equal(poll_to_end(&second.base), 3);
    assert_memory_equal(two, "abc", 3);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_cancelled_receive_leaves_the_next_datagram) /* net-086 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[16];

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    for (int i = 0; i < 50; i++) {
        edo_udp_recv_future recv = edo_udp_recv_async(b, buf, sizeof buf);
        assert_pending(&recv.base);
        if (i % 2)
            settle();
        edo_future_cancel(&recv.base);
        assert_err(poll_to_end(&recv.base), -ECANCELED);
        assert_int_equal(edo_udp_send_to(a, "whole", 5, &b_addr), 5);
        memset(&from, 0, sizeof from);
        assert_int_equal(edo_udp_recv_from(b, buf, sizeof buf, &from), 5);
        assert_memory_equal(buf, "whole", 5);
        assert_addr(&from, &a_addr);
    }
    edo_udp_close(a);
    edo_udp_close(b);
}

static uint32_t received; /* atomic */

/* Sends numbers, a few ahead of the receiver, with pauses that meet its cancels. */
static int send_numbers(void *arg)
{
    for (uint32_t i = 0; i < 1000; i++) {
        while (i - __atomic_load_n(&received, __ATOMIC_RELAXED) > 20)
            edo_yield();
        assert_int_equal(edo_udp_send(arg, &i, sizeof i), sizeof i);
        if (i % 3 == 0)
            edo_yield();
    }
    return 0;
}

EDO_TEST_BOTH(a_receive_that_loses_selects_loses_no_datagram) /* net-086 */
{
    edo_udp_socket *a, *b;
    edo_task task;
    uint32_t number;

    udp_pair(&a, &b);
    assert_ok(edo_spawn(send_numbers, a, &task));
    for (uint32_t expected = 0; expected < 1000;) {
        edo_udp_recv_future recv = edo_udp_recv_async(b, &number, sizeof number);
        edo_yield_future yield = edo_yield_async();
        int winner = edo_select(&recv.base, &yield.base);
        if (winner == 1) {
            assert_err(recv.base.result, -ECANCELED);
            continue;
        }
        assert_int_equal(recv.base.result, sizeof number);
        assert_int_equal(number, expected++);
        __atomic_store_n(&received, expected, __ATOMIC_RELAXED);
    }
    assert_ok(edo_join(task, NULL));
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_receive_can_be_begun_anew_after_it_was_put_back) /* net-086 */
{
    edo_udp_socket *a, *b;
    edo_addr a_addr, b_addr, from;
    char buf[16];
    edo_udp_recv_future recv;

    a = udp_here(&a_addr);
    b = udp_here(&b_addr);
    recv = edo_udp_recv_from_async(b, buf, sizeof buf, &from);
    assert_int_equal(edo_udp_send_to(a, "again", 5, &b_addr), 5);
    edo_yield_future yield = edo_yield_async();
    for (int won = 0; !won;) { /* the same future in one select after another */
        yield = edo_yield_async();
        won = edo_select_keep(&yield.base, &recv.base);
    }
    assert_int_equal(recv.base.result, 5);
    assert_addr(&from, &a_addr);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(closing_drops_what_was_put_back)
{
    edo_udp_socket *a, *b;
    char buf[8];

    udp_pair(&a, &b);
    edo_udp_send(a, "abc", 3);
    recv_and_put_back(b, 3);
    int fd;
    assert_err(edo_udp_into_fd(b, &fd), -EBUSY);
    edo_udp_close(b); /* and a leak checker finds nothing */
    edo_udp_close(a);
    udp_pair(&b, &a);
    edo_udp_recv_future late = edo_udp_recv_async(b, buf, sizeof buf);
    edo_udp_send(a, "xyz", 3);
    assert_int_equal(poll_to_end(&late.base), 3);
    edo_udp_close(b);
    edo_future_put_back(&late.base); /* its socket is gone: so is the datagram */
    assert_int_equal(late.base.result, -ECANCELED);
    edo_udp_close(a);
}
