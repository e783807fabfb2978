/* keyed.c: streams by their keys: adding, finding, taking out. */
#include "stream/keyed.h"

#include <errno.h>

int edo_keyed_streams_new(size_t key_size, const edo_item *item, size_t capacity,
                          edo_keyed_streams **ret_streams)
{
    if (key_size > SIZE_MAX >> 16 || !item_is_valid(item) || !ret_streams ||
        capacity > SIZE_MAX / sizeof(void *) / 2)
        return -EINVAL;
    edo_keyed_streams *k = malloc(sizeof *k);
    keyed_entry **entries = capacity ? malloc(capacity * sizeof(void *)) : NULL;
    if (!k || (capacity && !entries)) {
        free(k);
        free(entries);
        return -ENOMEM;
    }
    *k = (edo_keyed_streams){
        .entries = entries,
        .capacity = capacity,
        .key_size = key_size,
        .item_at = item_round_up(sizeof(keyed_entry) + key_size, item_align(item)),
        .item = *item,
    };
    *ret_streams = k;
    return 0;
}

/* A key without bytes may be NULL. */
static bool has_key(const edo_keyed_streams *k, const keyed_entry *e, const void *key)
{
    return k->key_size == 0 || memcmp(e->key, key, k->key_size) == 0;
}

static size_t index_of(const edo_keyed_streams *k, const void *key)
{
    size_t i = 0;

    while (i < k->len && !has_key(k, k->entries[i], key))
        i++;
    return i;
}

keyed_entry *keyed_find(const edo_keyed_streams *k, const void *key)
{
    size_t i = index_of(k, key);

    return i < k->len ? k->entries[i] : NULL;
}

static int grow(edo_keyed_streams *k)
{
    size_t capacity = k->capacity ? k->capacity * 2 : 8;

    if (k->len < k->capacity)
        return 0;
    keyed_entry **entries = realloc(k->entries, capacity * sizeof(void *));
    if (!entries)
        return -ENOMEM;
    k->entries = entries;
    k->capacity = capacity;
    return 0;
}

/* An item that it holds goes back to its stream, or ends. */
static void let_go(const edo_keyed_streams *k, keyed_entry *e)
{
    edo_pull p = {.item = entry_item(k, e), .result = 1, .begun = true};

    if (e->holds && edo_stream_put_back(e->s, &p) < 0)
        item_destroy(&k->item, p.item);
    e->holds = false;
    e->error = 0;
}

/* To whoever wants it. */
static void hand_over(edo_stream s, edo_stream *ret_stream)
{
    if (ret_stream)
        *ret_stream = s;
    else
        edo_stream_release(s);
}

static int add(edo_keyed_streams *k, const void *key, edo_stream s)
{
    size_t align = item_align(&k->item);
    size_t size = item_round_up(k->item_at + k->item.size, align);

    if (grow(k) < 0)
        return -ENOMEM;
    keyed_entry *e = aligned_alloc(align, size);
    if (!e)
        return -ENOMEM;
    *e = (keyed_entry){.s = s};
    if (k->key_size)
        memcpy(e->key, key, k->key_size);
    k->entries[k->len++] = e;
    return 0;
}

int edo_keyed_streams_insert(edo_keyed_streams *k, const void *key, edo_stream s,
                             edo_stream *ret_before)
{
    if (!k || (!key && k->key_size) || !s.ops || !s.item || s.item->size != k->item.size)
        return -EINVAL;
    keyed_entry *e = keyed_find(k, key);
    if (e && e->is_pulling)
        return -EBUSY;
    if (e) {
        let_go(k, e);
        hand_over(e->s, ret_before);
        e->s = s;
    } else {
        int rc = add(k, key, s);
        if (rc < 0)
            return rc;
    }
    if (k->waits)
        edo_waker_wake_by_ref(&k->waker);
    return e != NULL;
}

static void remove_at(edo_keyed_streams *k, size_t i, edo_stream *ret_stream)
{
    keyed_entry *e = k->entries[i];

    let_go(k, e);
    hand_over(e->s, ret_stream);
    free(e);
    k->entries[i] = k->entries[--k->len];
}

int edo_keyed_streams_remove(edo_keyed_streams *k, const void *key, edo_stream *ret_stream)
{
    if (!k || (!key && k->key_size))
        return -EINVAL;
    size_t i = index_of(k, key);
    if (i == k->len)
        return 0;
    if (k->entries[i]->is_pulling)
        return -EBUSY;
    remove_at(k, i, ret_stream);
    return 1;
}

void keyed_sweep(edo_keyed_streams *k)
{
    for (size_t i = 0; i < k->len;)
        if (k->entries[i]->has_ended)
            remove_at(k, i, NULL);
        else
            i++;
}

int edo_keyed_streams_clear(edo_keyed_streams *k)
{
    if (!k || k->waits)
        return k ? -EBUSY : -EINVAL;
    while (k->len)
        remove_at(k, k->len - 1, NULL);
    return 0;
}

void edo_keyed_streams_free(edo_keyed_streams *k)
{
    if (!k)
        return;
    while (k->len)
        remove_at(k, k->len - 1, NULL);
    free(k->entries);
    free(k);
}

/* Asking. */

size_t edo_keyed_streams_len(const edo_keyed_streams *k)
{
    return k ? k->len : 0;
}

bool edo_keyed_streams_is_empty(const edo_keyed_streams *k)
{
    return edo_keyed_streams_len(k) == 0;
}

size_t edo_keyed_streams_capacity(const edo_keyed_streams *k)
{
    return k ? k->capacity : 0;
}

bool edo_keyed_streams_contains(const edo_keyed_streams *k, const void *key)
{
    return k && (key || !k->key_size) && keyed_find(k, key);
}

size_t edo_keyed_streams_keys(const edo_keyed_streams *k, void *ret_keys, size_t room)
{
    for (size_t i = 0; k && k->key_size && i < k->len && i < room; i++)
        memcpy((char *)ret_keys + i * k->key_size, k->entries[i]->key, k->key_size);
    return edo_keyed_streams_len(k);
}

edo_stream *edo_keyed_streams_nth(edo_keyed_streams *k, size_t n, const void **ret_key)
{
    if (!k || n >= k->len)
        return NULL;
    if (ret_key)
        *ret_key = k->entries[n]->key;
    return &k->entries[n]->s;
}

edo_stream_bounds edo_keyed_streams_hint(const edo_keyed_streams *k)
{
    edo_stream_bounds sum = {0, 0, true};

    for (size_t i = 0; k && i < k->len; i++) {
        size_t held = k->entries[i]->holds;
        sum = bounds_sum(sum, edo_stream_hint(k->entries[i]->s));
        sum = bounds_sum(sum, (edo_stream_bounds){held, held, true});
    }
    return sum;
}
