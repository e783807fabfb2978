/*
 * delay_queue.c: a store of entries under a lock, and one timer for the one who waits.
 *
 * Invariant    While somebody waits, and has not been woken, the timer stands at the first entry's
 *              deadline: whoever changes that, under the lock, moves the timer; to the beginning of
 *              time where the wait is over at once. So a wake-up can't be lost.
 * Woken last   Who moves it pushes wakers and rings for the wheel's worker when the lock is free, and
 *              touches the queue no more: the one it woke may free it.
 * Taking       An entry is taken by a poll, never handed over: a cancelled wait has nothing to give
 *              back. What a losing wait took goes back under its own serial number.
 */
#include "sync/delay_queue.h"

#include <errno.h>

#include "base/report.h"

/* With the lock held: the first entry may be another, or due at another time. */
static void note_change(edo_delay_queue *q, timer_nudge *nudge)
{
    uint64_t when = 0;

    if (!q->waited_for)
        return;
    if (q->store.count && delay_queue_first(q) > sched_now(q->runtime))
        when = delay_queue_first(q);
    if (when == q->timer_for)
        return;
    q->timer_for = when;
    current_timer_move(&q->timer, when, nudge);
}

void delay_queue_end_change(edo_delay_queue *q)
{
    timer_nudge nudge;

    timer_nudge_init(&nudge);
    note_change(q, &nudge);
    lock_drop(&q->lock);
    current_timer_nudge(&nudge);
}

int edo_delay_queue_new(const edo_item *item, edo_delay_queue **ret_queue)
{
    timer_wheel *wheel;

    if (!item_is_valid(item) || !ret_queue)
        return -EINVAL;
    int rc = current_wheel(&wheel);
    if (rc < 0)
        return rc;
    edo_delay_queue *q = malloc(sizeof *q);
    if (!q)
        return -ENOMEM;
    *q = (edo_delay_queue){
        .runtime = sched_ref(sched_current(thread_self())),
        .store = delay_store_of(item),
    };
    *ret_queue = q;
    return 0;
}

/* What is in a store that nobody else sees any more. */
static void destroy_all(delay_store *s)
{
    for (uint32_t entry = 0; entry < s->count; entry++)
        item_destroy(&s->item, delay_store_item(s, entry));
    delay_store_free(s);
}

int edo_delay_queue_free(edo_delay_queue *queue)
{
    if (!queue)
        return 0;
    if (queue->waited_for) {
        report_misuse("a delay queue can't be freed while somebody waits for its next entry");
        return -EBUSY;
    }
    destroy_all(&queue->store);
    sched_unref(queue->runtime);
    free(queue);
    return 0;
}

/* Changing. */

static bool is_too_far(uint64_t deadline, uint64_t now)
{
    return deadline > now && deadline - now > EDO_DELAY_LONGEST.ns;
}

static int insert_locked(edo_delay_queue *q, const void *item, uint64_t deadline,
                         edo_delay_key *ret_key)
{
    if (!delay_store_make_room(&q->store))
        return -ENOMEM;
    delay_store_add(&q->store, ++q->last_serial, deadline, item);
    if (ret_key)
        ret_key->serial = q->last_serial;
    return 0;
}

int edo_delay_queue_insert_at(edo_delay_queue *queue, const void *item, edo_instant deadline,
                              edo_delay_key *ret_key)
{
    if (!queue || (!item && queue->store.item.size) ||
        is_too_far(deadline.ns, sched_now(queue->runtime)))
        return -EINVAL;
    lock_take(&queue->lock);
    int rc = insert_locked(queue, item, deadline.ns, ret_key);
    delay_queue_end_change(queue);
    return rc;
}

/* The deadline that is `delay` away by the queue's own clock. */
static edo_instant from_now(const edo_delay_queue *q, edo_duration delay)
{
    edo_instant now = {q ? sched_now(q->runtime) : 0};

    return edo_instant_add(now, delay);
}

int edo_delay_queue_insert(edo_delay_queue *queue, const void *item, edo_duration delay,
                           edo_delay_key *ret_key)
{
    if (delay.ns > EDO_DELAY_LONGEST.ns)
        return -EINVAL;
    return edo_delay_queue_insert_at(queue, item, from_now(queue, delay), ret_key);
}

int edo_delay_queue_reset_at(edo_delay_queue *queue, edo_delay_key key, edo_instant deadline)
{
    if (!queue || is_too_far(deadline.ns, sched_now(queue->runtime)))
        return -EINVAL;
    lock_take(&queue->lock);
    uint32_t entry = delay_store_find(&queue->store, key.serial);
    if (entry != DELAY_NONE)
        delay_store_set_deadline(&queue->store, entry, deadline.ns);
    delay_queue_end_change(queue);
    return entry == DELAY_NONE ? -ENOENT : 0;
}

int edo_delay_queue_reset(edo_delay_queue *queue, edo_delay_key key, edo_duration delay)
{
    if (delay.ns > EDO_DELAY_LONGEST.ns)
        return -EINVAL;
    return edo_delay_queue_reset_at(queue, key, from_now(queue, delay));
}

void delay_queue_take(edo_delay_queue *q, uint32_t entry, void *ret_item)
{
    if (ret_item)
        item_copy(&q->store.item, ret_item, delay_store_item(&q->store, entry));
    delay_store_remove(&q->store, entry);
}

int edo_delay_queue_remove(edo_delay_queue *queue, edo_delay_key key, void *ret_item)
{
    if (!queue || (!ret_item && queue->store.item.destroy))
        return -EINVAL;
    lock_take(&queue->lock);
    uint32_t entry = delay_store_find(&queue->store, key.serial);
    if (entry != DELAY_NONE)
        delay_queue_take(queue, entry, ret_item);
    delay_queue_end_change(queue);
    return entry == DELAY_NONE ? -ENOENT : 0;
}

void edo_delay_queue_clear(edo_delay_queue *queue)
{
    if (!queue)
        return;
    lock_take(&queue->lock);
    delay_store all = delay_store_move(&queue->store);
    delay_queue_end_change(queue);
    destroy_all(&all);
}

/* Looking. */

int edo_delay_queue_peek(edo_delay_queue *queue, edo_delay_expired *ret_expired)
{
    if (!queue || !ret_expired)
        return -EINVAL;
    lock_take(&queue->lock);
    const delay_store *s = &queue->store;
    bool has = s->count > 0;
    if (has)
        *ret_expired = (edo_delay_expired){{delay_store_serial(s, s->heap[0].entry)},
                                           {delay_queue_first(queue)}};
    lock_drop(&queue->lock);
    return has ? 0 : -ENOENT;
}

int edo_delay_queue_deadline(edo_delay_queue *queue, edo_delay_key key, edo_instant *ret_deadline)
{
    if (!queue || !ret_deadline)
        return -EINVAL;
    lock_take(&queue->lock);
    uint32_t entry = delay_store_find(&queue->store, key.serial);
    if (entry != DELAY_NONE)
        ret_deadline->ns = delay_store_deadline(&queue->store, entry);
    lock_drop(&queue->lock);
    return entry == DELAY_NONE ? -ENOENT : 0;
}

size_t edo_delay_queue_len(edo_delay_queue *queue)
{
    if (!queue)
        return 0;
    lock_take(&queue->lock);
    size_t count = queue->store.count;
    lock_drop(&queue->lock);
    return count;
}

bool edo_delay_queue_is_empty(edo_delay_queue *queue)
{
    return edo_delay_queue_len(queue) == 0;
}

size_t edo_delay_queue_capacity(edo_delay_queue *queue)
{
    if (!queue)
        return 0;
    lock_take(&queue->lock);
    size_t capacity = queue->store.capacity;
    lock_drop(&queue->lock);
    return capacity;
}

int edo_delay_queue_reserve(edo_delay_queue *queue, size_t additional)
{
    int rc = 0;

    if (!queue)
        return -EINVAL;
    lock_take(&queue->lock);
    size_t count = queue->store.count;
    if (additional > EDO_DELAY_QUEUE_MAX - count)
        rc = -EINVAL;
    else if (count + additional > queue->store.capacity)
        rc = delay_store_resize(&queue->store, count + additional) ? 0 : -ENOMEM;
    lock_drop(&queue->lock);
    return rc;
}

void edo_delay_queue_compact(edo_delay_queue *queue)
{
    if (!queue)
        return;
    lock_take(&queue->lock);
    delay_store_resize(&queue->store, queue->store.count);
    lock_drop(&queue->lock);
}
