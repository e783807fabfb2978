/*
 * store.c: sixteen tables with a lock each.
 *
 * Expiry      A key that has expired is not found any more, and is freed by whoever looks for it. For those
 *             that nobody looks for each has a timer in a delay queue. What the queue gives is no pointer but
 *             the key's hash and the number of the timer: by the time the shard is locked the key may have gone,
 *             or have another expiry.
 * Requests    have one clock each: else a key could expire between two looks of one request, which would free
 *             what it has found.
 * Clocks      Expiries are told in the time of the day, which may be set; timers run in the runtime's. One that
 *             comes too early is set again.
 */
#include "store.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "hash.h"

enum { SHARDS = 16, SHARD_BITS = 4 };

typedef struct shard {
    _Alignas(64) pthread_mutex_t lock; /* guards all that follows */
    table table;
    size_t expiring;
    store_counts counts;
} shard;

/* What the delay queue gives: which timer of which key. */
typedef struct expiry {
    uint64_t hash;
} expiry;

struct store {
    shard shards[SHARDS];
    edo_delay_queue *expiries;
    edo_notify has_expiries; /* the queue was empty, and isn't any more */
};

int64_t store_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t store_clock_now(store_clock *clock)
{
    if (!clock->now)
        clock->now = store_now();
    return clock->now;
}

int store_new(store **ret_store)
{
    store *s = aligned_alloc(_Alignof(store), sizeof *s);

    if (!s)
        return -ENOMEM;
    *s = (store){.has_expiries = EDO_NOTIFY_INIT};
    int rc = edo_delay_queue_new(EDO_ITEM(expiry), &s->expiries);
    if (rc < 0) {
        free(s);
        return rc;
    }
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_init(&s->shards[i].lock, NULL);
    *ret_store = s;
    return 0;
}

static shard *shard_of(store *s, uint64_t hash)
{
    return &s->shards[hash >> (64 - SHARD_BITS)];
}

store_shards store_shard_of(uint64_t hash)
{
    return (store_shards)1 << (hash >> (64 - SHARD_BITS));
}

void store_lock(store *s, store_shards shards)
{
    for (; shards; shards &= shards - 1)
        pthread_mutex_lock(&s->shards[__builtin_ctz(shards)].lock);
}

void store_unlock(store *s, store_shards shards)
{
    for (; shards; shards &= shards - 1)
        pthread_mutex_unlock(&s->shards[__builtin_ctz(shards)].lock);
}

/* --- values -------------------------------------------------------------------------------- */

void store_replace(entry *e, value_kind kind)
{
    switch (e->kind) {
    case VALUE_STRING:
        blob_free(&e->string);
        break;
    case VALUE_LIST:
        list_free(&e->list);
        break;
    case VALUE_HASH:
        fields_free(&e->fields);
        break;
    }
    e->kind = kind;
    switch (kind) {
    case VALUE_STRING:
        e->string = (blob){.len = 0};
        break;
    case VALUE_LIST:
        e->list = (list){.len = 0};
        break;
    case VALUE_HASH:
        e->fields = (fields){.oldest = NULL};
        break;
    }
}

int store_add(store *s, slice key, uint64_t hash, value_kind kind, entry **ret_entry)
{
    entry *e = malloc(sizeof *e + key.len);

    if (!e)
        return -ENOMEM;
    char *copy = (char *)(e + 1);
    if (key.len)
        memcpy(copy, key.data, key.len);
    *e = (entry){.node = {.hash = hash, .key = {copy, key.len}}, .kind = VALUE_STRING};
    store_replace(e, kind);
    if (table_insert(&shard_of(s, hash)->table, &e->node) < 0) {
        free(e);
        return -ENOMEM;
    }
    *ret_entry = e;
    return 0;
}

void store_remove(store *s, entry *gone)
{
    store_set_expiry(s, gone, 0);
    table_remove(&shard_of(s, gone->node.hash)->table, &gone->node);
    store_replace(gone, VALUE_STRING);
    free(gone);
}

static bool has_expired(const entry *e, store_clock *clock)
{
    return e->expires_at && e->expires_at <= store_clock_now(clock);
}

static void expire(store *s, entry *e)
{
    shard_of(s, e->node.hash)->counts.expired++;
    store_remove(s, e);
}

entry *store_find(store *s, slice key, uint64_t hash, store_clock *clock)
{
    entry *e = (entry *)table_find(&shard_of(s, hash)->table, key, hash);

    if (e && has_expired(e, clock)) {
        expire(s, e);
        return NULL;
    }
    return e;
}

entry *store_look_up(store *s, slice key, uint64_t hash, store_clock *clock)
{
    entry *e = store_find(s, key, hash, clock);
    store_counts *counts = &shard_of(s, hash)->counts;

    (*(e ? &counts->hits : &counts->misses))++;
    return e;
}

/* --- all keys ------------------------------------------------------------------------------ */

void store_each(store *s, store_clock *clock, void (*fn)(const entry *e, void *arg), void *arg)
{
    table_walk walk;

    for (int i = 0; i < SHARDS; i++)
        for (node *n = table_first(&s->shards[i].table, &walk); n; n = table_next(&walk))
            if (!has_expired((entry *)n, clock))
                fn((entry *)n, arg);
}

static void free_entry(node *n)
{
    store_replace((entry *)n, VALUE_STRING);
    free(n);
}

void store_clear(store *s)
{
    table_walk walk;

    edo_delay_queue_clear(s->expiries);
    for (int i = 0; i < SHARDS; i++) {
        shard *at = &s->shards[i];
        for (node *n = table_first(&at->table, &walk); n; n = table_next(&walk))
            free_entry(n);
        table_fini(&at->table);
        at->expiring = 0;
    }
}

size_t store_count(const store *s, size_t *ret_expiring)
{
    size_t count = 0, expiring = 0;

    for (int i = 0; i < SHARDS; i++) {
        count += s->shards[i].table.len;
        expiring += s->shards[i].expiring;
    }
    *ret_expiring = expiring;
    return count;
}

store_counts store_tally(const store *s)
{
    store_counts sum = {.hits = 0};

    for (int i = 0; i < SHARDS; i++) {
        sum.hits += s->shards[i].counts.hits;
        sum.misses += s->shards[i].counts.misses;
        sum.expired += s->shards[i].counts.expired;
    }
    return sum;
}

void store_free(store *s)
{
    if (!s)
        return;
    store_clear(s);
    for (int i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&s->shards[i].lock);
    edo_delay_queue_free(s->expiries);
    free(s);
}

/* --- expiry -------------------------------------------------------------------------------- */

/* Without memory for a timer the key expires when somebody looks for it. */
static void set_timer(store *s, entry *e)
{
    expiry due = {e->node.hash};
    int64_t left = e->expires_at - store_now();
    edo_duration delay = EDO_MILLIS(left > 0 ? (uint64_t)left : 0);

    if (delay.ns > EDO_DELAY_LONGEST.ns)
        delay = EDO_DELAY_LONGEST;
    if (edo_delay_queue_insert(s->expiries, &due, delay, &e->timer) < 0)
        e->timer = (edo_delay_key){0};
    else
        edo_notify_one(&s->has_expiries);
}

void store_set_expiry(store *s, entry *e, int64_t expires_at)
{
    shard *at = shard_of(s, e->node.hash);

    if (e->expires_at) {
        at->expiring--;
        edo_delay_queue_remove(s->expiries, e->timer, NULL);
        e->timer = (edo_delay_key){0};
    }
    e->expires_at = expires_at;
    if (expires_at) {
        at->expiring++;
        set_timer(s, e);
    }
}

/* The timer's entry may have gone meanwhile, or have another. */
static bool has_timer(const node *n, const void *timer)
{
    return ((const entry *)n)->timer.serial == ((const edo_delay_key *)timer)->serial;
}

static void timer_is_due(store *s, const expiry *due, edo_delay_key timer)
{
    store_shards held = store_shard_of(due->hash);
    store_clock clock = {0};

    store_lock(s, held);
    entry *e = (entry *)table_find_by(&shard_of(s, due->hash)->table, due->hash, has_timer, &timer);
    if (e && has_expired(e, &clock))
        expire(s, e);
    else if (e)
        set_timer(s, e);
    store_unlock(s, held);
}

int store_expire_all(store *s)
{
    edo_delay_expired expired;
    expiry due;
    int rc;

    for (;;) {
        while ((rc = edo_delay_queue_next(s->expiries, &due, &expired)) == 1)
            timer_is_due(s, &due, expired.key);
        if (rc < 0 || (rc = edo_notify_wait(&s->has_expiries)) < 0)
            return rc;
    }
}
