/* codec/udp_framed.h: the steps of frames by UDP, for their futures and for streams and sinks. */
#ifndef CODEC_UDP_FRAMED_H
#define CODEC_UDP_FRAMED_H

#include <edo/udp_framed.h>

/* A step of whoever `user` stands for; `canceled`: it is to end soon. READY: *ret_result. */
edo_poll udp_framed_receive(edo_udp_framed *f, const void *user, bool canceled, void *frame,
                            edo_addr *ret_from, const edo_waker *waker, int64_t *ret_result);
void udp_framed_receive_cancel(edo_udp_framed *f, const void *user);
/* 0; -EEXIST: another one came back before. */
int udp_framed_put_back(edo_udp_framed *f, const void *frame);

/* Encodes a frame, to be sent. 0; -EBUSY: one is there; what the encoder says. */
int udp_framed_hold(edo_udp_framed *f, const void *frame, const edo_addr *to);
/* Sends what is held, if anything is. After -ECANCELED it is still held, after other errors it isn't. */
edo_poll udp_framed_send(edo_udp_framed *f, const void *user, const edo_waker *waker,
                         int64_t *ret_result);
void udp_framed_send_cancel(edo_udp_framed *f, const void *user);

/* Each ends one direction. */
void udp_framed_in_fini(edo_udp_framed *f);
void udp_framed_out_fini(edo_udp_framed *f);

#endif
