/*
 * pubsub.h: channels, those who have subscribed to them or to patterns of their names, and what is published.
 *
 * A message is put into the outbox of each subscriber, whose own task writes it. One that reads too slowly for
 * what its outbox may hold is cut off.
 */
#ifndef PUBSUB_H
#define PUBSUB_H

#include <edo.h>

#include "reply.h"
#include "table.h"

/** The most that waits to be written to one subscriber. */
#define PUBSUB_OUTBOX_MAX ((size_t)32 << 20)

typedef struct pubsub pubsub;

typedef struct subscription subscription;

/** Those of a subscriber. Only its own task changes them, and may read them without the lock. */
typedef struct subscriptions {
    table by_name;
    subscription *newest;
} subscriptions;

/** A client's side of it; under the lock of the pubsub, but for what says otherwise. Zeros: none. */
typedef struct subscriber {
    subscriptions channels, patterns;
    reply outbox;
    edo_notify has_mail;
    void (*cut_off)(struct subscriber *s); /**< called once its outbox is full; it may not wait */
} subscriber;

/** 0; -ENOMEM. The caller's, until pubsub_free. */
int pubsub_new(pubsub **ret_pubsub);
/** Nobody is subscribed any more. NULL is fine. */
void pubsub_free(pubsub *p);

static inline size_t subscriber_count(const subscriber *s)
{
    return s->channels.by_name.len + s->patterns.by_name.len;
}

/** Subscribes to a channel, or to a pattern; again does nothing. 0; -ENOMEM. */
int pubsub_subscribe(pubsub *p, subscriber *s, slice name, bool is_pattern);
/** Ends a subscription, if there is one. What it has got before goes to `out`. */
void pubsub_unsubscribe(pubsub *p, subscriber *s, slice name, bool is_pattern, reply *out);
/** The name of one of its subscriptions, until that is ended; false: there is none. */
bool subscriber_any(const subscriber *s, bool is_pattern, slice *ret_name);
/** Ends all of them, and drops the outbox. */
void pubsub_leave(pubsub *p, subscriber *s);
/** Moves what has been published to `out`. False: the subscriber is to be cut off. */
bool pubsub_collect(pubsub *p, subscriber *s, reply *out);
/** Puts a message into the outboxes. Returns how many. */
size_t pubsub_publish(pubsub *p, slice channel, slice message);

/** For PUBSUB: calls `fn` for each channel that has subscribers. */
void pubsub_each(pubsub *p, void (*fn)(slice channel, void *arg), void *arg);
size_t pubsub_channel_subscribers(pubsub *p, slice channel);
size_t pubsub_channels(pubsub *p);
size_t pubsub_patterns(pubsub *p);

#endif
