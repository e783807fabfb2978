/*
 * udp.c: datagrams: whatever fails, each that was sent is received once, whole and with its sender; also those
 * that were put back.
 */
#include <string.h>
#include <sys/socket.h>

#include "faults/trial.h"

enum { ROUNDS = 3, MANY = 4 };

static edo_udp_socket *open_here(edo_addr *ret_addr)
{
    edo_udp_socket *socket = NULL;
    int rc;

    PERSIST(rc, edo_udp_bind("127.0.0.1:0", &socket));
    if (rc == 0)
        PERSIST(rc, edo_udp_local_addr(socket, ret_addr));
    return socket;
}

/* By a receive that is put back as a select does with a loser's, or by the next. */
static void receive(edo_udp_socket *socket, const edo_addr *sender)
{
    edo_addr from = {0};
    char buf[8] = "";
    int rc;

    edo_udp_recv_future lost = edo_udp_recv_from_async(socket, buf, sizeof buf, &from);
    if (TRY(edo_await(&lost.base)) > 0)
        edo_future_put_back(&lost.base); /* where there is no memory for it, it stays */
    if (lost.base.result < 0) {
        memset(buf, 0, sizeof buf);
        memset(&from, 0, sizeof from);
        PERSIST(rc, edo_udp_recv_from(socket, buf, sizeof buf, &from));
    }
    CHECK(memcmp(buf, "hello", 5) == 0 && edo_addr_is_equal(&from, sender));
}

static void make_messages(struct mmsghdr *msgs, struct iovec *iov, char *bytes)
{
    memset(msgs, 0, MANY * sizeof *msgs);
    for (int i = 0; i < MANY; i++) {
        iov[i] = (struct iovec){&bytes[i], 1};
        msgs[i].msg_hdr.msg_iov = &iov[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
    }
}

static void exchange_many(edo_udp_socket *from, edo_udp_socket *to)
{
    struct mmsghdr msgs[MANY];
    struct iovec iov[MANY];
    char bytes[MANY] = "abcd";
    int rc = 1, done = 0;

    make_messages(msgs, iov, bytes);
    for (; done < MANY && rc > 0; done += rc > 0 ? rc : 0)
        PERSIST(rc, edo_udp_send_many(from, msgs + done, MANY - done));
    memset(bytes, 0, sizeof bytes);
    edo_udp_many_future lost = edo_udp_recv_many_async(to, msgs, MANY);
    if (TRY(edo_await(&lost.base)) > 0)
        edo_future_put_back(&lost.base);
    rc = (int)lost.base.result;
    for (done = rc > 0 ? rc : 0; done < MANY;) {
        make_messages(msgs, iov, bytes);
        PERSIST(rc, edo_udp_recv_many(to, msgs + done, MANY - done));
        if (rc <= 0)
            break;
        done += rc;
    }
    CHECK(done == MANY && memcmp(bytes, "abcd", MANY) == 0);
}

static void set_up(edo_udp_socket *one, edo_udp_socket **other, const edo_addr *addr)
{
    int rc, value = 0, fd = -1;

    PERSIST(rc, edo_udp_set_option(one, EDO_UDP_TTL, 9));
    PERSIST(rc, edo_udp_option(one, EDO_UDP_TTL, &value));
    CHECK(rc < 0 || value == 9);
    PERSIST(rc, edo_udp_take_error(one));
    PERSIST(rc, edo_udp_connect_addr(one, addr));
    MUST(edo_udp_into_fd(*other, &fd));
    *other = NULL;
    PERSIST(rc, edo_udp_from_fd(fd, other));
}

static int exchange(void *arg)
{
    edo_addr addrs[2];
    edo_udp_socket *one, *other;
    int rc;

    (void)arg;
    memset(addrs, 0, sizeof addrs);
    trial_arm();
    one = open_here(&addrs[0]);
    other = open_here(&addrs[1]);
    if (one && other)
        set_up(one, &other, &addrs[1]);
    for (int i = 0; i < ROUNDS && one && other && !trial_has_failed(); i++) {
        PERSIST(rc, edo_udp_send(one, "hello", 5));
        receive(other, &addrs[0]);
        PERSIST(rc, edo_udp_send_to(other, "hello", 5, &addrs[0]));
        receive(one, &addrs[1]);
        exchange_many(one, other);
    }
    fault_lift();
    edo_udp_close(one);
    edo_udp_close(other);
    return 0;
}

void use_udp(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, exchange, NULL));
    MUST(edo_runtime_free(runtime));
}
