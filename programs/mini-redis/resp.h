/*
 * resp.h: requests in RESP2, as a decoder: "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", or a line of words as people type
 * them. Nothing is copied: a request's arguments lie in the buffer that was decoded.
 */
#ifndef RESP_H
#define RESP_H

#include <edo.h>

#include "slice.h"

/** The largest argument, and the most of them in a request. */
#define RESP_BULK_MAX ((size_t)512 << 20)
#define RESP_ARGS_MAX ((size_t)1 << 20)
/** The longest line: of words, or a number. */
#define RESP_LINE_MAX ((size_t)64 << 10)

/** A request. Its arguments are good until the buffer changes or the next is decoded. An empty one asks for
 * nothing and isn't answered. */
typedef struct resp_request {
    slice *args;
    size_t count;
} resp_request;

/** A request that has come in part. Zeros are a new one. */
typedef struct resp_decoder {
    slice *args;    /**< of the request: where each begins in the buffer, and how long it is */
    size_t *at;     /**< offsets of the same */
    size_t room;    /**< of both arrays */
    size_t count;   /**< arguments that are complete */
    size_t missing; /**< those that are not */
    size_t seen;    /**< bytes of the buffer that have been decoded */
    size_t bulk;    /**< of the argument that has begun: its length */
    bool in_bulk;
    const char *error; /**< what was wrong, after -EBADMSG */
    char unexpected[32];
} resp_decoder;

void resp_fini(resp_decoder *d);
/** Gives memory back that only an unusually long request needed. The last request's arguments are gone. */
void resp_trim(resp_decoder *d);
/**
 * Takes the next request off the front of `src`, and puts it at `request`.
 *
 * Returns   1; 0: more bytes are needed; -EBADMSG: this is no request, and nothing that follows can be one;
 *           -ENOMEM.
 */
int resp_decode(void *decoder, edo_buf *src, void *request);

/** As a decoder of resp_requests; it is borrowed. */
edo_decoder resp_requests(resp_decoder *d);

/** For resp_decode: cuts a line into words. The count; -EBADMSG for an open quote, -ENOMEM. */
int resp_words(resp_decoder *d, char *line, size_t len);
/** For resp_words: another argument, `at` bytes from the buffer's beginning. 0; -ENOMEM. */
int resp_add(resp_decoder *d, size_t at, size_t len);

#endif
