/*
 * pubsub.c: a table of channels and one of patterns, each with a list of its subscriptions; and for each
 * subscriber a table of its own, as one may have very many.
 *
 * One lock guards all of it, the outboxes as well: so messages reach all subscribers in one order. Nobody waits
 * while holding it; a subscriber is woken by a notify and writes in its own task.
 */
#include "pubsub.h"

#include <pthread.h>
#include <stdlib.h>

#include "hash.h"

/* A channel or a pattern that somebody has subscribed to. Its name lies behind it. */
typedef struct topic {
    node node;
    subscription *subscriptions;
    size_t count;
} topic;

struct subscription {
    node node; /* of its subscriber's table; the name is the topic's */
    topic *topic;
    subscriber *subscriber;
    subscription *of_topic_next, *of_topic_prev;
    subscription *older, *newer; /* of its subscriber */
};

struct pubsub {
    pthread_mutex_t lock; /* guards all that follows, and all subscribers */
    table channels, patterns;
};

int pubsub_new(pubsub **ret_pubsub)
{
    pubsub *p = calloc(1, sizeof *p);

    if (!p)
        return -ENOMEM;
    pthread_mutex_init(&p->lock, NULL);
    *ret_pubsub = p;
    return 0;
}

void pubsub_free(pubsub *p)
{
    if (!p)
        return;
    table_fini(&p->channels);
    table_fini(&p->patterns);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* --- topics -------------------------------------------------------------------------------- */

static topic *topic_obtain(table *t, slice name, uint64_t hash)
{
    topic *found = (topic *)table_find(t, name, hash);

    if (found)
        return found;
    topic *made = malloc(sizeof *made + name.len);
    if (!made)
        return NULL;
    char *copy = (char *)(made + 1);
    if (name.len)
        memcpy(copy, name.data, name.len);
    *made = (topic){.node = {.hash = hash, .key = {copy, name.len}}};
    if (table_insert(t, &made->node) < 0) {
        free(made);
        return NULL;
    }
    return made;
}

static void topic_free_if_unused(table *t, topic *unused)
{
    if (unused->count)
        return;
    table_remove(t, &unused->node);
    free(unused);
}

static void link_to_topic(subscription *s)
{
    s->of_topic_next = s->topic->subscriptions;
    if (s->of_topic_next)
        s->of_topic_next->of_topic_prev = s;
    s->topic->subscriptions = s;
    s->topic->count++;
}

static void unlink_from_topic(table *t, subscription *s)
{
    if (s->of_topic_next)
        s->of_topic_next->of_topic_prev = s->of_topic_prev;
    if (s->of_topic_prev)
        s->of_topic_prev->of_topic_next = s->of_topic_next;
    else
        s->topic->subscriptions = s->of_topic_next;
    s->topic->count--;
    topic_free_if_unused(t, s->topic);
}

/* --- subscribing --------------------------------------------------------------------------- */

static table *topics(pubsub *p, bool is_pattern)
{
    return is_pattern ? &p->patterns : &p->channels;
}

static subscriptions *own(subscriber *s, bool is_pattern)
{
    return is_pattern ? &s->patterns : &s->channels;
}

static void link_own(subscriptions *to, subscription *s)
{
    s->older = to->newest;
    if (s->older)
        s->older->newer = s;
    to->newest = s;
}

/* The name isn't among them. 0; -ENOMEM, and all is as it was. */
static int add(table *t, subscriptions *to, subscriber *s, slice name, uint64_t hash)
{
    topic *of = topic_obtain(t, name, hash);
    subscription *made = of ? malloc(sizeof *made) : NULL;

    if (!made)
        goto no_memory;
    *made =
        (subscription){.node = {.hash = hash, .key = of->node.key}, .topic = of, .subscriber = s};
    if (table_insert(&to->by_name, &made->node) < 0)
        goto no_memory;
    link_own(to, made);
    link_to_topic(made);
    return 0;
no_memory:
    free(made);
    if (of)
        topic_free_if_unused(t, of);
    return -ENOMEM;
}

static void drop(table *t, subscriptions *from, subscription *gone)
{
    table_remove(&from->by_name, &gone->node);
    if (gone->older)
        gone->older->newer = gone->newer;
    if (gone->newer)
        gone->newer->older = gone->older;
    else
        from->newest = gone->older;
    unlink_from_topic(t, gone);
    free(gone);
}

int pubsub_subscribe(pubsub *p, subscriber *s, slice name, bool is_pattern)
{
    subscriptions *to = own(s, is_pattern);
    uint64_t hash = hash_of(name);
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    s->outbox.buf.limit = PUBSUB_OUTBOX_MAX;
    if (!table_find(&to->by_name, name, hash))
        rc = add(topics(p, is_pattern), to, s, name, hash);
    pthread_mutex_unlock(&p->lock);
    return rc;
}

static void collect(subscriber *s, reply *out)
{
    int rc =
        s->outbox.buf.len ? edo_buf_append(&out->buf, s->outbox.buf.data, s->outbox.buf.len) : 0;

    if (rc < 0 && !out->error)
        out->error = rc;
    edo_buf_clear(&s->outbox.buf);
    buf_trim(&s->outbox.buf);
}

void pubsub_unsubscribe(pubsub *p, subscriber *s, slice name, bool is_pattern, reply *out)
{
    subscriptions *from = own(s, is_pattern);
    uint64_t hash = hash_of(name);

    pthread_mutex_lock(&p->lock);
    subscription *gone = (subscription *)table_find(&from->by_name, name, hash);
    if (gone)
        drop(topics(p, is_pattern), from, gone);
    collect(s, out);
    pthread_mutex_unlock(&p->lock);
}

bool subscriber_any(const subscriber *s, bool is_pattern, slice *ret_name)
{
    const subscription *any = is_pattern ? s->patterns.newest : s->channels.newest;

    if (any)
        *ret_name = any->topic->node.key;
    return any != NULL;
}

static void leave_all(pubsub *p, subscriber *s, bool is_pattern)
{
    subscriptions *from = own(s, is_pattern);

    while (from->newest)
        drop(topics(p, is_pattern), from, from->newest);
    table_fini(&from->by_name);
}

void pubsub_leave(pubsub *p, subscriber *s)
{
    pthread_mutex_lock(&p->lock);
    leave_all(p, s, false);
    leave_all(p, s, true);
    reply_fini(&s->outbox);
    pthread_mutex_unlock(&p->lock);
}

/* --- messages ------------------------------------------------------------------------------ */

bool pubsub_collect(pubsub *p, subscriber *s, reply *out)
{
    pthread_mutex_lock(&p->lock);
    collect(s, out);
    bool is_fine = !s->outbox.error;
    pthread_mutex_unlock(&p->lock);
    return is_fine;
}

/* A message that doesn't fit as a whole is the last of this subscriber: the error stays. */
static void deliver(subscription *to, const slice *pattern, slice channel, slice message)
{
    reply *box = &to->subscriber->outbox;

    if (box->error)
        return;
    reply_array(box, pattern ? 4 : 3);
    reply_text(box, pattern ? "pmessage" : "message");
    if (pattern)
        reply_bulk(box, *pattern);
    reply_bulk(box, channel);
    reply_bulk(box, message);
    if (box->error)
        to->subscriber->cut_off(to->subscriber);
    edo_notify_one(&to->subscriber->has_mail);
}

static size_t deliver_all(topic *t, const slice *pattern, slice channel, slice message)
{
    for (subscription *at = t->subscriptions; at; at = at->of_topic_next)
        deliver(at, pattern, channel, message);
    return t->count;
}

size_t pubsub_publish(pubsub *p, slice channel, slice message)
{
    table_walk walk;
    size_t count = 0;

    pthread_mutex_lock(&p->lock);
    topic *t = (topic *)table_find(&p->channels, channel, hash_of(channel));
    if (t)
        count += deliver_all(t, NULL, channel, message);
    for (node *n = table_first(&p->patterns, &walk); n; n = table_next(&walk))
        if (slice_matches(channel, n->key))
            count += deliver_all((topic *)n, &n->key, channel, message);
    pthread_mutex_unlock(&p->lock);
    return count;
}

/* --- counts -------------------------------------------------------------------------------- */

void pubsub_each(pubsub *p, void (*fn)(slice channel, void *arg), void *arg)
{
    table_walk walk;

    pthread_mutex_lock(&p->lock);
    for (node *n = table_first(&p->channels, &walk); n; n = table_next(&walk))
        fn(n->key, arg);
    pthread_mutex_unlock(&p->lock);
}

size_t pubsub_channel_subscribers(pubsub *p, slice channel)
{
    pthread_mutex_lock(&p->lock);
    const topic *t = (const topic *)table_find(&p->channels, channel, hash_of(channel));
    size_t count = t ? t->count : 0;
    pthread_mutex_unlock(&p->lock);
    return count;
}

static size_t count_topics(pubsub *p, bool is_pattern)
{
    pthread_mutex_lock(&p->lock);
    size_t count = topics(p, is_pattern)->len;
    pthread_mutex_unlock(&p->lock);
    return count;
}

size_t pubsub_channels(pubsub *p)
{
    return count_topics(p, false);
}

size_t pubsub_patterns(pubsub *p)
{
    return count_topics(p, true);
}
