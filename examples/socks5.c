/* socks5.c: a SOCKS5 proxy (RFC 1928): connects where its client wants to, by address or by name. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

enum { VERSION = 5, NO_METHOD = 0xff, CONNECT = 1, IPV4 = 1, NAME = 3, IPV6 = 4 };
enum { DONE = 0, FAILED = 1, NO_NET = 3, NO_HOST = 4, REFUSED = 5, NO_COMMAND = 7, NO_TYPE = 8 };

/* Which ways to log in there are; ours is to do without. */
static int greet(edo_io client)
{
    unsigned char head[2], methods[255], answer[2] = {VERSION, NO_METHOD};
    int rc = edo_read_exact(client.reader, head, 2, NULL);

    if (rc < 0 || head[0] != VERSION)
        return rc < 0 ? rc : -EPROTO;
    if ((rc = edo_read_exact(client.reader, methods, head[1], NULL)) < 0)
        return rc;
    if (memchr(methods, 0, head[1]))
        answer[1] = 0;
    rc = edo_write_all(client.writer, answer, 2, NULL);
    return rc == 0 && answer[1] ? -EPROTO : rc;
}

static int reply(edo_io client, int how)
{
    unsigned char text[10] = {VERSION, (unsigned char)how, 0, IPV4}; /* no address is told */
    int rc = edo_write_all(client.writer, text, sizeof text, NULL);

    return rc == 0 && how ? -EPROTO : rc;
}

/* Where to, as a host's text and a port. A positive result is what the client is told. */
static int read_target(edo_io client, char host[256], unsigned *port)
{
    unsigned char head[4], len = 0, at[16], last[2] = {0};
    int rc = edo_read_exact(client.reader, head, 4, NULL);

    if (rc < 0 || head[1] != CONNECT)
        return rc < 0 ? rc : NO_COMMAND;
    if (head[3] == NAME) {
        if ((rc = edo_read_exact(client.reader, &len, 1, NULL)) == 0)
            rc = edo_read_exact(client.reader, host, len, NULL);
        host[len] = 0;
    } else if (head[3] == IPV4) {
        rc = edo_read_exact(client.reader, at, 4, NULL);
        snprintf(host, 256, "%d.%d.%d.%d", at[0], at[1], at[2], at[3]);
    } else if (head[3] == IPV6) {
        rc = edo_read_exact(client.reader, at, 16, NULL);
        for (int i = 0, n = 0; i < 16; i += 2)
            n += snprintf(host + n, 256 - (size_t)n, "%s%x", i ? ":" : "", at[i] << 8 | at[i + 1]);
    } else {
        return NO_TYPE;
    }
    if (rc == 0)
        rc = edo_read_exact(client.reader, last, 2, NULL);
    *port = (unsigned)(last[0] << 8 | last[1]);
    return rc == 0 && head[3] == NAME && memchr(host, 0, len) ? NO_HOST : rc;
}

static int failure_of(int rc)
{
    switch (rc) {
    case -ENETUNREACH:
        return NO_NET;
    case -ECONNREFUSED:
        return REFUSED;
    case -EHOSTUNREACH:
    case -ETIMEDOUT:
        return NO_HOST;
    default:
        return rc <= -EDO_EAI_NONAME ? NO_HOST : FAILED;
    }
}

static int open_target(edo_io client, edo_tcp_stream **target)
{
    char host[256];
    unsigned port = 0;
    int rc = greet(client);

    if (rc < 0 || (rc = read_target(client, host, &port)) != 0)
        return rc > 0 ? reply(client, rc) : rc;
    if ((rc = edo_tcp_connect_host(host, port, target)) < 0)
        return reply(client, failure_of(rc));
    if ((rc = reply(client, DONE)) < 0)
        edo_tcp_close(*target);
    return rc;
}

static int serve(edo_tcp_stream *conn, void *arg)
{
    edo_tcp_stream *target;
    edo_io client = edo_tcp_io(conn);
    int rc = -ETIMEDOUT;

    (void)arg;
    EDO_WITHIN(EDO_SECONDS(30))
    {
        rc = open_target(client, &target);
    }
    if (rc == 0) {
        rc = edo_copy_bidirectional(client, edo_tcp_io(target), NULL);
        edo_tcp_close(target);
    }
    edo_tcp_close(conn);
    return rc;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:1080", &listener);

    if (rc < 0)
        return rc;
    rc = edo_serve(listener, serve, NULL, EDO_OPTS(serve, .limit = 1000));
    edo_tcp_listener_close(listener);
    return rc;
}

EDO_MAIN(app);
