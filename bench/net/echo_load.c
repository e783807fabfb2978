/*
 * echo_load.c: a client of an echo server: one thread, epoll, a closed loop.
 *
 *   echo_load port=P conns=N size=B pipeline=D seconds=S [warmup=W] [requests=MAX] [server_pid=PID]
 *
 * Each connection keeps D requests of B bytes in flight, checks every byte that comes back, and
 * sends a new request for each one answered. What the warm-up does is not counted. Ends with status 1
 * when a byte was wrong or a connection broke.
 */
#include "load.h"

struct conn {
    int fd;
    unsigned id, events;
    uint64_t sent, due, received, done; /* bytes sent, owed, back; requests done */
    uint64_t *started;                  /* when each request in flight was due */
};

static unsigned size, pipeline;
static int ep;
static uint64_t errors, bad_bytes;
static struct hist lat;
static unsigned char buf[256 * 1024];

static void watch(struct conn *c, unsigned events, int op)
{
    struct epoll_event ev = {.events = events, .data.ptr = c};

    if (op == EPOLL_CTL_MOD && c->events == events)
        return;
    c->events = events;
    if (epoll_ctl(ep, op, c->fd, &ev) != 0)
        die("epoll_ctl");
}

static void drop(struct conn *c)
{
    errors++;
    close(c->fd);
    c->fd = -1;
}

static bool push(struct conn *c)
{
    while (c->sent < c->due) {
        uint64_t left = c->due - c->sent;
        ssize_t n =
            send(c->fd, pattern_at(c->id, c->sent), left < PATTERN_CHUNK ? left : PATTERN_CHUNK, 0);

        if (n < 0) {
            if (errno == EAGAIN) {
                watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
                return true;
            }
            return false;
        }
        c->sent += (uint64_t)n;
    }
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
    return true;
}

static bool pull(struct conn *c, bool counting, uint64_t *requests)
{
    ssize_t n = recv(c->fd, buf, sizeof buf, 0);

    if (n < 0)
        return errno == EAGAIN;
    if (n == 0)
        return false;
    if (memcmp(buf, pattern_at(c->id, c->received), (size_t)n) != 0) {
        bad_bytes += (uint64_t)n;
        return false;
    }
    c->received += (uint64_t)n;
    if (c->received > c->sent)
        return false;

    uint64_t done = c->received / size;
    if (done == c->done)
        return true;
    uint64_t now = now_ns();
    for (; c->done < done; c->done++) {
        uint64_t *slot = &c->started[c->done % pipeline];
        if (counting) {
            hist_add(&lat, now - *slot);
            (*requests)++;
        }
        *slot = now;
        c->due += size;
    }
    return push(c);
}

static int report(uint64_t requests, uint64_t wall, uint64_t cpu, uint64_t self, unsigned silent)
{
    double each = requests ? (double)requests : 1, seconds = (double)wall / 1e9;

    printf("requests=%llu rps=%.0f cpu_ns=%.0f server_util=%.3f load_cpu_ns=%.0f p50_us=%.1f "
           "p99_us=%.1f p999_us=%.1f errors=%llu silent=%u\n",
           (unsigned long long)requests, (double)requests / seconds, (double)cpu / each,
           (double)cpu / (double)wall, (double)self / each, hist_us(&lat, .5), hist_us(&lat, .99),
           hist_us(&lat, .999), (unsigned long long)(errors + bad_bytes), silent);
    return errors || bad_bytes || !requests;
}

int main(int argc, char **argv)
{
    args_init(argc, argv);
    unsigned port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 50, 1, 200000);
    size = (unsigned)arg_int("size", 64, 1, 1 << 20);
    pipeline = (unsigned)arg_int("pipeline", 1, 1, 4096);
    double seconds = arg_num("seconds", 2), warmup = arg_num("warmup", 0.3);
    uint64_t limit = (uint64_t)arg_int("requests", 100000000, 1, 1000000000000);
    struct server srv;

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
        struct conn *c = &list[i];
        c->id = i;
        c->fd = tcp_connect(port, i / 20000);
        c->started = calloc(pipeline, sizeof *c->started);
        if (!c->started)
            die("calloc");
        watch(c, EPOLLIN, EPOLL_CTL_ADD);
    }
    uint64_t start = now_ns();
    for (unsigned i = 0; i < conns; i++) {
        struct conn *c = &list[i];
        for (unsigned k = 0; k < pipeline; k++)
            c->started[k] = start;
        c->due = (uint64_t)size * pipeline;
        if (!push(c))
            drop(c);
    }

    uint64_t begin = start + (uint64_t)(warmup * 1e9), end = begin + (uint64_t)(seconds * 1e9);
    uint64_t now = start, requests = 0, cpu0 = 0, self0 = 0, t0 = 0;
    bool counting = false;
    struct epoll_event ev[512];
    while (requests < limit && errors < conns) {
        int n = epoll_wait(ep, ev, 512, 100);

        if (n < 0 && errno != EINTR)
            die("epoll_wait");
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
            if (c->fd < 0)
                continue;
            if ((ev[i].events & EPOLLOUT) && !push(c)) {
                drop(c);
                continue;
            }
            if ((ev[i].events & ~(unsigned)EPOLLOUT) && !pull(c, counting, &requests))
                drop(c);
        }
    }
    now = now_ns();
    uint64_t cpu = server_cpu_ns(&srv) - cpu0;
    unsigned silent = 0;
    for (unsigned i = 0; i < conns; i++)
        silent += list[i].done == 0;
    return report(requests, now - t0, cpu, clock_ns(CLOCK_PROCESS_CPUTIME_ID) - self0, silent);
}
