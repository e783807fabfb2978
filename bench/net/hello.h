/*
 * hello.h: the least of an HTTP server, for the C servers that are compared: finds where requests without a
 * body end, across reads, with a byte of state for each connection; and what is answered.
 */
#ifndef BENCH_HELLO_H
#define BENCH_HELLO_H

#include <stddef.h>

#define HELLO_ANSWER                                                                               \
    "HTTP/1.1 200 OK\r\n"                                                                          \
    "Server: bench\r\n"                                                                            \
    "Content-Type: text/plain\r\n"                                                                 \
    "Content-Length: 13\r\n"                                                                       \
    "Connection: keep-alive\r\n"                                                                   \
    "\r\n"                                                                                         \
    "Hello, world\n"
#define HELLO_LEN (sizeof HELLO_ANSWER - 1)

/* How many requests end in these bytes. `seen` is how much of "\r\n\r\n" came last; 0 at first. */
static inline unsigned hello_requests(const char *bytes, size_t len, unsigned char *seen)
{
    static const char end[] = "\r\n\r\n";
    unsigned count = 0, at = *seen;

    for (size_t i = 0; i < len; i++) {
        at = bytes[i] == end[at] ? at + 1 : bytes[i] == '\r';
        if (at == 4) {
            count++;
            at = 0;
        }
    }
    *seen = (unsigned char)at;
    return count;
}

#endif
