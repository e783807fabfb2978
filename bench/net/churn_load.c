/*
 * churn_load.c: connect, one request, its echo, close; as many a second as the server takes.
 *
 *   churn_load port=P conns=N size=B seconds=S [requests=MAX] [server_pid=PID]
 *
 * N connections are in progress at any time. The client closes first, so the TIME_WAIT ends are
 * its own; it walks through the source addresses 127.0.0.1..200 so that ports never run out.
 */
#include "load.h"

struct conn {
    int fd;
    unsigned id, got;
    bool sent;
    uint64_t started;
};

static unsigned port, size, source;
static int ep;
static struct hist lat;

static bool begin_conn(struct conn *c)
{
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};

    c->started = now_ns();
    c->got = 0;
    c->sent = false;
    source = (source + 1) % 200;
    c->fd = tcp_start(port, source, true);
    return c->fd >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev) == 0;
}

int main(int argc, char **argv)
{
    args_init(argc, argv);
    port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 50, 1, 1000);
    size = (unsigned)arg_int("size", 64, 1, 4096);
    double seconds = arg_num("seconds", 2), warmup = arg_num("warmup", 0.3);
    uint64_t limit = (uint64_t)arg_int("requests", 200000, 1, 2000000);
    struct server srv;
    uint64_t errors = 0;
    unsigned char buf[4096];

    if (!(seconds > 0 && seconds <= 60 && warmup >= 0 && warmup <= 10))
        return fprintf(stderr, "seconds up to 60, warmup up to 10\n"), 2;
    raise_nofile();
    pattern_init();
    server_init(&srv);
    ep = epoll_create1(EPOLL_CLOEXEC);
    struct conn *list = calloc(conns, sizeof *list);
    if (ep < 0 || !list)
        die("set-up");
    for (unsigned i = 0; i < conns; i++) {
        list[i].id = i;
        if (!begin_conn(&list[i]))
            die("connect");
    }
    uint64_t now = now_ns(), begin = now + (uint64_t)(warmup * 1e9),
             end = begin + (uint64_t)(seconds * 1e9);
    uint64_t requests = 0, cpu0 = 0, self0 = 0, t0 = 0;
    bool counting = false;
    struct epoll_event ev[256];
    while (requests < limit && errors < 1000) {
        int n = epoll_wait(ep, ev, 256, 100);

        now = now_ns();
        if (!counting && now >= begin) {
            counting = true;
            t0 = now;
            cpu0 = server_cpu_ns(&srv);
            self0 = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        }
        if (now >= end)
            break;
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            bool over = false, bad = false;

            if (!c->sent && (ev[i].events & EPOLLOUT)) {
                struct epoll_event in = {.events = EPOLLIN, .data.ptr = c};
                if (send(c->fd, pattern_at(c->id, 0), size, 0) != (ssize_t)size)
                    bad = true;
                c->sent = true;
                epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &in);
            } else if (ev[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
                ssize_t r = recv(c->fd, buf + c->got, size - c->got, 0);
                if (r < 0 && errno == EAGAIN)
                    continue;
                if (r <= 0) {
                    bad = true;
                } else {
                    c->got += (unsigned)r;
                    over = c->got == size;
                    bad = over && memcmp(buf, pattern_at(c->id, 0), size) != 0;
                }
            }
            if (!over && !bad)
                continue;
            close(c->fd);
            if (bad) {
                errors++;
            } else if (counting) {
                requests++;
                hist_add(&lat, now_ns() - c->started);
            }
            if (!begin_conn(c))
                die("connect");
        }
    }
    now = now_ns();
    double wall = (double)(now - t0), each = requests ? (double)requests : 1;
    uint64_t cpu = server_cpu_ns(&srv) - cpu0, self = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - self0;

    printf("requests=%llu rps=%.0f cpu_ns=%.0f server_util=%.3f load_cpu_ns=%.0f p50_us=%.1f "
           "p99_us=%.1f p999_us=%.1f errors=%llu\n",
           (unsigned long long)requests, (double)requests / wall * 1e9, (double)cpu / each,
           (double)cpu / wall, (double)self / each, hist_us(&lat, .5), hist_us(&lat, .99),
           hist_us(&lat, .999), (unsigned long long)errors);
    return errors || !requests;
}
