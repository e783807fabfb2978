/*
 * udp_load.c: a client of a UDP echo server: one thread, epoll, a closed loop.
 *
 *   udp_load port=P conns=N size=B pipeline=D seconds=S [warmup=W] [requests=MAX] [server_pid=PID]
 *
 * N connected sockets have D datagrams of B bytes in flight each, sent and received in batches, so that the
 * load costs less than the server. A datagram is its number and a piece of the pattern; both are checked in
 * the echo. What hasn't come back after 200 ms counts as lost, and is made up for. Ends with status 1 when a
 * byte was wrong.
 */
#include "load.h"

enum { BATCH = 64, SIZE_MAX_ = 1472 };
#define LOST_NS 200000000u

struct sock {
    int fd;
    unsigned id, flying;
    uint64_t next;     /* number of the next datagram */
    uint64_t heard;    /* when the last echo came */
    uint64_t *started; /* of each number that may be in flight */
};

static unsigned size, window, slots;
static unsigned char out[BATCH][SIZE_MAX_], in[BATCH][SIZE_MAX_];
static struct mmsghdr out_msgs[BATCH], in_msgs[BATCH];
static uint64_t errors, lost, requests;
static bool counting;
static struct hist lat;

static void make_room(struct mmsghdr *msgs, struct iovec *iov, unsigned char (*bytes)[SIZE_MAX_])
{
    for (int i = 0; i < BATCH; i++) {
        iov[i] = (struct iovec){bytes[i], size};
        msgs[i].msg_hdr.msg_iov = &iov[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
    }
}

static void write_datagram(unsigned char *to, const struct sock *s, uint64_t number)
{
    memcpy(to, &number, sizeof number);
    memcpy(to + sizeof number, pattern_at(s->id, number * size), size - sizeof number);
}

static void fill(struct sock *s, uint64_t now)
{
    while (s->flying < window) {
        unsigned n = window - s->flying < BATCH ? window - s->flying : BATCH;
        for (unsigned i = 0; i < n; i++) {
            write_datagram(out[i], s, s->next + i);
            s->started[(s->next + i) % slots] = now;
        }
        int sent = sendmmsg(s->fd, out_msgs, n, 0);
        if (sent <= 0)
            return;
        s->next += (unsigned)sent;
        s->flying += (unsigned)sent;
    }
}

static void check(struct sock *s, const unsigned char *bytes, unsigned len, uint64_t now)
{
    unsigned char expected[SIZE_MAX_];
    uint64_t number;

    memcpy(&number, bytes, sizeof number);
    if (len == size && number < s->next)
        write_datagram(expected, s, number);
    if (len != size || number >= s->next || memcmp(bytes, expected, size) != 0) {
        errors++;
        return;
    }
    if (s->flying == 0 || s->next - number > slots)
        return; /* it was given up */
    s->flying--;
    if (counting) {
        hist_add(&lat, now - s->started[number % slots]);
        requests++;
    }
}

static void receive(struct sock *s)
{
    int got = recvmmsg(s->fd, in_msgs, BATCH, MSG_DONTWAIT, NULL);
    uint64_t now = now_ns();

    if (got < 0 && errno != EAGAIN)
        errors++;
    for (int i = 0; i < got; i++)
        check(s, in[i], in_msgs[i].msg_len, now);
    if (got > 0)
        s->heard = now;
    fill(s, now);
}

static void give_up(struct sock *s, uint64_t now)
{
    if (now - s->heard < LOST_NS)
        return;
    lost += s->flying;
    s->flying = 0;
    s->heard = now;
    fill(s, now);
}

static void open_socket(struct sock *s, unsigned id, unsigned port, int ep)
{
    struct sockaddr_in to = loopback(1, port);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = s};

    s->id = id;
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    s->started = calloc(slots, sizeof *s->started);
    s->heard = now_ns();
    if (s->fd < 0 || !s->started || connect(s->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        epoll_ctl(ep, EPOLL_CTL_ADD, s->fd, &ev) != 0)
        die("socket");
    fill(s, s->heard);
}

static int report(uint64_t wall, uint64_t cpu, uint64_t self)
{
    double each = requests ? (double)requests : 1, seconds = (double)wall / 1e9;

    printf("requests=%llu rps=%.0f cpu_ns=%.0f server_util=%.3f load_cpu_ns=%.0f p50_us=%.1f "
           "p99_us=%.1f p999_us=%.1f errors=%llu lost=%llu\n",
           (unsigned long long)requests, (double)requests / seconds, (double)cpu / each,
           (double)cpu / (double)wall, (double)self / each, hist_us(&lat, .5), hist_us(&lat, .99),
           hist_us(&lat, .999), (unsigned long long)errors, (unsigned long long)lost);
    return errors || !requests;
}

int main(int argc, char **argv)
{
    static struct iovec out_iov[BATCH], in_iov[BATCH];
    struct server srv;
    struct epoll_event ev[256];

    args_init(argc, argv);
    unsigned port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 16, 1, 4096);
    size = (unsigned)arg_int("size", 64, 8, SIZE_MAX_);
    window = (unsigned)arg_int("pipeline", 4, 1, 1024);
    slots = 4 * window;
    double seconds = arg_num("seconds", 2), warmup = arg_num("warmup", 0.3);
    uint64_t limit = (uint64_t)arg_int("requests", 100000000, 1, 1000000000000);
    if (!(seconds > 0 && seconds <= 60 && warmup >= 0 && warmup <= 10))
        return fprintf(stderr, "seconds up to 60, warmup up to 10\n"), 2;
    raise_nofile();
    pattern_init();
    server_init(&srv);
    make_room(out_msgs, out_iov, out);
    make_room(in_msgs, in_iov, in);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct sock *list = calloc(conns, sizeof *list);
    if (ep < 0 || !list)
        die("set-up");
    for (unsigned i = 0; i < conns; i++)
        open_socket(&list[i], i, port, ep);
    uint64_t now = now_ns(), begin = now + (uint64_t)(warmup * 1e9), looked = now;
    uint64_t end = begin + (uint64_t)(seconds * 1e9), t0 = 0, cpu0 = 0, self0 = 0;
    while (requests < limit && errors < 1000) {
        int n = epoll_wait(ep, ev, 256, 50);
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
        for (int i = 0; i < n; i++)
            receive(ev[i].data.ptr);
        for (unsigned i = 0; i < conns && now - looked > LOST_NS / 4; i++)
            give_up(&list[i], now);
        looked = now - looked > LOST_NS / 4 ? now : looked;
    }
    now = now_ns();
    return report(now - t0, server_cpu_ns(&srv) - cpu0, clock_ns(CLOCK_PROCESS_CPUTIME_ID) - self0);
}
