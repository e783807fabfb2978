/*
 * resp.c: requests in RESP2.
 *
 * A request that comes in pieces is not decoded from its beginning each time: `seen` bytes of the buffer are
 * done with. Until it is whole its arguments are offsets, as the buffer may move while it grows.
 */
#include "resp.h"

#include <stdlib.h>

enum { KEPT_ARGS = 1024 };

void resp_fini(resp_decoder *d)
{
    free(d->args);
    free(d->at);
    d->args = NULL;
    d->at = NULL;
    d->room = 0;
}

void resp_trim(resp_decoder *d)
{
    if (d->room > KEPT_ARGS && d->count == 0)
        resp_fini(d);
}

/* -EBADMSG, with the reason. */
static int refuse(resp_decoder *d, const char *why)
{
    d->error = why;
    return -EBADMSG;
}

static int grow(resp_decoder *d)
{
    size_t room = d->room ? d->room * 2 : 8;
    slice *args = realloc(d->args, room * sizeof *args);

    if (!args)
        return -ENOMEM;
    d->args = args;
    size_t *at = realloc(d->at, room * sizeof *at);
    if (!at)
        return -ENOMEM;
    d->at = at;
    d->room = room;
    return 0;
}

int resp_add(resp_decoder *d, size_t at, size_t len)
{
    int rc = d->count == d->room ? grow(d) : 0;

    if (rc < 0)
        return rc;
    d->at[d->count] = at;
    d->args[d->count++].len = len;
    return 0;
}

/* The line from `seen` on, without its end. 1; 0: not yet; -EBADMSG: it is too long. */
static int next_line(resp_decoder *d, const edo_buf *src, const char *too_long, slice *ret)
{
    const char *from = (const char *)src->data + d->seen;
    size_t left = src->len - d->seen;
    const char *end = left ? memchr(from, '\n', left) : NULL;

    if (!end)
        return left > RESP_LINE_MAX ? refuse(d, too_long) : 0;
    size_t len = (size_t)(end - from);
    d->seen += len + 1;
    *ret = (slice){from, len && from[len - 1] == '\r' ? len - 1 : len};
    return 1;
}

/* A line of a letter and a number from `least` to `most`. */
static int next_number(resp_decoder *d, const edo_buf *src, int64_t most, const char *bad,
                       const char *too_long, int64_t *ret)
{
    slice line;
    int rc = next_line(d, src, too_long, &line);

    if (rc <= 0)
        return rc;
    if (!slice_to_int((slice){line.data + 1, line.len ? line.len - 1 : 0}, ret) || *ret > most)
        return refuse(d, bad);
    return 1;
}

static int begin_array(resp_decoder *d, const edo_buf *src)
{
    int64_t count;
    int rc = next_number(d, src, RESP_ARGS_MAX, "invalid multibulk length",
                         "too big mbulk count string", &count);

    if (rc > 0)
        d->missing = count > 0 ? (size_t)count : 0;
    return rc;
}

static int unexpected(resp_decoder *d, char letter)
{
    static const char begin[] = "expected '$', got '";
    size_t len = sizeof begin - 1;

    memcpy(d->unexpected, begin, len);
    d->unexpected[len++] = letter;
    d->unexpected[len++] = '\'';
    d->unexpected[len] = '\0';
    return refuse(d, d->unexpected);
}

static int begin_bulk(resp_decoder *d, const edo_buf *src)
{
    int64_t len;

    if (d->seen == src->len)
        return 0;
    if (src->data[d->seen] != '$')
        return unexpected(d, (char)src->data[d->seen]);
    int rc = next_number(d, src, RESP_BULK_MAX, "invalid bulk length", "too big bulk count string",
                         &len);
    if (rc <= 0)
        return rc;
    if (len < 0)
        return refuse(d, "invalid bulk length");
    d->bulk = (size_t)len;
    d->in_bulk = true;
    return 1;
}

/* The rest of an argument that is long: the buffer gets room for all of it at once. */
static int wait_for_bulk(const resp_decoder *d, edo_buf *src)
{
    size_t missing = d->seen + d->bulk + 2 - src->len;

    return edo_buf_reserve(src, missing);
}

static int next_arg(resp_decoder *d, edo_buf *src)
{
    int rc = d->in_bulk ? 1 : begin_bulk(d, src);

    if (rc <= 0)
        return rc;
    if (src->len - d->seen < d->bulk + 2)
        return wait_for_bulk(d, src);
    if ((rc = resp_add(d, d->seen, d->bulk)) < 0)
        return rc;
    d->seen += d->bulk + 2;
    d->in_bulk = false;
    d->missing--;
    return 1;
}

static void start_over(resp_decoder *d)
{
    d->seen = 0;
    d->count = 0;
    d->missing = 0;
    d->in_bulk = false;
}

static int begin_words(resp_decoder *d, const edo_buf *src)
{
    slice line;
    int rc = next_line(d, src, "too big inline request", &line);

    if (rc <= 0)
        return rc;
    rc = resp_words(d, (char *)src->data, line.len);
    if (rc < 0)
        start_over(d);
    return rc < 0 ? rc : 1;
}

static int begin_request(resp_decoder *d, edo_buf *src)
{
    if (src->len == 0)
        return 0;
    return src->data[0] == '*' ? begin_array(d, src) : begin_words(d, src);
}

/* All is there: the offsets become addresses, and the buffer goes on behind it. */
static void finish(resp_decoder *d, edo_buf *src, resp_request *request)
{
    for (size_t i = 0; i < d->count; i++)
        d->args[i].data = (const char *)src->data + d->at[i];
    *request = (resp_request){.args = d->args, .count = d->count};
    edo_buf_consume(src, d->seen);
    start_over(d);
}

int resp_decode(void *decoder, edo_buf *src, void *request)
{
    resp_decoder *d = decoder;
    int rc = d->seen ? 1 : begin_request(d, src);

    while (rc > 0 && d->missing)
        rc = next_arg(d, src);
    if (rc > 0) {
        finish(d, src, request);
    } else if (rc == -EBADMSG) {
        edo_buf_clear(src);
        start_over(d);
    }
    return rc;
}

edo_decoder resp_requests(resp_decoder *d)
{
    static const edo_decoder_ops ops = {.decode = resp_decode, .name = "resp"};
    static const edo_item item = {.size = sizeof(resp_request)};

    return (edo_decoder){&ops, d, &item};
}
