/*
 * tinyhttp.c: answers GET /plaintext and GET /json by HTTP/1.1. Requests are frames of a decoder of its own,
 * responses those of an encoder; what comes in one read is answered in one write.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <edo.h>

#define HEAD_MAX 8192

typedef struct request {
    char method[8], path[256];
    bool closes; /* the client wants no more on this connection */
} request;

typedef struct response {
    const char *status, *type, *body;
    bool closes;
} response;

/* How long the head at the front of a buffer is; 0: its end isn't there yet. */
static size_t head_len(const edo_buf *buf)
{
    for (size_t i = 4; i <= buf->len; i++)
        if (memcmp(buf->data + i - 4, "\r\n\r\n", 4) == 0)
            return i;
    return 0;
}

/* Whether a line behind the first one begins so. */
static bool has_line(const char *head, const char *begin)
{
    while ((head = strstr(head, "\r\n")))
        if (strncasecmp(head += 2, begin, strlen(begin)) == 0)
            return true;
    return false;
}

static int parse(char *head, request *ret)
{
    int minor, read = 0;

    *ret = (request){.closes = false};
    if (sscanf(head, "%7s %255s HTTP/1.%1d\r\n%n", ret->method, ret->path, &minor, &read) != 3 ||
        !read)
        return -EBADMSG;
    ret->closes = minor == 0 || has_line(head, "Connection: close");
    /* A body would be taken for the next request. */
    return has_line(head, "Content-Length:") || has_line(head, "Transfer-Encoding:") ? -EBADMSG : 1;
}

static int decode(void *self, edo_buf *src, void *frame)
{
    char head[HEAD_MAX + 1];
    size_t len = head_len(src);

    (void)self;
    if (len > HEAD_MAX || (!len && src->len > HEAD_MAX))
        return -EDO_ETOOLONG;
    if (!len)
        return 0;
    edo_buf_take(src, head, len);
    head[len] = 0;
    return parse(head, frame);
}

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const response *r = frame;

    (void)self;
    return edo_buf_print(dst,
                         "HTTP/1.1 %s\r\nServer: tinyhttp\r\nContent-Type: %s\r\n"
                         "Content-Length: %zu\r\n%s\r\n%s",
                         r->status, r->type, strlen(r->body),
                         r->closes ? "Connection: close\r\n" : "", r->body);
}

static response respond(const request *r)
{
    response ok = {"200 OK", "text/plain", "Hello, World!\n", r->closes};

    if (strcmp(r->method, "GET") != 0)
        return (response){"405 Method Not Allowed", ok.type, "GET is all there is\n", r->closes};
    if (strcmp(r->path, "/json") == 0)
        return (response){ok.status, "application/json", "{\"message\": \"Hello, World!\"}\n",
                          r->closes};
    if (strcmp(r->path, "/plaintext") != 0)
        return (response){"404 Not Found", ok.type, "there is /plaintext, and /json\n", r->closes};
    return ok;
}

/* Written together with the answer to the next request, if that is here already. */
static int answer(edo_framed *framed, const response *r)
{
    int rc = edo_framed_feed(&framed->writer, r);

    return rc < 0 || (head_len(&framed->reader.buf) && !r->closes)
               ? rc
               : edo_framed_flush(&framed->writer);
}

static int serve(edo_tcp_stream *conn, void *arg)
{
    static const edo_decoder_ops requests = {.decode = decode, .name = "requests"};
    static const edo_encoder_ops responses = {.encode = encode, .name = "responses"};
    static const edo_item is_request = {.size = sizeof(request)};
    static const edo_item is_response = {.size = sizeof(response)};
    edo_framed framed;
    request r = {.closes = false};
    int rc = edo_framed_init(&framed, edo_tcp_io(conn), (edo_decoder){&requests, NULL, &is_request},
                             (edo_encoder){&responses, NULL, &is_response}, NULL);

    (void)arg;
    edo_tcp_set_nodelay(conn, true);
    while (rc >= 0 && !r.closes && (rc = edo_framed_next(&framed.reader, &r)) > 0) {
        response answered = respond(&r);
        rc = answer(&framed, &answered);
    }
    if (rc == -EBADMSG || rc == -EDO_ETOOLONG)
        (void)edo_framed_send(&framed.writer,
                              &(response){"400 Bad Request", "text/plain", "bad request\n", true},
                              NULL);
    edo_framed_fini(&framed);
    edo_tcp_close(conn);
    return rc;
}

static int stop_when_asked(void *arg)
{
    int rc = edo_termination();

    edo_cancel_token_cancel(arg);
    return rc < 0 && rc != -ECANCELED ? rc : 0;
}

static int app(int argc, char **argv)
{
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_task waiter;
    int rc = edo_tcp_listen(argc > 1 ? argv[1] : "127.0.0.1:8080", &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_cancel_token_new(&stop)) == 0) {
        if ((rc = edo_spawn(stop_when_asked, stop, &waiter)) == 0) {
            rc = edo_serve(listener, serve, NULL,
                           EDO_OPTS(serve, .stop = stop, .limit = 1000, .drain = EDO_SECONDS(1)));
            edo_task_abort(waiter);
            edo_join(waiter, NULL);
        }
        edo_cancel_token_free(stop);
    }
    edo_tcp_listener_close(listener);
    return rc == -ETIMEDOUT ? 0 : rc; /* clients that kept their connections */
}

EDO_MAIN(app);
