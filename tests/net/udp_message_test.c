/* udp_message_test.c: batches, control data, segments and the error queue. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/errqueue.h>

#define BATCH 40

/* Messages of up to 16 bytes, each with its sender and control data. */
typedef struct batch {
    struct mmsghdr msgs[BATCH];
    struct iovec iov[BATCH];
    struct sockaddr_in names[BATCH];
    size_t control[BATCH][EDO_UDP_CONTROL_MAX / sizeof(size_t)];
    char bytes[BATCH][16];
} batch;

static void make_room(batch *b)
{
    memset(b, 0, sizeof *b);
    for (int i = 0; i < BATCH; i++) {
        struct msghdr *msg = &b->msgs[i].msg_hdr;
        b->iov[i] = (struct iovec){b->bytes[i], sizeof b->bytes[i]};
        msg->msg_iov = &b->iov[i];
        msg->msg_iovlen = 1;
        msg->msg_name = &b->names[i];
        msg->msg_namelen = sizeof b->names[i];
        msg->msg_control = b->control[i];
        msg->msg_controllen = sizeof b->control[i];
    }
}

static unsigned port_of(const batch *b, int i)
{
    return ntohs(b->names[i].sin_port);
}

EDO_TEST_BOTH(a_batch_of_datagrams_arrives_in_order_with_their_senders) /* net-081 */
{
    static batch got;
    edo_addr addr, ports[2];
    edo_udp_socket *to = udp_here(&addr), *from[2] = {udp_here(&ports[0]), udp_here(&ports[1])};
    int count = 0;

    for (uint32_t i = 0; i < BATCH; i++)
        assert_int_equal(edo_udp_send_to(from[i % 2], &i, sizeof i, &addr), 4);
    while (count < BATCH) {
        make_room(&got);
        int n = edo_udp_recv_many(to, got.msgs, 16); /* the last one is short */
        assert_in_range(n, 1, 16);
        for (int i = 0; i < n; i++, count++) {
            uint32_t number;
            assert_int_equal(got.msgs[i].msg_len, 4);
            memcpy(&number, got.bytes[i], 4);
            assert_int_equal(number, count);
            assert_int_equal(port_of(&got, i), edo_addr_port(&ports[count % 2]));
        }
    }
    make_room(&got);
    assert_err(edo_udp_try_recv_many(to, got.msgs, BATCH), -EAGAIN);
    edo_udp_close(to);
    edo_udp_close(from[0]);
    edo_udp_close(from[1]);
}

EDO_TEST_BOTH(a_batch_put_back_is_received_again_one_by_one_or_together) /* net-081 net-086 */
{
    static batch got;
    edo_addr addr, sender_addr, from_addr;
    edo_udp_socket *to = udp_here(&addr), *from = udp_here(&sender_addr);
    char buf[16];

    for (int i = 0; i < 5; i++)
        assert_int_equal(edo_udp_send_to(from, "abcde", (size_t)i, &addr), i);
    settle();
    make_room(&got);
    edo_udp_many_future many = edo_udp_recv_many_async(to, got.msgs, BATCH);
    assert_int_equal(poll_to_end(&many.base), 5);
    edo_future_put_back(&many.base);
    assert_int_equal(many.base.result, -ECANCELED);
    assert_int_equal(got.msgs[0].msg_hdr.msg_namelen, sizeof got.names[0]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_udp_recv_from(to, buf, sizeof buf, &from_addr), i);
        assert_addr(&from_addr, &sender_addr);
    }
    make_room(&got);
    assert_int_equal(edo_udp_recv_many(to, got.msgs, 2), 2);
    assert_int_equal(got.msgs[1].msg_len, 3);
    assert_memory_equal(got.bytes[1], "abc", 3);
    make_room(&got);
    assert_int_equal(edo_udp_try_recv_many(to, got.msgs, BATCH), 1);
    assert_int_equal(got.msgs[0].msg_len, 4);
    edo_udp_close(to);
    edo_udp_close(from);
}

static void fill(batch *b, int count, const struct sockaddr_in *to)
{
    make_room(b);
    for (int i = 0; i < count; i++) {
        b->iov[i].iov_len = 4;
        memcpy(b->bytes[i], &i, 4);
        b->names[i] = *to;
        b->msgs[i].msg_hdr.msg_controllen = 0;
    }
}

EDO_TEST_BOTH(a_batch_send_says_how_many_were_sent) /* net-082 */
{
    static batch out;
    edo_addr addr, sender_addr;
    edo_udp_socket *to = udp_here(&addr), *from = udp_here(&sender_addr);
    struct sockaddr_in sin;
    int number;

    memcpy(&sin, &addr.storage, sizeof sin);
    fill(&out, 10, &sin);
    assert_int_equal(edo_udp_send_many(from, out.msgs, 10), 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(out.msgs[i].msg_len, 4);
        assert_int_equal(edo_udp_recv(to, &number, sizeof number), 4);
        assert_int_equal(number, i);
    }
    fill(&out, 10, &sin);
    out.msgs[3].msg_hdr.msg_namelen = 1; /* no address */
    assert_int_equal(edo_udp_send_many(from, out.msgs, 10), 3);
    assert_err(edo_udp_send_many(from, out.msgs + 3, 7), -EINVAL);
    assert_int_equal(edo_udp_try_send_many(from, out.msgs + 4, 6), 6);
    for (int i = 0; i < 9; i++)
        assert_int_equal(edo_udp_recv(to, &number, sizeof number), 4);
    assert_err(edo_udp_try_recv(to, &number, sizeof number), -EAGAIN);
    edo_udp_close(to);
    edo_udp_close(from);
}

EDO_TEST_BOTH(an_empty_batch_is_refused) /* net-080 */
{
    static batch b;
    edo_addr addr;
    edo_udp_socket *socket = udp_here(&addr);

    make_room(&b);
    assert_err(edo_udp_send_many(socket, b.msgs, 0), -EINVAL);
    assert_err(edo_udp_send_many(socket, b.msgs, -1), -EINVAL);
    assert_err(edo_udp_send_many(socket, NULL, 1), -EINVAL);
    assert_err(edo_udp_try_send_many(socket, b.msgs, -7), -EINVAL);
    assert_err(edo_udp_recv_many(socket, b.msgs, 0), -EINVAL);
    assert_err(edo_udp_recv_many(NULL, b.msgs, 1), -EINVAL);
    b.msgs[1].msg_hdr.msg_namelen = 4;
    assert_err(edo_udp_try_recv_many(socket, b.msgs, 2), -EINVAL); /* unlike rooms */
    assert_err(edo_udp_try_recv_many(socket, b.msgs, 1), -EAGAIN);
    edo_udp_close(socket);
}

/* Receives one message with its control data. */
static ssize_t receive(edo_udp_socket *socket, char *buf, size_t len, struct msghdr *ret_msg,
                       edo_udp_info *ret_info)
{
    size_t control[EDO_UDP_CONTROL_MAX / sizeof(size_t)];
    struct iovec iov = {buf, len};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t n = edo_udp_recv_msg(socket, &msg, 0);

    assert_true(n >= 0);
    assert_ok(edo_udp_info_read(&msg, ret_info));
    *ret_msg = msg;
    return n;
}

static void ask_for_all(edo_udp_socket *socket)
{
    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_INFO, 1));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_TOS, 1));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_TTL, 1));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_TIME, 1));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_DROPPED, 1));
}

static void check_info(const edo_udp_info *info, const char *to, int tos, int ttl)
{
    edo_addr expected;
    unsigned all = EDO_UDP_HAS_TO | EDO_UDP_HAS_TOS | EDO_UDP_HAS_TTL | EDO_UDP_HAS_TIME;

    assert_ok(edo_addr_parse_ip(to, 0, &expected));
    assert_int_equal(info->has & all, all);
    assert_addr(&info->to, &expected);
    assert_int_equal(info->interface, 1); /* loopback */
    assert_int_equal(info->tos, tos);
    assert_int_equal(info->ttl, ttl);
    assert_true(info->time_ns > UINT64_C(1700000000) * 1000000000);
}

/* Sends with what control data can say, and receives the same. */
static void check_control(const char *where, const char *ip, int family)
{
    edo_udp_socket *a, *b;
    edo_addr b_addr;
    edo_udp_info info = {.has = EDO_UDP_HAS_TOS | EDO_UDP_HAS_TTL | EDO_UDP_HAS_TO,
                         .tos = 97, /* a class, and ECT(1) */
                         .ttl = 33,
                         .interface = 1};
    size_t control[EDO_UDP_CONTROL_MAX / sizeof(size_t)];
    struct iovec iov = {"hello", 5};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
    char buf[16];

    assert_ok(edo_udp_bind(where, &a));
    assert_ok(edo_udp_bind(where, &b));
    ask_for_all(b);
    assert_ok(edo_udp_local_addr(b, &b_addr));
    assert_err(edo_udp_info_write(&msg, family, &info), -ENOSPC);
    msg.msg_controllen = sizeof control;
    assert_ok(edo_udp_info_write(&msg, family, &info));
    msg.msg_name = &b_addr.storage;
    msg.msg_namelen = b_addr.len;
    assert_int_equal(edo_udp_send_msg(a, &msg, 0), 5);
    memset(&info, 0, sizeof info);
    assert_int_equal(receive(b, buf, sizeof buf, &msg, &info), 5);
    assert_int_equal(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC), 0);
    check_info(&info, ip, 97, 33);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(control_data_goes_out_and_comes_in) /* net-083 */
{
    check_control("127.0.0.1:0", "127.0.0.1", AF_INET);
    check_control("[::1]:0", "::1", AF_INET6);
}

EDO_TEST_BOTH(a_message_says_what_was_cut) /* net-083 */
{
    edo_udp_socket *a, *b;
    char buf[16] = {0};
    size_t control[2] = {0};
    struct iovec iov = {buf, 2};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    struct sockaddr_in name;
    edo_udp_info info;

    udp_pair(&a, &b);
    ask_for_all(b);
    for (int i = 0; i < 3; i++)
        edo_udp_send(a, "hello", 5);
    assert_int_equal(receive(b, buf, 2, &msg, &info), 2);
    assert_int_equal(msg.msg_flags, MSG_TRUNC);
    check_info(&info, "127.0.0.1", 0, 64);
    msg = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1, .msg_name = &name};
    iov.iov_len = sizeof buf;
    msg.msg_namelen = sizeof name;
    msg.msg_control = control;
    msg.msg_controllen = sizeof control; /* too little for any of it */
    assert_int_equal(edo_udp_recv_msg(b, &msg, 0), 5);
    assert_int_equal(msg.msg_flags & MSG_CTRUNC, MSG_CTRUNC);
    assert_int_equal(msg.msg_namelen, sizeof name);
    assert_int_equal(name.sin_family, AF_INET);
    iov.iov_len = 2;
    assert_int_equal(edo_udp_try_recv_msg(b, &msg, MSG_TRUNC), 5);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(control_data_is_put_back_with_its_message) /* net-083 net-086 */
{
    edo_udp_socket *a, *b;
    char buf[16];
    size_t control[EDO_UDP_CONTROL_MAX / sizeof(size_t)];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control};
    edo_udp_info info;

    udp_pair(&a, &b);
    ask_for_all(b);
    edo_udp_send(a, "hello", 5);
    msg.msg_controllen = sizeof control;
    edo_udp_recv_future recv = edo_udp_recv_msg_async(b, &msg, 0);
    assert_int_equal(poll_to_end(&recv.base), 5);
    edo_future_put_back(&recv.base);
    memset(control, 0xff, sizeof control);
    assert_int_equal(receive(b, buf, sizeof buf, &msg, &info), 5);
    check_info(&info, "127.0.0.1", 0, 64);
    edo_udp_send(a, "again", 5);
    msg = (struct msghdr){.msg_iov = &iov, .msg_iovlen = 1};
    recv = edo_udp_recv_msg_async(b, &msg, 0); /* had no room for control data */
    assert_int_equal(poll_to_end(&recv.base), 5);
    edo_future_put_back(&recv.base);
    assert_int_equal(receive(b, buf, sizeof buf, &msg, &info), 5);
    assert_int_equal(msg.msg_flags, MSG_CTRUNC);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_message_put_back_names_its_sender_as_far_as_there_is_room) /* net-083 net-086 */
{
    static const socklen_t rooms[] = {sizeof(struct sockaddr_storage),
                                      6}; /* 6: but for half the IP */
    edo_udp_socket *a, *b;
    struct sockaddr_storage name;
    struct sockaddr_in sin;
    char buf[16];
    struct iovec iov = {buf, sizeof buf};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_name = &name, .msg_namelen = sizeof name};

    udp_pair(&a, &b);
    edo_udp_send(a, "hello", 5);
    edo_udp_recv_future recv = edo_udp_recv_msg_async(b, &msg, 0);
    assert_int_equal(poll_to_end(&recv.base), 5);
    memcpy(&sin, &name, sizeof sin);
    for (int i = 0; i < 2; i++) {
        edo_future_put_back(&recv.base);
        memset(&name, 0, sizeof name);
        msg.msg_namelen = rooms[i];
        recv = edo_udp_recv_msg_async(b, &msg, 0);
        assert_int_equal(poll_to_end(&recv.base), 5);
        assert_int_equal(msg.msg_namelen, sizeof sin); /* the whole name's, as of the system */
        assert_memory_equal(&name, &sin, i == 0 ? sizeof sin : 6);
    }
    assert_int_equal(((char *)&name)[6], 0);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(a_message_is_sent_with_its_flags)
{
    edo_udp_socket *a, *b;
    char buf[16];
    struct iovec iov = {"hel", 3};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

    udp_pair(&a, &b);
    assert_int_equal(edo_udp_send_msg(a, &msg, MSG_MORE), 3);
    iov = (struct iovec){"lo", 2};
    assert_int_equal(edo_udp_send_msg(a, &msg, 0), 2);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(one_send_is_cut_into_segments_and_they_are_received_as_one)
{
    static char sent[9000], got[9000];
    edo_udp_socket *a, *b;
    struct msghdr msg;
    edo_udp_info info;
    size_t done = 0;
    int value;

    udp_pair(&a, &b);
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (char)(i * 5);
    assert_ok(edo_udp_set_option(a, EDO_UDP_SEGMENT, 1000));
    assert_ok(edo_udp_option(a, EDO_UDP_SEGMENT, &value));
    assert_int_equal(value, 1000);
    assert_int_equal(edo_udp_send(a, sent, sizeof sent), sizeof sent);
    for (int i = 0; i < 9; i++)
        assert_int_equal(edo_udp_recv(b, got + 1000 * i, 2000), 1000);
    assert_memory_equal(sent, got, sizeof sent);
    assert_ok(edo_udp_set_option(b, EDO_UDP_GRO, 1));
    memset(got, 0, sizeof got);
    assert_int_equal(edo_udp_send(a, sent, 4500), 4500);
    while (done < 4500) {
        ssize_t n = receive(b, got + done, sizeof got - done, &msg, &info);
        assert_true(n <= 1000 || (info.has & EDO_UDP_HAS_SEGMENT));
        if (info.has & EDO_UDP_HAS_SEGMENT)
            assert_int_equal(info.segment, 1000);
        done += (size_t)n;
    }
    assert_memory_equal(sent, got, 4500);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(one_message_alone_is_cut_into_segments)
{
    edo_udp_socket *a, *b;
    edo_udp_info info = {.has = EDO_UDP_HAS_SEGMENT, .segment = 2};
    size_t control[8];
    struct iovec iov = {"hello", 5};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    char buf[8];

    udp_pair(&a, &b);
    assert_ok(edo_udp_info_write(&msg, AF_INET, &info));
    assert_int_equal(edo_udp_send_msg(a, &msg, 0), 5);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 2);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 2);
    assert_int_equal(edo_udp_recv(b, buf, sizeof buf), 1);
    edo_udp_close(a);
    edo_udp_close(b);
}

EDO_TEST_BOTH(the_error_queue_tells_which_datagram_met_what)
{
    edo_addr addr, gone = udp_nobody();
    edo_udp_socket *a = udp_here(&addr);
    edo_udp_error error;
    char buf[16];

    assert_ok(edo_udp_set_option(a, EDO_UDP_RECV_ERRORS, 1));
    assert_err(edo_udp_try_recv_error(a, buf, sizeof buf, &error), -EAGAIN);
    edo_udp_ready_future failed = edo_udp_ready_async(a, EDO_ERROR);
    assert_pending(&failed.base);
    assert_int_equal(edo_udp_send_to(a, "hello", 5, &gone), 5);
    assert_int_equal(poll_to_end(&failed.base), EDO_ERROR);
    assert_int_equal(edo_udp_try_recv_error(a, buf, sizeof buf, &error), 5);
    assert_memory_equal(buf, "hello", 5);
    assert_err(error.error, -ECONNREFUSED);
    assert_int_equal(error.origin, SO_EE_ORIGIN_ICMP);
    assert_int_equal(error.type, 3); /* destination unreachable: port */
    assert_int_equal(error.code, 3);
    assert_addr(&error.to, &gone);
    edo_addr here_ip = addr_of("127.0.0.1:0");
    assert_addr(&error.source, &here_ip);
    assert_err(edo_udp_try_recv_error(a, buf, sizeof buf, &error), -EAGAIN);
    assert_err(edo_udp_try_recv(a, buf, sizeof buf), -EAGAIN);
    /* Whoever comes first has it as the result, too: here a receive without a peer. */
    assert_int_equal(edo_udp_send_to(a, "hello", 5, &gone), 5);
    assert_err(edo_udp_recv(a, buf, sizeof buf), -ECONNREFUSED);
    assert_int_equal(edo_udp_try_recv_error(a, buf, 2, &error), 2);
    assert_err(edo_udp_try_recv_error(NULL, buf, 1, &error), -EINVAL);
    edo_udp_close(a);
}

EDO_TEST_PLAIN(an_address_of_one_link_comes_with_its_interface) /* net-083 */
{
    struct in6_pktinfo said = {.ipi6_ifindex = 7};
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof said)];
    } control;
    struct msghdr msg = {.msg_control = &control, .msg_controllen = sizeof control};
    edo_udp_info info;
    edo_addr expected;

    control.head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof said), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    assert_ok(edo_addr_parse_ip("fe80::1%7", 0, &expected));
    said.ipi6_addr = ((struct sockaddr_in6 *)&expected.storage)->sin6_addr;
    memcpy(CMSG_DATA(&control.head), &said, sizeof said);
    assert_ok(edo_udp_info_read(&msg, &info));
    assert_true(edo_addr_is_equal(&info.to, &expected));
    assert_int_equal(info.interface, 7);
}

EDO_TEST_PLAIN(control_data_that_cannot_be_is_refused)
{
    size_t control[16];
    struct msghdr msg = {.msg_control = control, .msg_controllen = sizeof control};
    edo_udp_info info = {.has = EDO_UDP_HAS_TTL, .ttl = 0};

    assert_err(edo_udp_info_write(&msg, AF_INET, &info), -EINVAL);
    info.ttl = 256;
    assert_err(edo_udp_info_write(&msg, AF_INET, &info), -EINVAL);
    info = (edo_udp_info){.has = EDO_UDP_HAS_TOS, .tos = 256};
    assert_err(edo_udp_info_write(&msg, AF_INET, &info), -EINVAL);
    info = (edo_udp_info){.has = EDO_UDP_HAS_TO, .to = addr_of("[::1]:0")};
    assert_err(edo_udp_info_write(&msg, AF_INET, &info), -EINVAL);
    assert_ok(edo_udp_info_write(&msg, AF_INET6, &info));
    assert_err(edo_udp_info_write(&msg, AF_UNIX, &info), -EINVAL);
    assert_err(edo_udp_info_write(NULL, AF_INET, &info), -EINVAL);
    assert_err(edo_udp_info_read(NULL, &info), -EINVAL);
    info = (edo_udp_info){0};
    assert_ok(edo_udp_info_write(&msg, AF_INET, &info));
    assert_int_equal(msg.msg_controllen, 0);
}
