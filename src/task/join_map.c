/*
 * join_map.c: members with keys, found by a hash table of chains.
 *
 * A new task comes into the table when its spawn has succeeded, and the one of before leaves it then.
 * One user at a time: so in between only workers look at the members, who know nothing of keys, and
 * nobody joins the new one.
 */
#include <edo/join_map.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "await/await.h"
#include "task/members.h"

#define BUCKETS_FIRST 16

typedef struct map_member {
    member base;
    struct map_member *chain; /* the next of its bucket */
    uint64_t hash;
    bool hashed; /* it is in the table */
    _Alignas(16) char key[];
} map_member;

struct edo_join_map {
    members all;
    size_t key_size;
    map_member **buckets; /* a power of 2 of them; under the lock, as all that follows */
    size_t bucket_count;
    size_t hashed_count;
};

static edo_join_map *map_of(members *all)
{
    return container_of(all, edo_join_map, all);
}

static map_member *keyed(member *m)
{
    return container_of(m, map_member, base);
}

/* Not the same in two maps, so that keys which meet in one are spread in another. */
static uint64_t hash_of(const edo_join_map *map, const void *key)
{
    const unsigned char *byte = key;
    uint64_t hash = (uintptr_t)map * UINT64_C(0x9e3779b97f4a7c15);

    for (size_t i = 0; i < map->key_size; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static map_member **bucket_of(edo_join_map *map, uint64_t hash)
{
    return &map->buckets[hash & (map->bucket_count - 1)];
}

static map_member *find(edo_join_map *map, const void *key)
{
    uint64_t hash = hash_of(map, key);

    for (map_member *m = *bucket_of(map, hash); m; m = m->chain)
        if (m->hash == hash && memcmp(m->key, key, map->key_size) == 0)
            return m;
    return NULL;
}

static void enter(edo_join_map *map, map_member *m)
{
    map_member **bucket = bucket_of(map, m->hash);

    m->chain = *bucket;
    *bucket = m;
    m->hashed = true;
    map->hashed_count++;
}

static void leave(edo_join_map *map, map_member *m)
{
    map_member **link = bucket_of(map, m->hash);

    while (*link != m)
        link = &(*link)->chain;
    *link = m->chain;
    m->hashed = false;
    map->hashed_count--;
}

static void forget(members *all, member *m, void *ret_key)
{
    if (ret_key)
        memcpy(ret_key, keyed(m)->key, map_of(all)->key_size);
    if (keyed(m)->hashed)
        leave(map_of(all), keyed(m));
}

static void set_key(edo_join_map *map, map_member *m, const void *key)
{
    memcpy(m->key, key, map->key_size);
    m->hash = hash_of(map, key);
    m->hashed = false;
}

/* Under the key there may be another one by now: then it is joined all the same, but not found. */
static bool restore(members *all, member *m, const void *key)
{
    edo_join_map *map = map_of(all);

    if (!key)
        return false;
    set_key(map, keyed(m), key);
    if (!find(map, key))
        enter(map, keyed(m));
    return true;
}

static void end(members *all)
{
    free(map_of(all)->buckets);
}

static const members_keys map_keys = {.forget = forget, .restore = restore, .end = end};

int edo_join_map_new(size_t key_size, edo_join_map **ret_map)
{
    members *all;

    if (!ret_map || !key_size || key_size > SIZE_MAX / 4)
        return -EINVAL;
    map_member **buckets = calloc(BUCKETS_FIRST, sizeof *buckets);
    if (!buckets)
        return -ENOMEM;
    int rc = members_new(sizeof(edo_join_map), sizeof(map_member) + key_size, &map_keys, &all);
    if (rc < 0) {
        free(buckets);
        return rc;
    }
    edo_join_map *map = map_of(all);
    map->key_size = key_size;
    map->buckets = buckets;
    map->bucket_count = BUCKETS_FIRST;
    *ret_map = map;
    return 0;
}

void edo_join_map_free(edo_join_map *map)
{
    if (map)
        members_free(&map->all);
}

/* Spawning. */

static void move_to(edo_join_map *map, map_member **buckets, size_t count)
{
    map_member **old = map->buckets;
    size_t old_count = map->bucket_count;

    map->buckets = buckets;
    map->bucket_count = count;
    map->hashed_count = 0;
    for (size_t i = 0; i < old_count; i++)
        for (map_member *m = old[i], *next; m; m = next) {
            next = m->chain;
            enter(map, m);
        }
    free(old);
}

/* Twice as many buckets, when there are as many keys; without memory the chains grow. */
static void grow(edo_join_map *map)
{
    if (map->hashed_count < map->bucket_count)
        return; /* only its user changes them, and that is who calls */
    size_t count = map->bucket_count * 2;
    map_member **buckets = calloc(count, sizeof *buckets);
    if (!buckets)
        return;
    lock_take(&map->all.lock);
    move_to(map, buckets, count);
    lock_drop(&map->all.lock);
}

static int add(edo_join_map *map, const void *key, member **ret)
{
    if (!map || !key)
        return -EINVAL;
    int rc = members_take_spare(&map->all, ret);
    if (rc < 0)
        return rc;
    set_key(map, keyed(*ret), key);
    members_add(&map->all, *ret);
    return 0;
}

/* The spawn has succeeded: it takes the place of the one of before. */
static void replace(edo_join_map *map, map_member *m)
{
    task *owed = NULL;
    bool discards = false;

    lock_take(&map->all.lock);
    map_member *before = find(map, m->key);
    if (before) {
        owed = member_abort(&before->base);
        discards = member_let_go(&map->all, &before->base);
    }
    enter(map, m);
    lock_drop(&map->all.lock);
    if (owed)
        task_push_back(owed);
    if (discards)
        member_discard(&before->base);
    grow(map);
}

int edo_join_map_spawn_from(const char *place, edo_join_map *map, const void *key,
                            const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                            edo_task *ret_task)
{
    member *m;
    int rc = add(map, key, &m);

    if (rc < 0)
        return rc;
    rc = members_spawn_function(&map->all, m, place, opts, fn, arg, ret_task);
    if (rc == 0)
        replace(map, keyed(m));
    return rc;
}

int edo_join_map_spawn_future_from(const char *place, edo_join_map *map, const void *key,
                                   const edo_spawn_opts *opts, edo_future *fut, size_t size,
                                   edo_task *ret_task)
{
    member *m;
    int rc = add(map, key, &m);

    if (rc < 0)
        return rc;
    rc = members_spawn_future(&map->all, m, place, opts, fut, size, ret_task);
    if (rc == 0)
        replace(map, keyed(m));
    return rc;
}

int edo_join_map_spawn_blocking_from(const char *place, edo_join_map *map, const void *key,
                                     const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
                                     edo_task *ret_task)
{
    member *m;
    int rc = add(map, key, &m);

    if (rc < 0)
        return rc;
    rc = members_spawn_call(&map->all, m, place, opts, fn, arg, ret_task);
    if (rc == 0)
        replace(map, keyed(m));
    return rc;
}

/* Asking. */

size_t edo_join_map_len(const edo_join_map *map)
{
    return map ? members_len(&map->all) : 0;
}

bool edo_join_map_is_empty(const edo_join_map *map)
{
    return edo_join_map_len(map) == 0;
}

bool edo_join_map_contains(edo_join_map *map, const void *key)
{
    if (!map || !key || members_are_foreign(&map->all))
        return false;
    lock_take(&map->all.lock);
    bool contains = find(map, key) != NULL;
    lock_drop(&map->all.lock);
    return contains;
}

static size_t copy_keys(edo_join_map *map, char *to, size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < map->bucket_count; i++)
        for (map_member *m = map->buckets[i]; m; m = m->chain)
            if (count++ < room)
                memcpy(to + (count - 1) * map->key_size, m->key, map->key_size);
    return count;
}

size_t edo_join_map_keys(edo_join_map *map, void *ret_keys, size_t room)
{
    if (!map || members_are_foreign(&map->all))
        return 0;
    lock_take(&map->all.lock);
    size_t count = copy_keys(map, ret_keys, ret_keys ? room : 0);
    lock_drop(&map->all.lock);
    return count;
}

/* Joining. */

edo_join_next_future edo_join_map_next_async(edo_join_map *map, void *ret_key, edo_joined *ret)
{
    return members_next_async(map ? &map->all : NULL, ret, ret_key);
}

int edo_join_map_next(edo_join_map *map, void *ret_key, edo_joined *ret)
{
    edo_join_next_future next = edo_join_map_next_async(map, ret_key, ret);

    return (int)edo_await(&next.base);
}

int edo_join_map_try_next(edo_join_map *map, void *ret_key, edo_joined *ret)
{
    return members_try_next(map ? &map->all : NULL, ret, ret_key);
}

/* Aborting. */

int edo_join_map_abort(edo_join_map *map, const void *key)
{
    if (!map || !key || members_are_foreign(&map->all))
        return 0;
    lock_take(&map->all.lock);
    map_member *m = find(map, key);
    task *owed = m ? member_abort(&m->base) : NULL;
    lock_drop(&map->all.lock);
    if (owed)
        task_push_back(owed);
    return m != NULL;
}

int64_t edo_join_map_abort_if(edo_join_map *map, bool (*matches)(const void *key, void *arg),
                              void *arg)
{
    if (!map || !matches)
        return -EINVAL;
    size_t count = edo_join_map_keys(map, NULL, 0);
    char *keys = malloc(count * map->key_size + 1);
    if (!keys)
        return -ENOMEM;
    count = edo_join_map_keys(map, keys, count); /* nobody but the caller adds any */
    int64_t aborted = 0;
    for (size_t i = 0; i < count; i++)
        if (matches(keys + i * map->key_size, arg))
            aborted += edo_join_map_abort(map, keys + i * map->key_size);
    free(keys);
    return aborted;
}

void edo_join_map_abort_all(edo_join_map *map)
{
    if (map)
        members_abort_all(&map->all);
}

size_t edo_join_map_detach_all(edo_join_map *map)
{
    return map ? members_detach_all(&map->all) : 0;
}

edo_join_shutdown_future edo_join_map_shutdown_async(edo_join_map *map)
{
    return members_shutdown_async(map ? &map->all : NULL);
}

int edo_join_map_shutdown(edo_join_map *map)
{
    return members_shutdown(map ? &map->all : NULL);
}
