/* codec/framed.h: the steps of framed readers and writers, for their futures and for streams and sinks. */
#ifndef CODEC_FRAMED_H
#define CODEC_FRAMED_H

#include <edo/framed.h>

#define FRAMED_CAPACITY 8192

/* A step of whoever `user` stands for; `canceled`: it is to end soon. READY: *ret_result. */
edo_poll framed_read(edo_framed_reader *r, const void *user, bool canceled, void *frame,
                     const edo_waker *waker, int64_t *ret_result);
void framed_read_cancel(edo_framed_reader *r, const void *user);
/* 0; -EEXIST: another one came back before. */
int framed_put_back(edo_framed_reader *r, const void *frame);

typedef edo_poll framed_write_step(edo_framed_writer *w, const void *user, bool canceled,
                                   const edo_waker *waker, int64_t *ret_result);
framed_write_step framed_ready, framed_flush, framed_close;
void framed_write_cancel(edo_framed_writer *w, const void *user);
/* Behind what is there, wherever the boundary is. */
int framed_encode(edo_framed_writer *w, const void *frame);

static inline bool framed_is_full(const edo_framed_writer *w)
{
    return w->buf.len >= w->boundary;
}

#endif
