/*
 * codec/frame_scan.h: the end of a frame, looked for in what has come.
 *
 * Seen        Bytes are looked at once, however small the pieces are in which they come: scan->seen of them
 *             have no end.
 * Too long    What is known to be is dropped at once, and the rest of it as it comes: a buffer never holds
 *             more of a frame than its limit, its end, and what was read in one go.
 */
#ifndef CODEC_FRAME_SCAN_H
#define CODEC_FRAME_SCAN_H

#include <edo/codec.h>
#include <edo/error.h>

#include "base/macros.h"

/* The first end of a frame among some bytes; NULL: there is none. */
typedef const unsigned char *frame_end_fn(const void *codec, const unsigned char *from, size_t len);

static inline const unsigned char *scan_unseen(edo_frame_scan *scan, const edo_buf *src,
                                               frame_end_fn *find, const void *codec)
{
    size_t from = scan->seen <= src->len ? scan->seen : 0;
    const unsigned char *end =
        from < src->len ? find(codec, src->data + from, src->len - from) : NULL;

    scan->seen = end ? 0 : src->len;
    return end;
}

/* Drops the rest of a frame that was too long. Whether all of it has come. */
static inline bool scan_skip_rest(edo_frame_scan *scan, edo_buf *src, frame_end_fn *find,
                                  const void *codec)
{
    const unsigned char *end = scan_unseen(scan, src, find, codec);

    edo_buf_consume(src, end ? (size_t)(end - src->data) + 1 : src->len);
    scan->seen = 0;
    scan->skips = !end;
    return end;
}

/* Where the frame at the front ends; NULL: that hasn't come, and what was to be dropped is. */
static inline const unsigned char *scan_end(edo_frame_scan *scan, edo_buf *src, frame_end_fn *find,
                                            const void *codec)
{
    if (unlikely(scan->skips) && !scan_skip_rest(scan, src, find, codec))
        return NULL;
    return scan_unseen(scan, src, find, codec);
}

/* Drops a frame of so many bytes, or what else can't be one: the error. */
static inline int scan_refuse(edo_buf *src, size_t len, int error)
{
    edo_buf_consume(src, len);
    return error;
}

/* Drops what has come of a frame that is too long; its rest will be as it comes. */
static inline int scan_refuse_start(edo_frame_scan *scan, edo_buf *src)
{
    *scan = (edo_frame_scan){.skips = true};
    return scan_refuse(src, src->len, -EDO_ETOOLONG);
}

/* What follows, if anything does, is a frame of its own. */
static inline void scan_begin_anew(edo_frame_scan *scan)
{
    *scan = (edo_frame_scan){0};
}

#endif
