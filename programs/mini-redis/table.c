/*
 * table.c: buckets of chained nodes.
 *
 * Growing     With as many nodes as buckets, an array of twice as many takes the place of `now`, which becomes
 *             `before`. Each insert and removal then moves some buckets, so that all are moved long before the
 *             next growing; a find looks at both. Shrinking is the same, to fewer.
 * No memory   A table that can't grow goes on with longer chains. Only the first bucket has to be had.
 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>

enum {
    FEWEST = 4,
    MOVES_UP = 4,
    MOVES_DOWN = 16 /* these are almost empty, and there are four times as many as of the new */
};

void table_fini(table *t)
{
    free(t->now.heads);
    free(t->before.heads);
    *t = (table){.len = 0};
}

static node **head_of(const buckets *b, uint64_t hash)
{
    return &b->heads[hash & (b->count - 1)];
}

static node *find_in(const buckets *b, slice key, uint64_t hash)
{
    if (b->count == 0)
        return NULL;
    node *n = *head_of(b, hash);
    while (n && !(n->hash == hash && slice_equal(n->key, key)))
        n = n->next;
    return n;
}

node *table_find(const table *t, slice key, uint64_t hash)
{
    node *n = find_in(&t->now, key, hash);

    return n ? n : find_in(&t->before, key, hash);
}

static node *find_by(const buckets *b, uint64_t hash, bool (*is_it)(const node *n, const void *arg),
                     const void *arg)
{
    if (b->count == 0)
        return NULL;
    node *n = *head_of(b, hash);
    while (n && !(n->hash == hash && is_it(n, arg)))
        n = n->next;
    return n;
}

node *table_find_by(const table *t, uint64_t hash, bool (*is_it)(const node *n, const void *arg),
                    const void *arg)
{
    node *n = find_by(&t->now, hash, is_it, arg);

    return n ? n : find_by(&t->before, hash, is_it, arg);
}

static void push(buckets *b, node *n)
{
    node **head = head_of(b, n->hash);

    n->next = *head;
    *head = n;
}

static void move_bucket(table *t)
{
    node *n = t->before.heads[t->moved], *next;

    t->before.heads[t->moved++] = NULL;
    for (; n; n = next) {
        next = n->next;
        push(&t->now, n);
    }
    if (t->moved == t->before.count) {
        free(t->before.heads);
        t->before = (buckets){.count = 0};
        t->moved = 0;
    }
}

static void move_some(table *t)
{
    int moves = t->before.count > t->now.count ? MOVES_DOWN : MOVES_UP;

    for (int i = 0; i < moves && t->before.count; i++)
        move_bucket(t);
}

static int resize(table *t, size_t count)
{
    node **heads = calloc(count, sizeof(node *));

    if (!heads)
        return -ENOMEM;
    if (t->now.count == 0) {
        t->now = (buckets){.heads = heads, .count = count};
        return 0;
    }
    while (t->before.count)
        move_bucket(t);
    t->before = t->now;
    t->now = (buckets){.heads = heads, .count = count};
    return 0;
}

int table_insert(table *t, node *n)
{
    move_some(t);
    if (t->len >= t->now.count) {
        int rc = resize(t, t->now.count ? t->now.count * 2 : FEWEST);
        if (rc < 0 && t->now.count == 0)
            return rc;
    }
    push(&t->now, n);
    t->len++;
    return 0;
}

static bool remove_from(buckets *b, node *n)
{
    if (b->count == 0)
        return false;
    for (node **at = head_of(b, n->hash); *at; at = &(*at)->next)
        if (*at == n) {
            *at = n->next;
            return true;
        }
    return false;
}

void table_remove(table *t, node *n)
{
    if (!remove_from(&t->now, n) && !remove_from(&t->before, n))
        return;
    t->len--;
    move_some(t);
    if (t->before.count == 0 && t->now.count > FEWEST && t->len < t->now.count / 8)
        (void)resize(t, t->now.count / 4 > FEWEST ? t->now.count / 4 : FEWEST);
}

node *table_first(const table *t, table_walk *walk)
{
    *walk = (table_walk){.table = t};
    return table_next(walk);
}

node *table_next(table_walk *walk)
{
    const table *t = walk->table;

    while (!walk->next && walk->bucket < t->now.count + t->before.count) {
        size_t at = walk->bucket++;
        walk->next = at < t->now.count ? t->now.heads[at] : t->before.heads[at - t->now.count];
    }
    node *n = walk->next;
    if (n)
        walk->next = n->next;
    return n;
}
