/*
 * sync/delay_store.h: entries with a deadline, found by the earliest, and by their serial number. No
 * lock and no clock: delay_queue.c has both.
 */
#ifndef SYNC_DELAY_STORE_H
#define SYNC_DELAY_STORE_H

#include "sync/item.h"

#define DELAY_NONE UINT32_MAX

typedef struct delay_place {
    uint64_t deadline;
    uint32_t entry;
} delay_place;

typedef struct delay_store {
    edo_item item;
    size_t stride, offset; /* of an entry; of the item in it */
    uint32_t count, capacity;
    delay_place *heap; /* the one block of memory begins here */
    char *entries;     /* in a row without gaps: serial number, place in the heap, item */
    uint32_t *table;   /* by a hash of the serial number: the entry + 1; 0: none */
    uint32_t mask;     /* places in the table - 1 */
} delay_store;

/* One of such items, without memory. */
delay_store delay_store_of(const edo_item *item);
/* All entries are moved to the one that is returned; this one has no memory. */
delay_store delay_store_move(delay_store *s);
void delay_store_free(delay_store *s);
/* Memory for that many, at least `count`. False: there is none, and nothing has changed. */
bool delay_store_resize(delay_store *s, size_t capacity);
/* Room for one more; false as above. */
bool delay_store_make_room(delay_store *s);
/* Into room that there is. */
void delay_store_add(delay_store *s, uint64_t serial, uint64_t deadline, const void *item);
/* The entry of that serial number, or DELAY_NONE. */
uint32_t delay_store_find(const delay_store *s, uint64_t serial);
uint64_t delay_store_deadline(const delay_store *s, uint32_t entry);
uint64_t delay_store_serial(const delay_store *s, uint32_t entry);
void *delay_store_item(const delay_store *s, uint32_t entry);
void delay_store_set_deadline(delay_store *s, uint32_t entry, uint64_t deadline);
/* The last entry takes its number. */
void delay_store_remove(delay_store *s, uint32_t entry);

#endif
