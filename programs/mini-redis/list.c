/* list.c: a ring of items. */
#include "list.h"

#include <errno.h>
#include <stdlib.h>

static list_item **place(const list *l, size_t index)
{
    return &l->ring[(l->head + index) & (l->room - 1)];
}

void list_free(list *l)
{
    for (size_t i = 0; i < l->len; i++)
        free(*place(l, i));
    free(l->ring);
    *l = (list){.len = 0};
}

static list_item *item_new(slice s)
{
    list_item *item = malloc(sizeof *item + s.len);

    if (!item)
        return NULL;
    item->len = s.len;
    if (s.len)
        memcpy(item->bytes, s.data, s.len);
    return item;
}

static int resize(list *l, size_t room)
{
    list_item **ring = malloc(room * sizeof(list_item *));

    if (!ring)
        return -ENOMEM;
    for (size_t i = 0; i < l->len; i++)
        ring[i] = *place(l, i);
    free(l->ring);
    l->ring = ring;
    l->room = room;
    l->head = 0;
    return 0;
}

static int make_room(list *l)
{
    return l->len < l->room ? 0 : resize(l, l->room ? l->room * 2 : 4);
}

/* Without memory it stays as large as it is. */
static void shrink(list *l)
{
    size_t room = l->room;

    while (room > 64 && l->len < room / 8)
        room /= 4;
    if (room < l->room)
        (void)resize(l, room);
}

int list_push(list *l, slice s, bool in_front)
{
    return list_insert(l, in_front ? 0 : l->len, s);
}

slice list_at(const list *l, size_t index)
{
    const list_item *item = *place(l, index);

    return (slice){item->bytes, item->len};
}

void list_drop(list *l, bool in_front)
{
    list_remove(l, in_front ? 0 : l->len - 1);
}

int list_set(list *l, size_t index, slice s)
{
    list_item *item = item_new(s);

    if (!item)
        return -ENOMEM;
    free(*place(l, index));
    *place(l, index) = item;
    return 0;
}

/* The side with fewer items makes place. */
int list_insert(list *l, size_t index, slice s)
{
    list_item *item = make_room(l) == 0 ? item_new(s) : NULL;

    if (!item)
        return -ENOMEM;
    if (index < l->len / 2 || (index == 0 && l->len > 0)) {
        l->head = (l->head - 1) & (l->room - 1);
        for (size_t i = 0; i < index; i++)
            *place(l, i) = *place(l, i + 1);
    } else {
        for (size_t i = l->len; i > index; i--)
            *place(l, i) = *place(l, i - 1);
    }
    *place(l, index) = item;
    l->len++;
    return 0;
}

void list_remove(list *l, size_t index)
{
    free(*place(l, index));
    if (index < l->len / 2) {
        for (size_t i = index; i > 0; i--)
            *place(l, i) = *place(l, i - 1);
        l->head = (l->head + 1) & (l->room - 1);
    } else {
        for (size_t i = index; i + 1 < l->len; i++)
            *place(l, i) = *place(l, i + 1);
    }
    l->len--;
    shrink(l);
}

/* One pass: who stays moves over the places of those who have gone. */
size_t list_remove_equal(list *l, slice s, uint64_t most, bool last_first)
{
    size_t kept = 0, len = l->len;

    for (size_t seen = 0; seen < len; seen++) {
        size_t at = last_first ? len - 1 - seen : seen;
        list_item *item = *place(l, at);
        if (seen - kept < most && slice_equal(list_at(l, at), s)) {
            free(item);
        } else {
            *place(l, last_first ? len - 1 - kept : kept) = item;
            kept++;
        }
    }
    if (last_first)
        l->head = (l->head + len - kept) & (l->room - 1);
    l->len = kept;
    shrink(l);
    return len - kept;
}
