/*
 * table.h: a hash table of nodes that lie in what it holds. It grows a few buckets at a time, so that no
 * request has to wait for all of them.
 */
#ifndef TABLE_H
#define TABLE_H

#include "slice.h"

/** What an entry begins with. Its key lies with the entry, and stays as it is while it is in a table. */
typedef struct node {
    struct node *next; /**< of the same bucket */
    uint64_t hash;
    slice key;
} node;

typedef struct buckets {
    node **heads;
    size_t count; /**< a power of two, or 0 */
} buckets;

/** Zeros are an empty one. */
typedef struct table {
    buckets now;
    buckets before; /**< while it grows or shrinks: those that have not been moved */
    size_t moved;   /**< how many of `before` are empty for good */
    size_t len;
} table;

/** Frees the buckets; the nodes are the caller's. */
void table_fini(table *t);
/** The node with that key, whose hash it is; NULL: none. */
node *table_find(const table *t, slice key, uint64_t hash);
/** The node with that hash of which `is_it(node, arg)` is true; NULL: none. */
node *table_find_by(const table *t, uint64_t hash, bool (*is_it)(const node *n, const void *arg),
                    const void *arg);
/** Puts a node in whose key isn't there. 0; -ENOMEM, and it isn't in. */
int table_insert(table *t, node *n);
/** Takes a node out that is in. */
void table_remove(table *t, node *n);

/** All nodes, in no order: `for (n = table_first(t, &w); n; n = table_next(&w))`. It doesn't change meanwhile,
 * but for the node that it stands at, which may be freed if the whole table goes. */
typedef struct table_walk {
    const table *table;
    size_t bucket;
    node *next;
} table_walk;

node *table_first(const table *t, table_walk *walk);
node *table_next(table_walk *walk);

#endif
