/*
 * unix.c: Unix sockets, and descriptors that travel: whatever fails, each is received once and closed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "faults/trial.h"

enum { ROUNDS = 3, FDS = 2 };

typedef struct parcel {
    int sent[FDS], kept[FDS];
} parcel;

static void pack(parcel *p)
{
    for (int i = 0; i < FDS; i++) {
        int fds[2];
        MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
        p->sent[i] = fds[0];
        p->kept[i] = fds[1];
    }
}

/* Nobody else has the other ends any more. */
static void check_closed(parcel *p)
{
    char byte;

    for (int i = 0; i < FDS; i++) {
        CHECK(recv(p->kept[i], &byte, 1, MSG_DONTWAIT) == 0);
        close(p->kept[i]);
    }
}

static void send_parcel(edo_unix_stream *stream, parcel *p)
{
    edo_unix_control *control = NULL;
    struct iovec out = {"x", 1};
    int rc;

    pack(p);
    PERSIST(rc, edo_unix_control_new(FDS, &control));
    for (int i = 0; i < FDS && rc >= 0; i++)
        PERSIST(rc, edo_unix_control_add_fd(control, p->sent[i]));
    if (rc >= 0)
        PERSIST(rc, edo_unix_sendmsg(stream, &out, 1, control));
    CHECK(rc == 1);
    edo_unix_control_free(control);
    for (int i = 0; i < FDS; i++)
        close(p->sent[i]);
}

/* By a receipt that is put back as a select does with a loser's, or by the next. */
static void receive_parcel(edo_unix_stream *stream)
{
    edo_unix_control *control = NULL;
    char byte = 0;
    struct iovec in = {&byte, 1};
    int rc;

    PERSIST(rc, edo_unix_control_new(FDS, &control));
    if (rc < 0)
        return;
    edo_unix_receive_future lost = edo_unix_recvmsg_async(stream, &in, 1, control);
    if (TRY(edo_await(&lost.base)) > 0)
        edo_future_put_back(&lost.base); /* where there is no memory for it, it stays */
    if (lost.base.result < 0) {
        CHECK(edo_unix_control_fds(control) == 0);
        byte = 0;
        PERSIST(rc, edo_unix_recvmsg(stream, &in, 1, control));
    }
    CHECK(byte == 'x' && edo_unix_control_fds(control) == FDS);
    edo_unix_control_free(control);
}

/* What failed leaves nothing in the way of the next try: no path, and a socket as it was. */
static void connect_streams(edo_unix_stream **ret_server, edo_unix_stream **ret_client)
{
    edo_unix_listener *listener = NULL;
    edo_unix_socket *socket = NULL;
    int rc;

    PERSIST(rc, edo_unix_listen("here", &listener));
    CHECK(rc != -EADDRINUSE);
    if (rc < 0)
        return;
    PERSIST(rc, edo_unix_socket_new_stream(&socket));
    if (rc == 0)
        PERSIST(rc, edo_unix_socket_connect(socket, "here", ret_client));
    CHECK(rc != -EISCONN);
    if (rc == 0)
        PERSIST(rc, edo_unix_accept(listener, ret_server));
    if (socket)
        MUST(edo_unix_socket_close(socket));
    MUST(edo_unix_listener_close(listener));
}

static void send_datagrams(void)
{
    edo_unix_datagram *one = NULL, *other = NULL;
    edo_unix_addr from = {0};
    char buf[8] = "";
    int rc;

    PERSIST(rc, edo_unix_datagram_pair(&one, &other));
    if (rc < 0)
        return;
    PERSIST(rc, edo_unix_datagram_send(one, "mail", 4));
    edo_unix_receive_future lost = edo_unix_datagram_recv_from_async(other, buf, sizeof buf, &from);
    if (TRY(edo_await(&lost.base)) > 0)
        edo_future_put_back(&lost.base);
    if (lost.base.result < 0) {
        memset(buf, 0, sizeof buf);
        PERSIST(rc, edo_unix_datagram_recv_from(other, buf, sizeof buf, &from));
    }
    CHECK(memcmp(buf, "mail", 4) == 0 && edo_unix_addr_is_unnamed(&from));
    MUST(edo_unix_datagram_close(one));
    MUST(edo_unix_datagram_close(other));
}

static int exchange(void *arg)
{
    edo_unix_stream *server = NULL, *client = NULL;
    parcel p;

    (void)arg;
    trial_arm();
    connect_streams(&server, &client);
    for (int i = 0; i < ROUNDS && server && !trial_has_failed(); i++) {
        send_parcel(client, &p);
        receive_parcel(server);
        check_closed(&p);
    }
    if (server && !trial_has_failed()) {
        send_parcel(client, &p); /* never received */
        MUST(edo_unix_close(server));
        check_closed(&p);
        MUST(edo_unix_close(client));
    }
    send_datagrams();
    fault_lift();
    return 0;
}

void use_unix(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;
    char place[] = "/tmp/edo-faults-XXXXXX", command[64];

    MUST(mkdtemp(place) && chdir(place) == 0 ? 0 : -1);
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, exchange, NULL));
    MUST(edo_runtime_free(runtime));
    MUST(chdir("/"));
    snprintf(command, sizeof command, "rm -rf %s", place);
    MUST(system(command) == 0 ? 0 : -1);
}
