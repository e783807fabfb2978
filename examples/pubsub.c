/* pubsub.c: each line of one goes to everybody; who reads too slowly is told how many it missed. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

enum { LINE_MAX_LEN = 256, BACKLOG = 64 };

typedef struct line {
    size_t len;
    char text[LINE_MAX_LEN];
} line;

typedef struct client {
    edo_tcp_stream *stream;
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
} client;

/* Publishes the whole lines; what is left moves to the front, and its length is returned. */
static size_t publish(edo_broadcast_sender *tx, char *in, size_t len)
{
    char *end;

    while ((end = memchr(in, '\n', len))) {
        line l = {.len = (size_t)(end + 1 - in)};
        memcpy(l.text, in, l.len);
        edo_broadcast_send(tx, &l); /* never waits; this client at least receives it */
        memmove(in, end + 1, len -= l.len);
    }
    return len;
}

/* Passes on what a receive has said. 0, or a negative error. */
static int deliver(edo_tcp_stream *stream, int said, const line *l, uint64_t missed)
{
    char text[64];
    int len = snprintf(text, sizeof text, "* you missed %ju lines\n", (uintmax_t)missed);

    if (said == -EDO_ELAGGED)
        return edo_tcp_write_all(stream, text, (size_t)len);
    return said == 1 ? edo_tcp_write_all(stream, l->text, l->len) : said;
}

/* Listens to its peer and to everybody at once; the arm that has lost is kept for the next round. */
static int talk(client *c)
{
    char in[LINE_MAX_LEN];
    size_t len = 0;
    line l;
    uint64_t missed = 0;
    int rc = 0;
    edo_tcp_read_future heard = edo_tcp_read_async(c->stream, in, sizeof in);
    edo_broadcast_recv_future news = edo_broadcast_recv_async(c->rx, &l, &missed);

    while (rc == 0 && len < sizeof in) {
        int first = edo_select_keep(&heard.base, &news.base);
        if (first == 1) {
            rc = deliver(c->stream, (int)news.base.result, &l, missed);
            news = edo_broadcast_recv_async(c->rx, &l, &missed);
        } else if (first < 0 || heard.base.result <= 0) {
            return first < 0 ? first : (int)heard.base.result; /* aborted; or the peer has gone */
        } else {
            len = publish(c->tx, in, len + (size_t)heard.base.result);
            heard = edo_tcp_read_async(c->stream, in + len, sizeof in - len);
        }
    }
    return len < sizeof in ? rc : -EDO_ETOOLONG;
}

static int serve(void *arg)
{
    client c = *(client *)arg;
    int rc = edo_broadcast_subscribe(c.tx, &c.rx);

    rc = rc < 0 ? rc : talk(&c);
    edo_broadcast_receiver_free(c.rx);
    edo_broadcast_sender_free(c.tx);
    edo_tcp_close(c.stream);
    return rc;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener = NULL;
    client c = {0};
    int rc = edo_broadcast_new(EDO_ITEM(line), BACKLOG, &c.tx, NULL);

    rc = rc < 0 ? rc : edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8082", &listener);
    while (rc == 0 && (rc = edo_tcp_accept(listener, &c.stream)) == 0) {
        edo_broadcast_sender_clone(c.tx); /* the client's own */
        if ((rc = edo_spawn_copy(serve, &c, sizeof c, NULL)) < 0)
            edo_tcp_close(c.stream);
    }
    edo_tcp_listener_close(listener);
    return rc;
}

EDO_MAIN(app);
