/* list.h: values in a row, quick at both ends and by index. */
#ifndef LIST_H
#define LIST_H

#include "slice.h"

typedef struct list_item {
    size_t len;
    char bytes[];
} list_item;

/** Zeros are an empty one. */
typedef struct list {
    list_item **ring;
    size_t room; /**< a power of two, or 0 */
    size_t head; /**< where the first is */
    size_t len;
} list;

void list_free(list *l);
/** Puts a copy in front, or behind. 0; -ENOMEM, and it is as it was. */
int list_push(list *l, slice s, bool in_front);
/** The one at `index`, which there is. Good until it is taken out or replaced. */
slice list_at(const list *l, size_t index);
/** Takes one end away; there is one. */
void list_drop(list *l, bool in_front);
/** Replaces the one at `index`. 0; -ENOMEM, and it is as it was. */
int list_set(list *l, size_t index, slice s);
/** Puts a copy before the one at `index`, or behind all. 0; -ENOMEM, and it is as it was. */
int list_insert(list *l, size_t index, slice s);
/** Takes the one at `index` away. */
void list_remove(list *l, size_t index);
/** Takes those away that are equal to `s`, at most that many, the first or the last. Returns how many. */
size_t list_remove_equal(list *l, slice s, uint64_t most, bool last_first);

#endif
