/* udp_forms_test.c: the forms of each operation on UDP sockets that other tests have no need of. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <string.h>

/* The next datagram that it has got. */
static void assert_got(edo_udp_socket *socket, const char *expected)
{
    char buf[8];

    assert_int_equal(edo_udp_recv(socket, buf, sizeof buf), (int)strlen(expected));
    assert_memory_equal(buf, expected, strlen(expected));
}

EDO_TEST_BOTH(sends_by_their_futures)
{
    edo_udp_socket *a, *b;
    struct iovec parts[] = {{"ab", 2}, {"cd", 2}};
    struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};
    struct mmsghdr two[] = {{.msg_hdr = msg}, {.msg_hdr = {.msg_iov = parts, .msg_iovlen = 1}}};

    udp_pair(&a, &b);
    edo_udp_send_future send = edo_udp_send_async(a, "one", 3);
    assert_int_equal(poll_to_end(&send.base), 3);
    assert_got(b, "one");
    send = edo_udp_sendv_async(a, parts, 2, NULL);
    assert_int_equal(poll_to_end(&send.base), 4);
    assert_got(b, "abcd");
    send = edo_udp_send_msg_async(a, &msg, 0);
    assert_int_equal(poll_to_end(&send.base), 4);
    assert_got(b, "abcd");
    assert_int_equal(edo_udp_try_send_msg(a, &msg, 0), 4);
    assert_got(b, "abcd");
    edo_udp_many_future many = edo_udp_send_many_async(a, two, 2);
    assert_int_equal(poll_to_end(&many.base), 2);
    assert_int_equal(two[1].msg_len, 2);
    assert_got(b, "abcd");
    assert_got(b, "ab");
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(looks_by_their_futures)
{
    edo_addr addr, from;
    edo_udp_socket *a = udp_here(&addr), *b;
    edo_addr b_addr;
    char buf[8];

    b = udp_here(&b_addr);
    assert_int_equal(edo_udp_send_to(a, "seen", 4, &b_addr), 4);
    edo_udp_recv_future look = edo_udp_peek_from_async(b, buf, sizeof buf, &from);
    assert_int_equal(poll_to_end(&look.base), 4);
    assert_memory_equal(buf, "seen", 4);
    assert_addr(&from, &addr);
    memset(&from, 0, sizeof from);
    look = edo_udp_peek_sender_async(b, &from);
    assert_ok(poll_to_end(&look.base));
    assert_addr(&from, &addr);
    assert_got(b, "seen");
    edo_udp_close(a);
    edo_udp_close(b);
}

static int send_one(void *arg)
{
    edo_udp_socket *socket = arg;

    return (int)edo_udp_send(socket, "late", 4);
}

EDO_TEST_BOTH(one_kind_of_readiness_alone)
{
    edo_udp_socket *a, *b;
    int sent = 0;
    edo_task task;

    udp_pair(&a, &b);
    assert_ok(edo_udp_writable(b)); /* there is room at once */
    edo_udp_ready_future readable = edo_udp_readable_async(b);
    assert_pending(&readable.base);
    assert_ok(edo_spawn(send_one, a, &task));
    assert_ok(edo_udp_readable(b));
    assert_int_equal(edo_udp_try_ready(b, EDO_READABLE), EDO_READABLE);
    assert_ok(poll_to_end(&readable.base));
    assert_ok(edo_join(task, &sent));
    assert_int_equal(sent, 4);
    assert_got(b, "late");
    assert_err(edo_udp_readable(NULL), -EINVAL);
    assert_err(edo_udp_writable(NULL), -EINVAL);
    edo_udp_close(a);
    edo_udp_close(b);
}
