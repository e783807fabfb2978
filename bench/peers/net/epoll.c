/*
 * epoll.c: the floor: what bare, level-triggered epoll can do without any runtime.
 *
 *     epoll-echo [port=0] [threads=1] [buf=65536] [handler=hello|udp]
 *
 * A connection costs a struct conn and nothing else: the receive buffer is the thread's, and only
 * what the socket doesn't take at once is kept. While it is, the connection isn't read.
 */
#include <sys/epoll.h>

#include "../../net/hello.h"
#include "server.h"

enum { EVENTS = 512, ACCEPTS = 64, DATAGRAMS = 64 };

struct conn {
    int fd;
    unsigned char seen;  /* of a request's end */
    unsigned char *rest; /* what the socket did not take */
    size_t len, done;
};

struct loop {
    int ep, listener;
    unsigned char buf[65536];
};

static size_t most = 65536; /* bytes a receive takes */
static bool says_hello;

static void watch(struct loop *l, struct conn *c, int op, unsigned events)
{
    struct epoll_event ev = {.events = events, .data.ptr = c};

    if (epoll_ctl(l->ep, op, c ? c->fd : l->listener, &ev) != 0)
        fatal("epoll_ctl");
}

static void end(struct conn *c)
{
    close(c->fd);
    free(c->rest);
    free(c);
}

static void keep(struct loop *l, struct conn *c, const unsigned char *p, size_t n)
{
    c->rest = malloc(n);
    if (!c->rest)
        fatal("malloc");
    memcpy(c->rest, p, n);
    c->len = n;
    c->done = 0;
    watch(l, c, EPOLL_CTL_MOD, EPOLLOUT);
}

static void on_writable(struct loop *l, struct conn *c)
{
    ssize_t n = send(c->fd, c->rest + c->done, c->len - c->done, 0);

    if (n < 0) {
        if (errno != EAGAIN)
            end(c);
        return;
    }
    c->done += (size_t)n;
    if (c->done < c->len)
        return;
    free(c->rest);
    c->rest = NULL;
    watch(l, c, EPOLL_CTL_MOD, EPOLLIN);
}

static void put(struct loop *l, struct conn *c, const void *bytes, size_t n)
{
    ssize_t sent = send(c->fd, bytes, n, 0);

    if (sent == (ssize_t)n)
        return;
    if (sent < 0 && errno != EAGAIN)
        end(c);
    else
        keep(l, c, (const unsigned char *)bytes + (sent < 0 ? 0 : sent),
             n - (size_t)(sent < 0 ? 0 : sent));
}

static void say_hello(struct loop *l, struct conn *c, size_t n)
{
    unsigned requests = hello_requests((char *)l->buf, n, &c->seen);

    if (requests == 1) {
        put(l, c, HELLO_ANSWER, HELLO_LEN);
        return;
    }
    if (requests > sizeof l->buf / HELLO_LEN)
        requests = sizeof l->buf / HELLO_LEN; /* no client of ours sends so many at once */
    for (unsigned i = 0; i < requests; i++)
        memcpy(l->buf + i * HELLO_LEN, HELLO_ANSWER, HELLO_LEN);
    if (requests > 0)
        put(l, c, l->buf, requests * HELLO_LEN);
}

static void on_readable(struct loop *l, struct conn *c)
{
    ssize_t n = recv(c->fd, l->buf, most, 0);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0)
        end(c);
    else if (says_hello)
        say_hello(l, c, (size_t)n);
    else
        put(l, c, l->buf, (size_t)n);
}

static void on_accept(struct loop *l)
{
    for (int i = 0; i < ACCEPTS; i++) {
        int fd = accept4(l->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct conn *c = calloc(1, sizeof *c);
        if (!c)
            fatal("calloc");
        c->fd = fd;
        nodelay(fd);
        watch(l, c, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void on_datagrams(struct loop *l)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    ssize_t n;

    for (int i = 0; i < DATAGRAMS; i++) {
        n = recvfrom(l->listener, l->buf, sizeof l->buf, 0, (struct sockaddr *)&from, &len);
        if (n < 0)
            return;
        sendto(l->listener, l->buf, (size_t)n, 0, (struct sockaddr *)&from, len);
    }
}

static void *run(void *listener)
{
    struct epoll_event ev[EVENTS];
    struct loop *l = calloc(1, sizeof *l);

    if (!l || (l->ep = epoll_create1(EPOLL_CLOEXEC)) < 0)
        fatal("epoll_create1");
    l->listener = *(int *)listener;
    watch(l, NULL, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        int n = epoll_wait(l->ep, ev, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr; /* each is named once in a batch */
            if (!c && server_kind == SOCK_DGRAM)
                on_datagrams(l);
            else if (!c)
                on_accept(l);
            else if (c->rest)
                on_writable(l, c);
            else
                on_readable(l, c);
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    raise_files();
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "handler=udp") == 0)
            server_kind = SOCK_DGRAM;
        else
            says_hello |= strcmp(argv[i], "handler=hello") == 0;
    most = (size_t)arg_int(argc, argv, "buf", (long)most);
    if (most < 1 || most > 65536)
        return fprintf(stderr, "buf=1..65536\n"), 64;
    run_threads(arg_int(argc, argv, "threads", 1), (int)arg_int(argc, argv, "port", 0), run);
}
