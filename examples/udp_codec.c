/* udp_codec.c: frames by UDP: one side asks in lines, the other answers; several lines make one datagram. */
#include <stdio.h>

#include <edo.h>

#define ROUNDS 4

/* One end: a socket, and lines on it. */
typedef struct end {
    const char *name;
    edo_udp_socket *socket;
    edo_addr addr, peer;
    edo_lines_codec lines;
    edo_udp_framed framed;
} end;

static int end_init(end *e, const char *name)
{
    e->name = name;
    int rc = edo_udp_bind("127.0.0.1:0", &e->socket);
    if (rc < 0)
        return rc;
    edo_udp_local_addr(e->socket, &e->addr);
    return edo_udp_framed_init(&e->framed, e->socket, edo_lines_decoder(&e->lines),
                               edo_bytes_encoder());
}

static void end_fini(end *e)
{
    edo_udp_framed_fini(&e->framed);
    if (e->socket)
        edo_udp_close(e->socket);
}

static int send_text(end *e, const char *text, size_t len, const edo_addr *to)
{
    edo_bytes frame = edo_bytes_static(text, len);

    return edo_udp_framed_send(&e->framed, &frame, to);
}

/* The next line, or -ETIMEDOUT: a datagram may be lost. It is a C text. */
static int next_line(end *e, edo_bytes *ret_line, edo_addr *ret_from)
{
    edo_udp_framed_next_future next = edo_udp_framed_next_async(&e->framed, ret_line, ret_from);
    int rc = (int)edo_timeout(&next.base, EDO_SECONDS(5));

    if (rc == 1)
        printf("[%s] recv: %s\n", e->name, (const char *)ret_line->data);
    return rc;
}

/* Asks twice in each datagram, and waits for both answers. */
static int ping(void *arg)
{
    end *e = arg;
    char text[64];
    edo_bytes line;
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc >= 0; i++) {
        int len = snprintf(text, sizeof text, "PING %d\nPING %d again\n", i, i);
        rc = send_text(e, text, (size_t)len, &e->peer);
        for (int answers = 0; answers < 2 && rc >= 0; answers++)
            if ((rc = next_line(e, &line, NULL)) > 0)
                edo_bytes_free(&line);
    }
    return rc < 0 ? rc : 0;
}

/* Answers each line to who sent it. */
static int pong(void *arg)
{
    end *e = arg;
    char text[64];
    edo_addr from;
    edo_bytes line;
    int rc = 0;

    for (int i = 0; i < 2 * ROUNDS && rc >= 0; i++) {
        if ((rc = next_line(e, &line, &from)) < 0)
            break;
        int len = snprintf(text, sizeof text, "PONG to %.30s\n", (const char *)line.data);
        edo_bytes_free(&line);
        rc = send_text(e, text, (size_t)len, &from);
    }
    return rc < 0 ? rc : 0;
}

static int app(int argc, char **argv)
{
    end a = {0}, b = {0};
    edo_task answers;
    int rc, result = 0;

    (void)argc;
    (void)argv;
    if ((rc = end_init(&a, "a")) == 0 && (rc = end_init(&b, "b")) == 0) {
        a.peer = b.addr;
        if ((rc = edo_spawn(pong, &b, &answers)) == 0) {
            rc = ping(&a);
            edo_join(answers, &result);
        }
    }
    end_fini(&a);
    end_fini(&b);
    return rc < 0 ? rc : result;
}

EDO_MAIN(app);
