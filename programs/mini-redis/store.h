/*
 * store.h: keys and their values, which may expire.
 *
 * Sixteen shards, each with a lock of its own. Whoever works on a key holds its shard; a request with several
 * keys holds all of theirs, in the order of the shards. The locks are plain mutexes: nobody waits for anything
 * else while holding one, and a request is done within a microsecond.
 */
#ifndef STORE_H
#define STORE_H

#include <edo.h>

#include "blob.h"
#include "fields.h"
#include "list.h"
#include "table.h"

typedef struct store store;

typedef enum value_kind { VALUE_STRING, VALUE_LIST, VALUE_HASH } value_kind;

typedef struct entry {
    node node; /**< its key */
    value_kind kind;
    int64_t expires_at;  /**< in milliseconds since 1970; 0: never */
    edo_delay_key timer; /**< of its expiry; zeros: none */
    union {
        blob string;
        list list;
        fields fields;
    };
} entry;

/** 0; a negative errno. The caller's, until store_free. */
int store_new(store **ret_store);
/** Nobody uses it any more. NULL is fine. */
void store_free(store *s);

/** Which shards: a bit each. */
typedef uint32_t store_shards;
#define STORE_ALL ((store_shards)0xffff)

store_shards store_shard_of(uint64_t hash);
/** Locks shards, in their order. */
void store_lock(store *s, store_shards shards);
void store_unlock(store *s, store_shards shards);

/**
 * The time of one request: however long it takes, a key that it has found stays, and one that had expired is
 * gone. Zeros: it is read once it is asked for.
 */
typedef struct store_clock {
    int64_t now; /**< as of store_now */
} store_clock;

/** Milliseconds since 1970. */
int64_t store_now(void);
int64_t store_clock_now(store_clock *clock);

/* With the lock of the key's shard held; `hash` is the key's. */

/** The entry; NULL: there is none, or it has expired by that clock. */
entry *store_find(store *s, slice key, uint64_t hash, store_clock *clock);
/** As store_find, for INFO's counts of hits and misses. */
entry *store_look_up(store *s, slice key, uint64_t hash, store_clock *clock);
/** Adds an empty value for a key that isn't there. 0; -ENOMEM. */
int store_add(store *s, slice key, uint64_t hash, value_kind kind, entry **ret_entry);
void store_remove(store *s, entry *gone);
/** Frees the value, for another of that kind in its place, which is empty. */
void store_replace(entry *e, value_kind kind);
/** When it expires, by store_now; 0: never. */
void store_set_expiry(store *s, entry *e, int64_t expires_at);

/* With all locks held. */

/** Removes everything. */
void store_clear(store *s);
/** How many keys there are, and how many of them expire. */
size_t store_count(const store *s, size_t *ret_expiring);
/** Calls `fn` for each key that has not expired. */
void store_each(store *s, store_clock *clock, void (*fn)(const entry *e, void *arg), void *arg);

typedef struct store_counts {
    uint64_t hits, misses, expired;
} store_counts;
store_counts store_tally(const store *s);

/** Removes keys when they expire, for ever: what a task of its own does. Why it ended, a negative errno. */
int store_expire_all(store *s);

#endif
