/* sync/cancel_token.h: a token's memory, and the walk from it to all that are below. */
#ifndef SYNC_CANCEL_TOKEN_H
#define SYNC_CANCEL_TOKEN_H

#include <edo/cancel_token.h>

#include "sync/crowd.h"

struct edo_cancel_token {
    edo_cancel_token *parent; /* with a reference; never changes; NULL: none that could cancel it */
    uint64_t refs;            /* atomic: handles, waits under way, children, walks that are here */
    uint32_t canceled;        /* atomic; set under the lock; stays */
    lock lock;                /* guards the rest, and of the children what follows `first` */
    edo_cancel_token *first;  /* its children that may have somebody below who is not cancelled */
    edo_cancel_token *next, **link;
    bool linked;     /* among its parent's children */
    edo_crowd crowd; /* of waits */
};

/* Into the queue of those whom a cancel wakes. False: it is cancelled already. */
bool cancel_token_link(edo_cancel_token *token, edo_waiter *waiter, const edo_waker *waker);
/* Its owner takes it out, if it is in; afterwards nobody touches it. */
void cancel_token_unlink(edo_cancel_token *token, edo_waiter *waiter);

#endif
