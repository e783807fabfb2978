/* net/socket/back_off.h: trying again later, where the system doesn't tell when it would help. */
#ifndef NET_SOCKET_BACK_OFF_H
#define NET_SOCKET_BACK_OFF_H

#include <edo/socket.h>

/* Begins a sleep: of 1 ms at first, then twice as long each time, at most 100 ms. It is in `waits` until the
 * poll that ends it. */
void back_off_begin(edo_back_off *back_off);
/* 1: the time is over; 0: not yet, and `waker` will be woken; else why there is no such time. */
int back_off_poll(edo_back_off *back_off, const edo_waker *waker);

#endif
