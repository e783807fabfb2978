/* io/pieces.h: the memory that a read or write is about: one piece, or several. */
#ifndef IO_PIECES_H
#define IO_PIECES_H

#include <string.h>

#include <edo/io.h>

static inline bool transfer_is_vectored(const edo_transfer *t)
{
    return t->iov != NULL;
}

/* What edo_transfer_begin takes. */
static inline const void *transfer_memory(const edo_transfer *t)
{
    return t->iov ? (const void *)t->iov : t->buf;
}

/* All bytes, SIZE_MAX where they are more. */
static inline size_t pieces_len(const edo_transfer *t)
{
    size_t sum = 0;

    if (!t->iov)
        return t->len;
    for (size_t i = 0; i < t->len; i++)
        if (__builtin_add_overflow(sum, t->iov[i].iov_len, &sum))
            return SIZE_MAX;
    return sum;
}

/* Fills a read's memory with as many of these bytes as there is room for; how many. */
static inline size_t pieces_fill(const edo_transfer *t, const char *from, size_t len)
{
    size_t done = 0;

    if (!t->iov) {
        done = len < t->len ? len : t->len;
        memcpy(t->buf, from, done);
        return done;
    }
    for (size_t i = 0; i < t->len && done < len; i++) {
        size_t n = t->iov[i].iov_len < len - done ? t->iov[i].iov_len : len - done;
        if (n > 0) /* an empty piece may be nowhere */
            memcpy(t->iov[i].iov_base, from + done, n);
        done += n;
    }
    return done;
}

/* Copies the first bytes of it out, at most `len`; how many. */
static inline size_t pieces_copy(const edo_transfer *t, char *to, size_t len)
{
    size_t done = 0;

    if (!t->iov) {
        done = len < t->len ? len : t->len;
        memcpy(to, t->buf, done);
        return done;
    }
    for (size_t i = 0; i < t->len && done < len; i++) {
        size_t n = t->iov[i].iov_len < len - done ? t->iov[i].iov_len : len - done;
        if (n > 0)
            memcpy(to + done, t->iov[i].iov_base, n);
        done += n;
    }
    return done;
}

#endif
