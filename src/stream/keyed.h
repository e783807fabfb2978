/*
 * stream/keyed.h: streams by their keys.
 *
 * Entry       Allocated by itself, so that its pull stays where it is, whatever comes and goes.
 * Order       None: one that goes is replaced by the last.
 */
#ifndef STREAM_KEYED_H
#define STREAM_KEYED_H

#include <stddef.h>

#include <edo/keyed_streams.h>

#include "stream/stage.h"

typedef struct keyed_entry {
    edo_stream s;
    edo_pull pull;                             /* under way if is_pulling */
    int error;                                 /* to be given by a later next, or 0 */
    bool is_pulling;                           /* it said PENDING */
    bool holds;                                /* an item is at entry_item */
    bool has_ended;                            /* to be swept */
    _Alignas(max_align_t) unsigned char key[]; /* as a key of the user's may have to be */
} keyed_entry;

struct edo_keyed_streams {
    keyed_entry **entries;
    size_t len, capacity;
    size_t key_size;
    size_t item_at;               /* where in an entry its item lies */
    edo_item item;                /* a copy: the one it was made with may go */
    edo_keyed_next_future *waits; /* the next under way that said PENDING */
    edo_waker waker;              /* its latest */
};

static inline void *entry_item(const edo_keyed_streams *k, keyed_entry *e)
{
    return (char *)e + k->item_at;
}

keyed_entry *keyed_find(const edo_keyed_streams *k, const void *key);
/* Releases those that have ended. */
void keyed_sweep(edo_keyed_streams *k);

#endif
