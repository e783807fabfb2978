/*
 * pump_load.c: sends as much as a proxy passes on, and takes it in at the proxy's other side: one thread,
 * epoll.
 *
 *   pump_load port=P target=T conns=N seconds=S [warmup=W] [server_pid=PID]
 *
 * Connects N times to the proxy at P, which is to connect to T, where this program listens. Each connection
 * begins with its number, and goes on with its pattern, of which every byte is checked. A "request" is a KiB
 * that came through. Ends with status 1 when a byte was wrong or a connection broke.
 */
#include "load.h"

enum { CHUNK = 256 * 1024, HEAD = 4 };

struct sender {
    int fd;
    unsigned id;
    uint64_t sent;
};

struct sink {
    int fd;
    unsigned head; /* bytes of the number that are there */
    uint32_t id;
    uint64_t received;
};

/* What an event is of: its kind, and which of these. */
enum { LISTENER, SENDER, SINK };

static unsigned char buf[CHUNK];
static uint64_t errors, received;

static void watch(int ep, int fd, unsigned events, unsigned kind, unsigned index)
{
    struct epoll_event ev = {.events = events, .data.u64 = (uint64_t)kind << 32 | index};

    if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != 0)
        die("epoll_ctl");
}

static int listen_on(unsigned port)
{
    struct sockaddr_in at = loopback(1, port);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 4096) != 0)
        die("listen on %u", port);
    return fd;
}

static void push(struct sender *s)
{
    ssize_t n;

    if (s->sent < HEAD)
        n = send(s->fd, (unsigned char *)&s->id + s->sent, HEAD - s->sent, 0);
    else
        n = send(s->fd, pattern_at(s->id, s->sent - HEAD), CHUNK, 0);
    if (n > 0)
        s->sent += (uint64_t)n;
    else if (errno != EAGAIN)
        errors++;
}

static void pull(struct sink *s)
{
    unsigned char *p = s->head < HEAD ? (unsigned char *)&s->id + s->head : buf;
    ssize_t n = recv(s->fd, p, s->head < HEAD ? HEAD - s->head : CHUNK, 0);

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        errors++;
        return;
    }
    if (s->head < HEAD) {
        s->head += (unsigned)n;
        return;
    }
    if (memcmp(buf, pattern_at(s->id, s->received), (size_t)n) != 0)
        errors++;
    s->received += (uint64_t)n;
    received += (uint64_t)n;
}

int main(int argc, char **argv)
{
    args_init(argc, argv);
    unsigned port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned target = (unsigned)arg_int("target", 9001, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 8, 1, 1000), accepted = 0;
    double seconds = arg_num("seconds", 2), warmup = arg_num("warmup", 0.3);
    struct sender *senders = calloc(conns, sizeof *senders);
    struct sink *sinks = calloc(conns, sizeof *sinks);
    struct epoll_event ev[256];
    struct server srv;

    if (!(seconds > 0 && seconds <= 60 && warmup >= 0 && warmup <= 10) || !senders || !sinks)
        return fprintf(stderr, "seconds up to 60, warmup up to 10\n"), 2;
    raise_nofile();
    pattern_init();
    server_init(&srv);
    int ep = epoll_create1(EPOLL_CLOEXEC), listener = listen_on(target);
    watch(ep, listener, EPOLLIN, LISTENER, 0);
    for (unsigned i = 0; i < conns; i++) {
        senders[i] = (struct sender){.fd = tcp_connect(port, 0), .id = i};
        watch(ep, senders[i].fd, EPOLLOUT, SENDER, i);
    }

    uint64_t start = now_ns(), from = start + (uint64_t)(warmup * 1e9), now = start;
    uint64_t end = from + (uint64_t)(seconds * 1e9), cpu0 = 0, t0 = 0, before = 0;
    bool counting = false;
    while (now < end && errors == 0) {
        int n = epoll_wait(ep, ev, 256, 100);
        if (n < 0 && errno != EINTR)
            die("epoll_wait");
        now = now_ns();
        if (!counting && now >= from) {
            counting = true;
            t0 = now;
            before = received;
            cpu0 = server_cpu_ns(&srv);
        }
        for (int i = 0; i < n; i++) {
            unsigned kind = (unsigned)(ev[i].data.u64 >> 32), index = (unsigned)ev[i].data.u64;
            if (kind == SENDER) {
                push(&senders[index]);
            } else if (kind == SINK) {
                pull(&sinks[index]);
            } else if (accepted < conns) {
                sinks[accepted].fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (sinks[accepted].fd < 0)
                    die("accept4");
                watch(ep, sinks[accepted].fd, EPOLLIN, SINK, accepted);
                accepted++;
            }
        }
    }
    double kib = (double)(received - before) / 1024, wall = (double)(now - t0);
    uint64_t cpu = server_cpu_ns(&srv) - cpu0;
    printf("requests=%.0f rps=%.0f cpu_ns=%.1f server_util=%.3f load_cpu_ns=0 p50_us=0 p99_us=0 "
           "errors=%llu\n",
           kib, kib / wall * 1e9, kib > 0 ? (double)cpu / kib : 0, (double)cpu / wall,
           (unsigned long long)errors);
    return errors || accepted < conns || kib == 0;
}
