/*
 * resp_fuzz.c: any bytes as requests to edo-mini-redis. Cut at every place they are the same requests, which lie
 * where the bytes were; what is no request is refused in the same place.
 *
 * sources: programs/mini-redis/resp.c programs/mini-redis/resp_words.c programs/mini-redis/slice.c src/io/buf.c
 */
#include "../../programs/mini-redis/resp.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

/* All that was decoded, written in one way; and how it ended. */
typedef struct outcome {
    edo_buf said;
    bool is_refused;
} outcome;

static void note(outcome *o, const resp_request *request)
{
    MUST(edo_buf_print(&o->said, "%zu:", request->count) == 0);
    for (size_t i = 0; i < request->count; i++) {
        MUST(edo_buf_print(&o->said, "%zu,", request->args[i].len) == 0);
        MUST(edo_buf_append(&o->said, request->args[i].data, request->args[i].len) == 0);
    }
}

static void decode_some(resp_decoder *d, edo_buf *buf, outcome *o)
{
    resp_request request;
    int rc = 0;

    while (!o->is_refused && (rc = resp_decode(d, buf, &request)) == 1)
        note(o, &request);
    MUST(rc == 0 || rc == -EBADMSG);
    if (rc < 0) {
        o->is_refused = true;
        MUST(d->error && buf->len == 0);
    }
}

/* In pieces of `step` bytes. */
static outcome decode_all(const unsigned char *data, size_t len, size_t step)
{
    resp_decoder d = {.room = 0};
    edo_buf buf = {0};
    outcome o = {.is_refused = false};

    for (size_t at = 0; at < len && !o.is_refused; at += step) {
        MUST(edo_buf_append(&buf, data + at, step < len - at ? step : len - at) == 0);
        decode_some(&d, &buf, &o);
    }
    resp_fini(&d);
    edo_buf_fini(&buf);
    return o;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
    static const size_t steps[] = {1, 2, 3, 7};

    outcome whole = decode_all(data, len, len ? len : 1);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        outcome cut = decode_all(data, len, steps[i]);
        MUST(cut.is_refused == whole.is_refused && cut.said.len == whole.said.len);
        MUST(whole.said.len == 0 || memcmp(cut.said.data, whole.said.data, whole.said.len) == 0);
        edo_buf_fini(&cut.said);
    }
    edo_buf_fini(&whole.said);
    return 0;
}
