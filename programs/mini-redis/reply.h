/* reply.h: answers in RESP2, gathered in a buffer until they are written all at once. */
#ifndef REPLY_H
#define REPLY_H

#include <edo.h>

#include "slice.h"

/** Zeros are an empty one. */
typedef struct reply {
    edo_buf buf;
    int error; /**< of the first answer that didn't fit into memory; the connection is no good then */
} reply;

void reply_fini(reply *r);
/** Gives the memory of an empty buffer back, if it has become large. */
void buf_trim(edo_buf *buf);
/** "+OK" */
void reply_simple(reply *r, const char *text);
void reply_ok(reply *r);
/** "-ERR ...": as of printf, in one line. */
void reply_error(reply *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reply_int(reply *r, int64_t n);
void reply_bulk(reply *r, slice s);
/** The bytes of a text. */
void reply_text(reply *r, const char *text);
/** Neither bytes nor an error: there is nothing. */
void reply_null(reply *r);
void reply_null_array(reply *r);
/** What follows, `len` answers, is one. */
void reply_array(reply *r, size_t len);
/** Puts what another has behind, and frees that. */
void reply_append(reply *r, reply *other);

#endif
