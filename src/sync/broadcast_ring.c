/* broadcast_ring.c: the slots of a broadcast channel; see sync/broadcast.h for why it is right. */
#include "sync/broadcast.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "await/await.h"

int broadcast_ring_init(broadcast *ch, size_t capacity)
{
    bool locked = ch->item.clone;
    size_t align = locked ? item_align(&ch->item) : sizeof(uint64_t);
    size_t bytes, count = 1;

    while (count < capacity)
        count *= 2;
    ch->mask = count - 1;
    ch->head = locked ? item_round_up(sizeof(slot), align) : offsetof(slot, lock);
    ch->stride = item_round_up(ch->head + ch->item.size, align);
    if (__builtin_mul_overflow(count, ch->stride, &bytes) || bytes > SIZE_MAX - align)
        return -ENOMEM;
    if (!(ch->memory = calloc(1, bytes + align))) /* zeros: pages that nobody touches yet */
        return -ENOMEM;
    ch->slots = (char *)item_round_up((uintptr_t)ch->memory, align);
    return 0;
}

/* Items with clone, under their slot's lock. */

int ring_put_item(broadcast *ch, uint64_t n, const void *item, void *grave)
{
    slot *s = slot_of(ch, n);
    void *at = bytes_of(ch, s);

    lock_take(&s->lock);
    bool buries = s->unseen && ch->item.destroy;
    if (buries && !grave) {
        lock_drop(&s->lock);
        return -ENOMEM;
    }
    if (buries)
        item_copy(&ch->item, grave, at);
    item_copy(&ch->item, at, item);
    s->unseen = ch->receivers;
    a_store(&s->stamp, stamp_of(n), relaxed); /* relaxed: read under the slot's lock */
    lock_drop(&s->lock);
    return buries;
}

/* The user's function; nothing that it calls may wait. */
static int clone_item(broadcast *ch, void *to, const void *from)
{
    thread *self = thread_self();

    await_poll_begin(self);
    int rc = ch->item.clone(to, from);
    await_poll_end(self);
    return rc < 0 ? rc : 1;
}

int ring_take_item(broadcast *ch, uint64_t n, void *to)
{
    slot *s = slot_of(ch, n);
    void *at = bytes_of(ch, s);

    lock_take(&s->lock);
    int rc = ring_compare(a_load(&s->stamp, relaxed), stamp_of(n));
    if (rc == 1 && s->unseen == 1)
        item_copy(&ch->item, to, at);
    else if (rc == 1)
        rc = clone_item(ch, to, at);
    if (rc == 1)
        s->unseen--;
    lock_drop(&s->lock);
    return rc;
}

void broadcast_ring_put_back(broadcast *ch, uint64_t n, void *item)
{
    slot *s = slot_of(ch, n);
    bool taken = false;

    if (!ch->item.clone)
        return;
    lock_take(&s->lock);
    if (s->stamp == stamp_of(n)) {
        taken = s->unseen == 0;
        if (taken)
            item_copy(&ch->item, bytes_of(ch, s), item);
        s->unseen++;
    }
    lock_drop(&s->lock);
    if (!taken)
        item_destroy(&ch->item, item);
}

/* Lock free. True: nobody is left who could take it, and it lies in the grave. */
static bool pass(broadcast *ch, uint64_t n, void *grave)
{
    slot *s = slot_of(ch, n);

    lock_take(&s->lock);
    bool last = MODEL_BUG(1614, s->stamp == stamp_of(n), true) && --s->unseen == 0;
    if (last && grave)
        item_copy(&ch->item, grave, bytes_of(ch, s));
    lock_drop(&s->lock);
    return last && grave;
}

void ring_pass(broadcast *ch, uint64_t n, uint64_t end, void *grave)
{
    if (!ch->item.clone)
        return;
    if (end - n > ch->mask + 1)
        n = end - ch->mask - 1;
    for (; n < end; n++)
        if (pass(ch, n, grave))
            item_destroy(&ch->item, grave);
}
